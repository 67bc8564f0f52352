// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// One of our own ConfigMaps, with its data.
package struct ConfigMap: KubernetesObject {
    package static let resource = ResourceType.configMaps
    /// Only ConfigMaps that we made are read.
    package static let labelSelector = ["app.kubernetes.io/managed-by": "watchbill"]

    package var metadata = ObjectMetadata()
    package var data: [String: String] = [:]

    package var contentDigest: String? { ContentDigest.of(["data": .stringMap(data)]) }

    package init(metadata: ObjectMetadata, data: [String: String] = [:]) {
        self.metadata = metadata
        self.data = data
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "data": data = try scanner.readStringMap()
            default: try scanner.skipValue()
            }
        }
    }
}
