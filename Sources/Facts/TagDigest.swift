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

/// Which digest does a tag have now? Of a reference by digest: does its repository have that?
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
        self.freshness = reference.digest == nil ? freshness : Self.contentAge
    }

    /// What a repository was found to have by digest is asked for no more: it does not change, and one that is unreachable meanwhile
    /// shall not look as if it had it no longer.
    private static let contentAge = Duration.seconds(10 * 365 * 86_400)

    package var hintedBy: HintedRepository? {
        reference.digest == nil ? .init(registry: reference.registry, path: reference.repository) : nil
    }

    package static func == (left: TagDigest, right: TagDigest) -> Bool {
        left.reference == right.reference && left.secrets == right.secrets
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(reference)
        hasher.combine(secrets)
    }
}
