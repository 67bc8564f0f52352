// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import OCIModel
import Planning

/// Which tags does a repository have? One list serves all who ask as the same.
package struct RepositoryTags: FactQuestion {
    package static let name = "repository-tags"
    /// Lists can be long, and of a repository that nobody watches they are no use to anybody.
    package static let isKept = false
    /// Without tag and digest.
    package private(set) var image: ImageReference
    /// The pull secrets whose accounts are tried; none: asked as nobody.
    package var secrets: [ObjectKey]
    package var freshness: Duration

    package init(
        _ reference: ImageReference, secrets: [ObjectKey] = [], freshness: Duration = Self.maximumAge
    ) {
        image = reference
        image.tag = nil
        image.digest = nil
        self.secrets = secrets
        self.freshness = freshness
    }

    /// Host and port as images name it.
    package var registry: String { image.registry }
    package var repository: String { image.repository }
    package var bucket: String { RegistryBucket.name(registry, secrets) }
    package var hintedBy: HintedRepository? { .init(registry: registry, path: repository) }

    package static func == (left: RepositoryTags, right: RepositoryTags) -> Bool {
        left.image == right.image && left.secrets == right.secrets
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(image)
        hasher.combine(secrets)
    }

    package struct Answer: Hashable, Sendable {
        /// As the registry lists them, good and bad.
        package var tags: [String]
        /// Why there may be more than these; nil where the list is whole.
        package var cut: TagListing.Cut?

        package init(tags: [String], cut: TagListing.Cut? = nil) {
            self.tags = tags
            self.cut = cut
        }
    }
}

/// What is behind a digest? Its content never changes, so it is fetched once for as long as somebody wants to know.
package struct ImageContent: FactQuestion {
    package static let name = "image-content"
    package static let maximumAge = Duration.seconds(86_400 * 365)
    package static let isKept = false
    /// Named by its digest.
    package var reference: ImageReference
    /// The pull secrets whose accounts are tried.
    package var secrets: [ObjectKey]

    package init(_ reference: ImageReference, _ digest: Digest, secrets: [ObjectKey] = []) {
        self.reference = reference.pinned(to: digest)
        self.secrets = secrets
    }

    package var bucket: String { RegistryBucket.name(reference.registry, secrets) }

    package enum Answer: Hashable, Sendable {
        /// One image; for which platform, only its configuration knows.
        case image
        /// Images for several platforms, attestations left out.
        case index([Child])
        /// Nothing that a container runs.
        case artifact

        package init(_ document: ManifestDocument) {
            switch document {
            case .image(let manifest): self = manifest.isImage ? .image : .artifact
            case .index(let index):
                self = .index(index.images.map { Child(digest: $0.digest, platform: $0.platform) })
            }
        }

        /// Whether a container that runs this digest runs this content.
        package func holds(_ digest: Digest) -> Bool {
            if case .index(let children) = self { children.contains { $0.digest == digest } } else { false }
        }

        /// Whether a node of that platform finds an image in it, as far as that can be told without fetching more.
        package func runs(on platform: Platform) -> Bool {
            switch self {
            case .image: true
            case .artifact: false
            case .index(let children): children.contains { $0.platform.map(platform.runs) ?? (children.count == 1) }
            }
        }
    }

    package struct Child: Hashable, Sendable {
        package var digest: Digest
        package var platform: Platform?

        package init(digest: Digest, platform: Platform?) {
            self.digest = digest
            self.platform = platform
        }
    }
}
