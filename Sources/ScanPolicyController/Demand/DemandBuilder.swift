// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import OCIModel
import Planning

extension ScanPolicyController {
    /// What a policy wants scanned, as far as the world shows it. A pure function of its arguments.
    ///
    /// - Parameter run: the run that it is in or was in last.
    package static func demand(of policy: ScanPolicy, run: ScanRun?, in world: World) -> PolicyDemand {
        let terms = DemandTerms(policy, run: run.map(RunDemand.init))
        var demand = PolicyDemand(policy: policy.key)
        demand.stall = world.derived(PolicyStall(terms: terms)).value
        if demand.stall != nil { return demand }
        var namespaces = [policy.metadata.namespace]
        if let selector = policy.spec.workloads?.namespaceSelector {
            let selected = world.derived(SelectedNamespaces(selector: selector)).value
            namespaces = selected.contains(policy.metadata.namespace) ? selected : (selected + namespaces).sorted()
        }
        demand.parts = namespaces.map { namespace in
            PolicyDemand.Part(
                namespace: namespace, local: world.derived(NamespaceDemand(terms: terms, namespace: namespace)))
        }
        return demand
    }
}

/// Collects the demand of one policy in one namespace.
struct DemandBuilder {
    private let terms: DemandTerms
    private let namespace: String
    private let world: World
    private let excludedImages: ExcludedImages
    private var demand = LocalDemand()
    private var images: [ImageKey: ScanDemand] = [:]
    /// What a container's image and id were found to mean; thousands of containers share few images.
    private var readings: [ContainerReading: Answer] = [:]

    private var spec: ScanPolicySpec { terms.spec }

    private enum Answer {
        case excluded
        case notPullable(repository: String?)
        /// Waits for a fact, or for the container to start; the latter is not worth counting.
        case unresolved(repository: String, isCounted: Bool)
        case image(ImageReference, Digest, isResolvedFromTag: Bool)
    }

    init(_ terms: DemandTerms, _ namespace: String, _ world: World) {
        self.terms = terms
        self.namespace = namespace
        self.world = world
        excludedImages = ExcludedImages(of: terms.spec)
    }

    mutating func build() -> LocalDemand {
        if spec.workloads != nil { addPods() }
        // The policy's own namespace is there to hold reports of spec.images; its Pods count only when it is selected.
        if namespace == terms.policy.namespace {
            for text in spec.images ?? [] { addNamed(text) }
            let candidates = world.derived(CandidateImages(policy: terms.policy)).value
            demand.wants += candidates.wants
            demand.undecided = candidates.undecided
            for entry in candidates.entries { add(entry) }
        }
        demand.demands = images.values.sorted { $0.image < $1.image }
        return demand
    }

    // MARK: Pods

    private mutating func addPods() {
        guard let metadata = world[Namespace.self][ObjectKey(name: namespace)]?.metadata else {
            demand.isUnseen = true
            return
        }
        if let selector = spec.workloads?.namespaceSelector, !selector.matches(metadata.labels) { return }
        if metadata.isBeingDeleted || metadata.isOptedOut { return }
        if world.configuration.excludedNamespaces.contains(namespace) { return }
        let all = LabelSelector()
        let selector = spec.workloads?.selector.flatMap { $0 == all ? nil : $0 }
        let selection = world.derived(NamespaceSelection(namespace: namespace, selector: selector)).value
        demand.isUnseen = selection.isIncomplete
        for usage in selection.usages { add(usage) }
    }

    private mutating func add(_ usage: NamespaceRoster.Usage) {
        guard let owner = usage.owner else {
            for image in usage.images { markUnresolved(image.reading.image) }
            return
        }
        if spec.workloads?.excludeKinds?.contains(owner.kind) == true { return }
        for image in usage.images { add(image, of: usage, owner) }
    }

    private mutating func add(
        _ image: NamespaceRoster.Image, of usage: NamespaceRoster.Usage, _ owner: ScanReport.Workload
    ) {
        let written = image.reading.image
        switch answer(for: image) {
        case .excluded: break
        case .notPullable(let repository):
            demand.notPullable.insert(NamedImage(namespace: namespace, image: written, repository: repository))
        case .unresolved(let repository, let isCounted):
            demand.unresolved.insert(
                NamedImage(namespace: namespace, image: written, repository: repository, isCounted: isCounted))
        case .image(let reference, let digest, let isResolvedFromTag):
            guard let platform = usage.platform else {
                demand.unresolved.insert(
                    NamedImage(namespace: namespace, image: written, repository: reference.name))
                return
            }
            insert(
                ImageKey(digest: digest, platform: platform), reference, isResolvedFromTag, user: owner,
                pullSecrets: usage.pullSecrets)
        }
    }

    private mutating func markUnresolved(_ image: String) {
        guard let reference = ImageNames.parse(image), !isExcluded(reference, written: image) else { return }
        demand.unresolved.insert(NamedImage(namespace: namespace, image: image, repository: reference.name))
    }

