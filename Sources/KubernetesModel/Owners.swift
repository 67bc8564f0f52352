// SPDX-License-Identifier: Apache-2.0
import JSONScan

/// A ReplicaSet's metadata: the step from a Pod to its Deployment (or Rollout, or any other owner).
package struct ReplicaSetOwner: KubernetesObject {
    package static let resource = ResourceType.replicaSets
    package static let isMetadataOnly = true
    package var metadata: ObjectMetadata

    package init(metadata: ObjectMetadata) { self.metadata = metadata }
    package init(from scanner: inout JSONScanner) throws(JSONError) { metadata = try ObjectMetadata.ofObject(&scanner) }
    package mutating func trim() { metadata.trimToOwners() }
    package mutating func share(with other: Self) { metadata.share(with: other.metadata) }
}

/// A Job's metadata, whoever made it: the step from a Pod to its CronJob.
package struct JobOwner: KubernetesObject {
    package static let resource = ResourceType.jobs
    package static let isMetadataOnly = true
    package var metadata: ObjectMetadata

    package init(metadata: ObjectMetadata) { self.metadata = metadata }
    package init(from scanner: inout JSONScanner) throws(JSONError) { metadata = try ObjectMetadata.ofObject(&scanner) }
    package mutating func trim() { metadata.trimToOwners() }
    package mutating func share(with other: Self) { metadata.share(with: other.metadata) }
}

/// A namespace: its labels and annotations.
package struct Namespace: KubernetesObject {
    package static let resource = ResourceType.namespaces
    package static let isMetadataOnly = true
    package var metadata: ObjectMetadata

    package init(metadata: ObjectMetadata) { self.metadata = metadata }
    package init(from scanner: inout JSONScanner) throws(JSONError) { metadata = try ObjectMetadata.ofObject(&scanner) }
    package mutating func trim() { metadata.trimForReading() }
}

extension ObjectMetadata {
    /// Reads only the `metadata` member of an object.
    package static func ofObject(_ scanner: inout JSONScanner) throws(JSONError) -> ObjectMetadata {
        var metadata = ObjectMetadata()
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            default: try scanner.skipValue()
            }
        }
        return metadata
    }
}
