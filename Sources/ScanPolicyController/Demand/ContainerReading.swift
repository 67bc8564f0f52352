// SPDX-License-Identifier: Apache-2.0
import Facts
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
        /// The question whether the image's own repository has what another one was found to have.
        var foreign: TagDigest?
    }

    func value(in world: World) -> Content {
        guard let reference = ImageNames.parse(image) else { return Content() }
        let reading = ImageIDReading(imageID: imageID, spec: reference)
        if case .digest(let digest) = reading { return Content(reference: reference, digest: digest) }
        let foreign = reading.foreignDigest.map { TagDigest(reference.pinned(to: $0)) }
        return Content(reference: reference, foreign: foreign)
    }
}

/// Whether an image's own repository has content that the node had under another repository's name before.
enum ForeignContent {
    case unknown
    case held(Digest)
    /// It is another image there, compressed or put together anew.
    case absent
    case failed

    init(_ question: TagDigest, in world: World) {
        guard let digest = question.reference.digest else {
            self = .failed
            return
        }
        switch world.fact(question) {
        case .unknown: self = .unknown
        case .known: self = .held(digest)
        case .failed(let failure) where failure.reason == "ImageNotFound": self = .absent
        // Only a scan beside the workload has the account to find out.
        case .failed(let failure) where failure.reason == "Unauthorized": self = .held(digest)
        case .failed: self = .failed
        }
    }
}

/// Which digest of its repository runs, and what has to be asked to know it: the one that the node names, if the repository has
/// it, or else what the tag is now.
struct RunningDigest {
    enum Standing {
        case known(Digest, isFromTag: Bool)
        case unknown
        case failed
    }

    private(set) var standing: Standing
    private(set) var wants: [TagDigest] = []

    init(of content: ContainerReading.Content, _ reference: ImageReference, in world: World) {
        if let digest = content.digest {
            standing = .known(digest, isFromTag: false)
            return
        }
        if let question = content.foreign {
            wants.append(question)
            switch ForeignContent(question, in: world) {
            case .held(let digest):
                standing = .known(digest, isFromTag: false)
                return
            case .unknown:
                standing = .unknown
                return
            case .failed:
                standing = .failed
                return
            case .absent: break
            }
        }
        let question = TagDigest(reference)
        wants.append(question)
        standing =
            switch world.fact(question) {
            case .known(let digest, _): .known(digest, isFromTag: true)
            case .unknown: .unknown
            case .failed: .failed
            }
    }
}
