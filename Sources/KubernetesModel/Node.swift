// SPDX-License-Identifier: Apache-2.0
import JSONScan

/// A node: what platform its images run on.
package struct Node: KubernetesObject {
    package static let resource = ResourceType.nodes

    package var metadata = ObjectMetadata()
    /// `linux`, `windows`; empty until the kubelet reported.
    package var operatingSystem = ""
    /// `amd64`, `arm64`, …; empty until the kubelet reported.
    package var architecture = ""

    package init(metadata: ObjectMetadata, operatingSystem: String = "linux", architecture: String = "amd64") {
        self.metadata = metadata
        self.operatingSystem = operatingSystem
        self.architecture = architecture
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "status":
                try scanner.readObject { (key, scanner) throws(JSONError) in
                    switch key {
                    case "nodeInfo": try readInfo(from: &scanner)
                    default: try scanner.skipValue()
                    }
                }
            default: try scanner.skipValue()
            }
        }
    }

    /// A kubelet writes its node all the time; what platform it is does not change.
    package mutating func trim() { metadata = ObjectMetadata(name: metadata.name) }

    private mutating func readInfo(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "operatingSystem": operatingSystem = try scanner.readString()
            case "architecture": architecture = try scanner.readString()
            default: try scanner.skipValue()
            }
        }
    }
}
