// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import OCIModel
import Planning

/// A question for the digest that a registry serves for a reference. Asked with a HEAD request.
package protocol DigestQuestion: FactQuestion where Answer == Digest {
    /// As it is written; the endpoint to reach its registry at is the operator's configuration.
    var reference: ImageReference { get }
    /// The pull secrets whose accounts are tried; none: asked as nobody.
    var secrets: [ObjectKey] { get }
}

extension DigestQuestion {
    package var secrets: [ObjectKey] { [] }
    package var bucket: String { RegistryBucket.name(reference.registry, secrets) }
}

/// Which digest does a tag have now?
package struct TagDigest: DigestQuestion {
    package static let name = "tag-digest"
    package var reference: ImageReference
    package var secrets: [ObjectKey]
    package var freshness: Duration

    package init(
        _ reference: ImageReference, secrets: [ObjectKey] = [], freshness: Duration = Self.maximumAge
    ) {
        self.reference = reference
        self.secrets = secrets
        self.freshness = freshness
    }

    package var hintedBy: HintedRepository? { .init(registry: reference.registry, path: reference.repository) }

    package static func == (left: TagDigest, right: TagDigest) -> Bool {
        left.reference == right.reference && left.secrets == right.secrets
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(reference)
        hasher.combine(secrets)
    }
}
