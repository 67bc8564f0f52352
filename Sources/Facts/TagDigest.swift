// SPDX-License-Identifier: Apache-2.0
import OCIModel
import Planning

/// Which digest does a registry serve for a reference now? Asked anonymously, with a HEAD request.
package struct TagDigest: FactQuestion {
    package typealias Answer = Digest
    package static let name = "tag-digest"
    /// As the image is written; the registry endpoint to reach it at is the operator's configuration.
    package var reference: ImageReference

    package init(_ reference: ImageReference) { self.reference = reference }
    package var bucket: String { reference.registry }
}
