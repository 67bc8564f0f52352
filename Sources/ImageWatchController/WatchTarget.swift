// SPDX-License-Identifier: Apache-2.0
import CustomResources
import OCIModel

/// An image that a watch is about: who runs it, what exactly runs, and what would be newer.
struct WatchTarget {
    /// With the tag that runs; without one, only the newest is shown.
    var reference: ImageReference
    var policy: TagPolicy
    /// A policy without a type: a tag that is no version is watched for new content.
    var mayFallBack: Bool
    var users: Set<ImageWatchStatus.Workload> = []
    /// Digests that run, as far as they are known.
    var digests: Set<Digest> = []
    /// Platforms of the nodes that run it.
    var platforms: Set<Platform> = []
    /// Why it cannot be said how to watch it.
    var problem: String?

    /// The image without a digest: what it was pinned to tells nothing of what is newer.
    var text: String { tag.map { "\(reference.name):\($0)" } ?? reference.name }
    var tag: String? { reference.tag ?? (reference.digest == nil && !isOpen ? "latest" : nil) }
    /// True for an image of the spec without tag and digest: no tag stands for it.
    var isOpen = false

    /// What is one entry of the status.
    struct Key: Hashable {
        var text: String
        var policy: TagPolicy
        var problem: String?
    }

    var key: Key { Key(text: text, policy: policy, problem: problem) }
}
