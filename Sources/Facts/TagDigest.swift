// SPDX-License-Identifier: Apache-2.0
import OCIModel
import Planning

/// A question for the digest that a registry serves for a reference. Asked anonymously, with a HEAD request.
package protocol DigestQuestion: FactQuestion where Answer == Digest {
    /// As it is written; the endpoint to reach its registry at is the operator's configuration.
    var reference: ImageReference { get }
}

extension DigestQuestion {
    package var bucket: String { reference.registry }
}

/// Which digest does a tag have now?
package struct TagDigest: DigestQuestion {
    package static let name = "tag-digest"
    package var reference: ImageReference
    package var freshness: Duration

    package init(_ reference: ImageReference, freshness: Duration = Self.maximumAge) {
        self.reference = reference
        self.freshness = freshness
    }

    package static func == (left: TagDigest, right: TagDigest) -> Bool { left.reference == right.reference }
    package func hash(into hasher: inout Hasher) { hasher.combine(reference) }
}
