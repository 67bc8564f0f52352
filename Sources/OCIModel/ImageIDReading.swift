// SPDX-License-Identifier: Apache-2.0

/// What a Pod's `status.containerStatuses[].imageID` says about the registry digest that runs.
///
/// The field has no fixed form (kubernetes/kubernetes#46255, #51211): runtimes write a repository digest of this or of
/// another repository with the same content, or the id of the image's configuration on the node, which no registry
/// knows. Only a digest of the very repository that the spec names is believed.
package enum ImageIDReading: Hashable, Sendable {
    case digest(Digest)
    case unresolved(Reason)

    package enum Reason: Hashable, Sendable {
        /// The container has not started yet, or the runtime says nothing.
        case empty
        /// Only the id of a configuration on the node: an image that was built or imported there, or an old runtime.
        case bareIdentifier
        /// A digest, but of another repository than the spec's (given here): the runtime had the same content under that name
        /// before. Whether the spec's repository has it under this digest too, only its registry knows.
        case foreignRepository(String, Digest)
        case malformed
    }

    /// `spec` is the container's image as the spec names it; a digest there decides where `imageID` cannot.
    package init(imageID: String, spec: ImageReference) {
        let reading = Self.read(imageID, repository: spec.name)
        if case .unresolved = reading, let pinned = spec.digest {
            self = .digest(pinned)
        } else {
            self = reading
        }
    }

    /// The digest that another repository has for what runs.
    package var foreignDigest: Digest? {
        if case .unresolved(.foreignRepository(_, let digest)) = self { digest } else { nil }
    }

    private static func read(_ imageID: String, repository: String) -> ImageIDReading {
        var text = imageID[...]
        for scheme in ["docker-pullable://", "docker://", "containerd://", "cri-o://"] where text.hasPrefix(scheme) {
            text = text.dropFirst(scheme.utf8.count)
            break
        }
        if text.isEmpty { return .unresolved(.empty) }
        if Digest(String(text)) != nil || Digest(.sha256, hex: String(text)) != nil {
            return .unresolved(.bareIdentifier)
        }
        do throws(ImageReferenceError) {
            let reference = try ImageReference(parsing: String(text))
            guard let digest = reference.digest else { return .unresolved(.malformed) }
            return reference.name == repository
                ? .digest(digest) : .unresolved(.foreignRepository(reference.name, digest))
        } catch {
            return .unresolved(.malformed)
        }
    }
}
