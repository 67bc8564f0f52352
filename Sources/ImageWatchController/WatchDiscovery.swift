// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel
import Planning

/// Finds what a watch is about: the images that its spec names, and those that Pods run.
struct WatchDiscovery {
    private let watch: ImageWatch
    private let world: World
    private let basePolicy: TagPolicy
    private(set) var targets: [WatchTarget.Key: WatchTarget] = [:]
    /// The keys of images that the spec names, by their text.
    private var named: [String: [WatchTarget.Key]] = [:]
    /// True when something could not be seen yet, so that there may be more.
    private(set) var isPartial = false

    init(_ watch: ImageWatch, in world: World) {
        self.watch = watch
        self.world = world
        basePolicy = Self.policy(watch.spec.policy) ?? TagPolicy(.digest)
    }

    mutating func build() {
        for entry in watch.spec.images ?? [] { addNamed(entry) }
        for namespace in namespaces.sorted() { addPods(in: namespace) }
    }

    /// Where Pods are looked at. Those of its own namespace also tell who runs the images that the spec names.
    private var namespaces: Set<String> {
        guard let selector = watch.spec.workloads?.namespaceSelector else { return [watch.metadata.namespace] }
        let selected = world[Namespace.self].objects().filter { selector.matches($0.metadata.labels) }
        return Set(selected.map(\.metadata.name)).union([watch.metadata.namespace])
    }

    private func selects(_ pod: Pod) -> Bool {
        guard let workloads = watch.spec.workloads else { return false }
        guard workloads.selector?.matches(pod.metadata.labels) ?? true else { return false }
        guard let selector = workloads.namespaceSelector else { return true }
        return world[Namespace.self].object(ObjectKey(name: pod.metadata.namespace)).map {
            selector.matches($0.metadata.labels)
        } ?? false
    }

    // MARK: Named images

    private mutating func addNamed(_ entry: ImageWatchSpec.Image) {
        guard let reference = Self.parse(entry.image), let policy = Self.policy(entry.policy ?? watch.spec.policy)
        else { return }
        var target = WatchTarget(
            reference: reference, policy: policy, mayFallBack: (entry.policy ?? watch.spec.policy)?.type == nil)
        target.isOpen = reference.tag == nil
        targets[target.key] = target
        named[target.text, default: []].append(target.key)
    }

    // MARK: Pods

    private mutating func addPods(in namespace: String) {
        guard let metadata = world[Namespace.self][ObjectKey(name: namespace)]?.metadata else {
            isPartial = true
            return
        }
        if metadata.isBeingDeleted || world.configuration.excludedNamespaces.contains(namespace) { return }
        for entry in world[Pod.self].entries(in: namespace) {
            guard let pod = entry.value.object else {
                isPartial = true
                continue
            }
            add(pod)
        }
    }

    private mutating func add(_ pod: Pod) {
        if pod.phase == .succeeded || pod.phase == .failed || pod.metadata.isBeingDeleted { return }
        let isSelected = selects(pod)
        guard isSelected || watch.spec.images?.isEmpty == false else { return }
        guard let owner = WorkloadOwner.top(of: pod, in: world) else {
            isPartial = true
            return
        }
        let namespace = pod.metadata.namespace
        let user = ImageWatchStatus.Workload(
            namespace: namespace == watch.metadata.namespace ? nil : namespace, kind: owner.kind, name: owner.name)
        let settings = WatchAnnotations(pod.metadata.annotations, watch.spec.policy, basePolicy)
        let platform = settings.platform ?? pod.nodeName.flatMap(platform(ofNode:))
        for container in pod.containers {
            guard let reference = Self.parse(container.image) else { continue }
            addToNamed(reference, container, user, platform)
            guard isSelected, settings.isWatched else { continue }
            guard reference.tag != nil || reference.digest == nil else { continue }
            var target = WatchTarget(reference: reference, policy: settings.policy, mayFallBack: settings.mayFallBack)
            target.problem = settings.problem
            target.note(container, user, platform)
            if targets[target.key] == nil {
                targets[target.key] = target
            } else {
                targets[target.key]?.note(container, user, platform)
            }
        }
    }

    /// What runs of an image that the spec names is what newer ones are compared with.
    private mutating func addToNamed(
        _ reference: ImageReference, _ container: Container, _ user: ImageWatchStatus.Workload, _ platform: Platform?
    ) {
        guard !named.isEmpty, let tag = reference.effectiveTag else { return }
        for key in named["\(reference.name):\(tag)"] ?? [] { targets[key]?.note(container, user, platform) }
    }

    private func platform(ofNode name: String) -> Platform? {
        guard let node = world[Node.self].object(ObjectKey(name: name)), !node.operatingSystem.isEmpty,
            !node.architecture.isEmpty
        else { return nil }
        return Platform(os: node.operatingSystem, architecture: node.architecture)
    }

    private static func policy(_ policy: ImageWatchSpec.Policy?) -> TagPolicy? {
        do throws(TagPolicyError) { return try TagPolicy(policy) } catch { return nil }
    }

    private static func parse(_ image: String) -> ImageReference? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: image) } catch { return nil }
    }
}

extension WatchTarget {
    fileprivate mutating func note(_ container: Container, _ user: ImageWatchStatus.Workload, _ platform: Platform?) {
        users.insert(user)
        if let platform { platforms.insert(platform) }
        // A digest in the spec is what was asked for, not yet what runs: the id alone tells.
        guard !container.status.imageID.isEmpty else { return }
        if case .digest(let digest) = ImageIDReading(imageID: container.status.imageID, spec: reference) {
            digests.insert(digest)
        }
    }
}