    private mutating func answer(for image: NamespaceRoster.Image) -> Answer {
        let reading = image.reading
        if image.isNotPullable {
            let reference = ImageNames.parse(reading.image)
            if let reference, isExcluded(reference, written: reading.image) { return .excluded }
            return .notPullable(repository: reference?.name)
        }
        if let known = readings[reading] { return known }
        let answer = read(reading)
        readings[reading] = answer
        return answer
    }

    private mutating func read(_ reading: ContainerReading) -> Answer {
        let content = world.derived(reading).value
        guard let reference = content.reference else { return .notPullable(repository: nil) }
        if isExcluded(reference, written: reading.image) { return .excluded }
        // Without an id the node has not shown that it may have this image: whoever merely names a digest learns nothing of it.
        if reading.imageID.isEmpty { return .unresolved(repository: reference.name, isCounted: false) }
        return resolve(content, reference)
    }

    /// Asks the registry where the node does not tell.
    private mutating func resolve(_ content: ContainerReading.Content, _ reference: ImageReference) -> Answer {
        let running = RunningDigest(of: content, reference, in: world)
        demand.wants += running.wants
        switch running.standing {
        case .known(let digest, let isFromTag): return .image(reference, digest, isResolvedFromTag: isFromTag)
        case .unknown: return .unresolved(repository: reference.name, isCounted: true)
        case .failed: return .notPullable(repository: reference.name)
        }
    }

    private func isExcluded(_ reference: ImageReference, written: String) -> Bool {
        excludedImages.contains(reference, written: written)
    }

    // MARK: Named images

    /// An image that the policy itself names, on every platform that the cluster has.
    private mutating func addNamed(_ text: String) {
        guard let reference = ImageNames.parse(text), !isExcluded(reference, written: text) else { return }
        switch resolve(.init(reference: reference, digest: reference.digest), reference) {
        case .excluded: break
        case .notPullable(let repository):
            demand.notPullable.insert(NamedImage(namespace: namespace, image: text, repository: repository))
        case .unresolved(let repository, _):
            demand.unresolved.insert(NamedImage(namespace: namespace, image: text, repository: repository))
        case .image(_, let digest, _):
            let platforms = Set(world[Node.self].objects().compactMap(\.platform))
            if platforms.isEmpty {
                demand.unresolved.insert(NamedImage(namespace: namespace, image: text, repository: reference.name))
            }
            for platform in platforms {
                insert(
                    ImageKey(digest: digest, platform: platform), reference, false,
                    user: .init(kind: ScanPolicy.resource.kind, name: terms.policy.name), pullSecrets: [])
            }
        }
    }

    // MARK: What is compared

    /// Scanned as soon as it is known, and again with every run, whatever of the workloads the policy selects: the watch names the
    /// policy for it. What the policy excludes by name stays excluded.
    private mutating func add(_ entry: CandidateImages.Entry) {
        if entry.names.contains(where: { isExcluded($0, written: $0.familiar) }) { return }
        insert(
            entry.image, entry.reference, entry.isResolvedFromTag, user: entry.user,
            pullSecrets: entry.pullSecrets.sorted(),
            comparison: .init(since: entry.isActive ? entry.since : nil, isActive: entry.isActive))
    }

    /// On what terms an image is scanned to be compared.
    private struct Comparison {
        /// From when on a report serves; nil: any will do.
        var since: Timestamp?
        /// False: what is there stays, and nothing begins.
        var isActive: Bool
    }

    private mutating func insert(
        _ image: ImageKey, _ reference: ImageReference, _ isResolvedFromTag: Bool, user: ScanReport.Workload,
        pullSecrets: [String], comparison: Comparison? = nil
    ) {
        // The policy is the same, so another Pod adds nothing but its name, unless it brings pull secrets.
        if pullSecrets.isEmpty, comparison == nil, let index = images.index(forKey: image) {
            images.values[index].add(user, reference, isResolvedFromTag)
            return
        }
        var settings = WorkloadJobSettings()
        settings.pullSecrets = Set(pullSecrets).union(spec.job?.imagePullSecrets ?? [])
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
        let run = RunDemand.later(terms.run, comparison?.since.map(RunDemand.init(noOlderThan:)))
        let isActive = !spec.isSuspended && comparison?.isActive != false
        let startsScans = comparison != nil || spec.scansNewImages || terms.run?.isOpen == true
        let wanted = ScanDemand(
            namespace: namespace, image: image, references: [reference], isResolvedFromTag: isResolvedFromTag,
            scanners: spec.effectiveScanners, realm: realm, settings: realm == .operator ? .init() : settings,
            users: [user],
            retries: spec.effectiveRetries, timeoutSeconds: spec.effectiveTimeoutSeconds,
            maximumFindings: spec.effectiveMaximumFindings,
            isActive: isActive, startsScans: isActive && startsScans, run: run)
        if images[image]?.merge(wanted) == nil { images[image] = wanted }
    }
}
