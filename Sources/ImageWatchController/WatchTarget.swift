// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel

/// An image that a watch is about: who runs it, what exactly runs, and what would be newer.
struct WatchTarget: Equatable {
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
    /// Which of the digests run on which platform.
    var runs: Set<Run> = []
    /// Digests that run by the name of another repository, each with the nodes' platforms: of this image if its repository has them.
    var foreign: [Digest: Set<Platform>] = [:]
    /// Nodes' platforms on which it runs by no digest that its repository knows: only its tag tells what that may be.
    private(set) var nameless: Set<Platform> = []
    /// It is not known yet, or not now, by which digest something runs.
    var isUndecided = false
    /// The Secret that the spec names.
    var ownSecrets: [ObjectKey] = []
    /// Pull secrets of Pods that run it.
    var pullSecrets: Set<ObjectKey> = []
    /// Why it cannot be said how to watch it.
    var problem: String?

    /// The most Secrets that are read for one image.
    static let secretLimit = 8

    /// Whose accounts are tried for it. The spec's own Secret goes first.
    var secrets: [ObjectKey] {
        ownSecrets + pullSecrets.subtracting(ownSecrets).sorted().prefix(Self.secretLimit - ownSecrets.count)
    }

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

    /// Content that runs on a node of a platform.
    struct Run: Hashable {
        var digest: Digest
        var platform: Platform
    }

    /// What one Pod tells of it.
    struct Note {
        var user: ImageWatchStatus.Workload
        /// The one that counts.
        var platform: Platform?
        /// The node's.
        var node: Platform?
        var digest: Digest?
        /// The same by the name of another repository.
        var foreign: Digest?
        var isNameless = false
        var pullSecrets: [ObjectKey]
    }

    mutating func take(_ note: Note) {
        users.insert(note.user)
        if let platform = note.platform { platforms.insert(platform) }
        if let digest = note.digest { digests.insert(digest) }
        if let digest = note.digest, let node = note.node { runs.insert(Run(digest: digest, platform: node)) }
        if let digest = note.foreign { foreign[digest, default: []].formUnion([note.node].compactMap(\.self)) }
        if note.isNameless, let node = note.node { nameless.insert(node) }
        pullSecrets.formUnion(note.pullSecrets)
    }

    /// Takes for its own what its repository was found to have.
    mutating func adopt(_ digest: Digest) {
        digests.insert(digest)
        for platform in foreign[digest] ?? [] { runs.insert(Run(digest: digest, platform: platform)) }
    }

    /// Its repository was found not to have it under this digest: put together anew, or compressed.
    mutating func disown(_ digest: Digest) { nameless.formUnion(foreign[digest] ?? []) }

    /// Takes what its tag is now for what runs by no digest of its repository, where that is compared.
    mutating func assume(_ digest: Digest) {
        for platform in nameless { runs.insert(Run(digest: digest, platform: platform)) }
    }

    /// The same image in another namespace.
    mutating func merge(_ other: WatchTarget) {
        users.formUnion(other.users)
        digests.formUnion(other.digests)
        platforms.formUnion(other.platforms)
        runs.formUnion(other.runs)
        foreign.merge(other.foreign) { $0.union($1) }
        nameless.formUnion(other.nameless)
        pullSecrets.formUnion(other.pullSecrets)
    }
}
