// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Facts
import KubernetesModel
import OCIModel
import Planning

extension ScanPolicyController {
    /// What a policy wants scanned, as far as the world shows it. A pure function of its arguments.
    ///
    /// - Parameter run: the run that it is in or was in last.
    package static func demand(of policy: ScanPolicy, run: ScanRun?, in world: World) -> PolicyDemand {
        var builder = DemandBuilder(policy, run.map(RunDemand.init), world)
        builder.build()
        return builder.demand
    }
}

/// Collects the demand of one policy.
struct DemandBuilder {
    let policy: ScanPolicy
    let world: World
    private let run: RunDemand?
    private let excludedImages: [Glob]
    private(set) var demand: PolicyDemand
    /// What a container's image and id were found to mean; thousands of containers share few images.
    private var readings: [Reading: Answer] = [:]

    private struct Reading: Hashable {
        var image: String
        var imageID: String
    }

    private enum Answer {
        case excluded
        case notPullable(repository: String?)
        /// Waits for a fact, or for the container to start; the latter is not worth counting.
        case unresolved(repository: String, isCounted: Bool)
        case image(ImageReference, Digest, isResolvedFromTag: Bool)
    }

    init(_ policy: ScanPolicy, _ run: RunDemand?, _ world: World) {
        self.policy = policy
        self.run = run
        self.world = world
        excludedImages = (policy.spec.excludeImages ?? []).map(Glob.init)
        demand = PolicyDemand(policy: policy.key)
    }

    mutating func build() {
        if let stall = PolicyValidation.stall(of: policy, operatorNamespace: world.configuration.operatorNamespace) {
            demand.stall = stall
            return
        }
        demand.namespaces = namespaces
        if policy.spec.workloads != nil {
            for name in demand.namespaces.sorted() { addPods(in: name) }
        }
        for text in policy.spec.images ?? [] { addNamed(text) }
    }

    /// The namespaces to look in; its own, or those that a policy of the root namespace selects.
    private var namespaces: Set<String> {
        guard let selector = policy.spec.workloads?.namespaceSelector else { return [policy.metadata.namespace] }
        let selected = world[Namespace.self].objects().filter { selector.matches($0.metadata.labels) }
        return Set(selected.map(\.metadata.name)).union([policy.metadata.namespace])
    }

    // MARK: Pods

    private mutating func addPods(in name: String) {
        // The policy's own namespace is there to hold reports of spec.images; its Pods count only when it is selected.
        guard let namespace = world[Namespace.self][ObjectKey(name: name)]?.metadata else {
            demand.unseenNamespaces.insert(name)
            return
        }
        if let selector = policy.spec.workloads?.namespaceSelector, !selector.matches(namespace.labels) { return }
        if namespace.isBeingDeleted || Self.isOptedOut(namespace) { return }
        if world.configuration.excludedNamespaces.contains(name) { return }
        for entry in world[Pod.self].entries(in: name) {
            guard let pod = entry.value.object else {
                demand.unseenNamespaces.insert(name)
                continue
            }
            add(pod)
        }
    }

    private static func isOptedOut(_ metadata: ObjectMetadata) -> Bool {
        metadata.annotations["watchbill.dev/scan"] == "false"
    }

    private mutating func add(_ pod: Pod) {
        if pod.phase == .succeeded || pod.phase == .failed || Self.isOptedOut(pod.metadata)
            || ScanJob.isOurs(pod.metadata)
        {
            return
        }
        if let selector = policy.spec.workloads?.selector, !selector.matches(pod.metadata.labels) { return }
        guard let owner = WorkloadOwner.top(of: pod, in: world) else {
            for container in pod.containers { markUnresolved(container.image, in: pod.metadata.namespace) }
            return
        }
        if policy.spec.workloads?.excludeKinds?.contains(owner.kind) == true { return }
        let platform = pod.nodeName.flatMap(platform(ofNode:))
        for container in pod.containers { add(container, of: pod, owner: owner, platform: platform) }
    }

    /// What the node says it is; nil while that is not known, because a guess would scan what does not run.
    private func platform(ofNode name: String) -> Platform? {
        guard let node = world[Node.self].object(ObjectKey(name: name)), !node.operatingSystem.isEmpty,
            !node.architecture.isEmpty
        else { return nil }
        return Platform(os: node.operatingSystem, architecture: node.architecture)
    }

    private mutating func add(_ container: Container, of pod: Pod, owner: ScanReport.Workload, platform: Platform?) {
        let namespace = pod.metadata.namespace
        switch answer(for: container) {
        case .excluded: break
        case .notPullable(let repository):
            demand.notPullable.insert(NamedImage(namespace: namespace, image: container.image, repository: repository))
        case .unresolved(let repository, let isCounted):
            demand.unresolved.insert(
                NamedImage(namespace: namespace, image: container.image, repository: repository, isCounted: isCounted))
        case .image(let reference, let digest, let isResolvedFromTag):
            guard let platform else {
                demand.unresolved.insert(
                    NamedImage(namespace: namespace, image: container.image, repository: reference.name))
                return
            }
            insert(
                ImageKey(digest: digest, platform: platform), reference, isResolvedFromTag, in: namespace, user: owner,
                pullSecrets: Set(pod.imagePullSecrets))
        }
    }

