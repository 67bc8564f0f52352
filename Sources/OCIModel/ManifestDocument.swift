// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a registry answers for `/v2/<repository>/manifests/<reference>`: one image, or an index of several.
package enum ManifestDocument: Hashable, Sendable {
    case image(ImageManifest)
    case index(ImageIndex)

    /// The most bytes of a manifest that are read (distribution's own limit).
    package static let byteLimit = 4 * 1024 * 1024
}

/// The media types that are asked for and understood.
package enum ManifestMediaType: String, CaseIterable, Sendable {
    case ociIndex = "application/vnd.oci.image.index.v1+json"
    case ociManifest = "application/vnd.oci.image.manifest.v1+json"
    case dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
    case dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

    package var isIndex: Bool { self == .ociIndex || self == .dockerList }

    /// The value of the `Accept` header that asks for all of them.
    package static let accept = allCases.map(\.rawValue).joined(separator: ", ")

    /// Reads a `Content-Type`, parameters ignored.
    package init?(contentType: String) {
        let type = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        self.init(rawValue: type)
    }
}

/// A reference to content: what it is, its name by hash, and its size in bytes.
package struct Descriptor: Hashable, Sendable {
    package let mediaType: String
    package let digest: Digest
    package let size: Int64
    package let platform: Platform?
    package let annotations: [String: String]

    /// True for a child that says something about an image and is none (BuildKit's provenance and SBOM attestations).
    package var isAttestation: Bool {
        platform?.isUnknown == true || annotations["vnd.docker.reference.type"] != nil
    }
}

/// One image for one platform.
package struct ImageManifest: Hashable, Sendable {
    package let config: Descriptor
    package let layers: [Descriptor]
    /// What the manifest carries where it is no container image (a Helm chart, a signature), else nil.
    package let artifactType: String?

    /// True when a container runtime could run it.
    package var isImage: Bool {
        artifactType == nil
            && ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"]
                .contains(config.mediaType)
    }
}

/// Several images under one name, usually one for each platform.
package struct ImageIndex: Hashable, Sendable {
    /// All children as listed, attestations included.
    package let manifests: [Descriptor]

    /// The children that are images.
    package var images: [Descriptor] { manifests.filter { !$0.isAttestation } }

    /// The platforms that can run one of the images, in the index's order.
    package var platforms: [Platform] { images.compactMap(\.platform) }

    /// The image that a node of `platform` would pull; a single child that names no platform fits all.
    package func image(for platform: Platform) -> Descriptor? {
        for candidate in platform.runnable {
            if let match = images.first(where: { $0.platform == candidate }) { return match }
        }
        return images.count == 1 && images[0].platform == nil ? images[0] : nil
    }
}
