// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// A pull secret. Never watched and never kept for long; only what registries' accounts can stand in is read.
package struct Secret: KubernetesObject {
    package static let resource = ResourceType.secrets

    package var metadata = ObjectMetadata()
    /// `kubernetes.io/dockerconfigjson`, …
    package var type = ""
    /// Base64, as the API has it, by key.
    package var data: [String: Redacted<String>] = [:]

    package init(metadata: ObjectMetadata) { self.metadata = metadata }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "type": type = try scanner.readOptionalString() ?? ""
            case "data": data = try scanner.readStringMap().mapValues { Redacted($0) }
            default: try scanner.skipValue()
            }
        }
    }
}
