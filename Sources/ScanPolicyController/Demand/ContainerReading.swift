// SPDX-License-Identifier: Apache-2.0
import Findings
import OCIModel
import Planning

/// What a container's image and image id say, whoever asks.
struct ContainerReading: Derivation {
    /// As the Pod's spec writes it.
    let image: String
    /// As the node reports it.
    let imageID: String

    struct Content: Hashable {
        /// Nil when the text names no image.
        var reference: ImageReference?
        /// Nil when the id tells no digest that a registry knows.
        var digest: Digest?
    }

    func value(in world: World) -> Content {
        guard let reference = ImageNames.parse(image) else { return Content() }
        guard case .digest(let digest) = ImageIDReading(imageID: imageID, spec: reference) else {
            return Content(reference: reference)
        }
        return Content(reference: reference, digest: digest)
    }
}