    private mutating func markUnresolved(_ image: String, in namespace: String) {
        guard let reference = Self.parse(image), !isExcluded(reference, written: image) else { return }
        demand.unresolved.insert(NamedImage(namespace: namespace, image: image, repository: reference.name))
    }

    private mutating func answer(for container: Container) -> Answer {
        if case .waiting(let reason, _) = container.status.state, Self.pullFailures.contains(reason) {
            let reference = Self.parse(container.image)
            if let reference, isExcluded(reference, written: container.image) { return .excluded }
            return .notPullable(repository: reference?.name)
        }
        let reading = Reading(image: container.image, imageID: container.status.imageID)
        if let known = readings[reading] { return known }
        let answer = read(reading)
        readings[reading] = answer
        return answer
    }

    /// The kubelet's reasons for a container that waits because its image cannot be had.
    private static let pullFailures: Set<String> = [
        "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
        "RegistryUnavailable",
    ]

    private mutating func read(_ reading: Reading) -> Answer {
        guard let reference = Self.parse(reading.image) else { return .notPullable(repository: nil) }
        if isExcluded(reference, written: reading.image) { return .excluded }
        // Without an id the node has not shown that it may have this image: whoever merely names a digest learns nothing of it.
        if reading.imageID.isEmpty { return .unresolved(repository: reference.name, isCounted: false) }
        if case .digest(let digest) = ImageIDReading(imageID: reading.imageID, spec: reference) {
            return .image(reference, digest, isResolvedFromTag: false)
        }
        return resolveTag(of: reference)
    }

    /// Asks the registry for the digest behind the tag.
    private mutating func resolveTag(of reference: ImageReference) -> Answer {
        let question = TagDigest(reference)
        demand.wants.append(question)
        switch world.fact(question) {
        case .known(let digest, _): return .image(reference, digest, isResolvedFromTag: true)
        case .unknown: return .unresolved(repository: reference.name, isCounted: true)
        case .failed: return .notPullable(repository: reference.name)
        }
    }

    private static func parse(_ image: String) -> ImageReference? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: image) } catch { return nil }
    }

    private func isExcluded(_ reference: ImageReference, written: String) -> Bool {
        excludedImages.contains { glob in
            glob.matches(written) || glob.matches(reference.description) || glob.matches(reference.familiar)
                || glob.matches(reference.name)
        }
    }

    // MARK: Named images

    /// An image that the policy itself names, on every platform that the cluster has.
    private mutating func addNamed(_ text: String) {
        guard let reference = Self.parse(text), !isExcluded(reference, written: text) else { return }
        let answer =
            reference.digest.map { .image(reference, $0, isResolvedFromTag: false) } ?? resolveTag(of: reference)
        let namespace = policy.metadata.namespace
        switch answer {
        case .excluded: break
        case .notPullable(let repository):
            demand.notPullable.insert(NamedImage(namespace: namespace, image: text, repository: repository))
        case .unresolved(let repository, _):
            demand.unresolved.insert(NamedImage(namespace: namespace, image: text, repository: repository))
        case .image(_, let digest, _):
            let platforms = Set(world[Node.self].objects().compactMap { platform(ofNode: $0.metadata.name) })
            if platforms.isEmpty {
                demand.unresolved.insert(NamedImage(namespace: namespace, image: text, repository: reference.name))
            }
            for platform in platforms {
                insert(
                    ImageKey(digest: digest, platform: platform), reference, false, in: namespace,
                    user: .init(kind: ScanPolicy.resource.kind, name: policy.metadata.name), pullSecrets: [])
            }
        }
    }

    private mutating func insert(
        _ image: ImageKey, _ reference: ImageReference, _ isResolvedFromTag: Bool, in namespace: String,
        user: ScanReport.Workload,
        pullSecrets: Set<String>
    ) {
        let spec = policy.spec
        var settings = WorkloadJobSettings()
        settings.pullSecrets = pullSecrets.union(spec.job?.imagePullSecrets ?? [])
        settings.serviceAccountName = spec.job?.serviceAccountName
        settings.nodeSelector = spec.job?.nodeSelector ?? [:]
        settings.tolerations = spec.job?.tolerations ?? []
        settings.resources = spec.job?.resources
        let realm: Realm =
            switch spec.effectivePlacement {
            case .operator: .operator
            case .workload: .workload(namespace: namespace)
            case .auto: settings.pullSecrets.isEmpty ? .operator : .workload(namespace: namespace)
            }
        let wanted = ScanDemand(
            namespace: namespace, image: image, references: [reference], isResolvedFromTag: isResolvedFromTag,
            scanners: spec.effectiveScanners, realm: realm, settings: realm == .operator ? .init() : settings,
            users: [user],
            retries: spec.effectiveRetries, timeoutSeconds: spec.effectiveTimeoutSeconds,
            maximumFindings: spec.effectiveMaximumFindings,
            isActive: !spec.isSuspended, startsScans: !spec.isSuspended && (spec.scansNewImages || run?.isOpen == true),
            run: run)
        let key = ScopedImage(namespace: namespace, image: image)
        if demand.images[key]?.merge(wanted) == nil { demand.images[key] = wanted }
    }
}
