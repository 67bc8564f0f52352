// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning

/// What runs in a namespace, as far as any watch can care: most Pods are copies of another, and most of what happens to a Pod
/// changes nothing here.
struct WatchRoster: Derivation {
    let namespace: String

    /// With how many usages of its workload a Pod is compared, so that a workload whose Pods all differ costs no more than
    /// others. One that is there twice does no harm.
    static let comparisons = 4

    struct Roster: Equatable {
        /// A set, because Pods come in no particular order, and the same Pods are to make the same roster.
        var usages: Set<Usage> = []
        /// Some Pod could not be read, or the namespace has not been seen.
        var isPartial = false
    }

    /// Pods that differ in nothing that matters.
    struct Usage: Hashable {
        var labels: [String: String]
        /// Those that say how to watch.
        var annotations: [String: String]
        /// Nil while the workload behind the Pod has not been seen.
        var owner: ScanReport.Workload?
        /// Nil while the node has not said what it is.
        var platform: Platform?
        var pullSecrets: [String]
        var images: [Image]
    }

    struct Image: Hashable {
        var reference: ImageReference
        /// Nil while nothing that a registry knows is said to run.
        var digest: Digest?
        /// What runs by the name of another repository, which the runtime knew first.
        var foreign: Digest?
        /// Something runs, and the node has no name for it that any registry knows.
        var isNameless = false
    }

    func value(in world: World) -> Roster {
        guard let metadata = world[Namespace.self][ObjectKey(name: namespace)]?.metadata else {
            return Roster(isPartial: true)
        }
        if metadata.isBeingDeleted || world.configuration.excludedNamespaces.contains(namespace) { return Roster() }
        var builder = WatchRosterBuilder(in: world)
        world[Pod.self].forEach(in: namespace) { entry in builder.add(entry) }
        builder.finish()
        return builder.roster
    }
}

private struct WatchRosterBuilder {
    private var usages: [WatchRoster.Usage] = []
    private var isPartial = false
    var roster: WatchRoster.Roster { .init(usages: Set(usages), isPartial: isPartial) }
    private let owners: WorkloadOwners
    private let nodes: Snapshot<Node>
    private var platforms: [String: Platform?] = [:]
    /// By what controls a Pod: where its usages are, and the first Pod of each, as Pods of different workloads are not worth
    /// comparing.
    private var workloads: [OwnerReference: (owner: ScanReport.Workload?, models: [(pod: Pod, place: Int)])] = [:]
    /// The latest Pod of each CronJob, at work or not: between two runs it says what the next one will run.
    private var runs: [String: Pod] = [:]

    init(in world: World) {
        owners = WorkloadOwners(in: world)
        nodes = world[Node.self]
    }

    mutating func add(_ entry: Decoded<Pod>) {
        guard case .object(let pod) = entry else {
            isPartial = true
            return
        }
        if pod.metadata.isBeingDeleted || pod.isScan { return }
        if pod.metadata.controller?.kind == "Job", let owner = owners.top(of: pod), owner.kind == "CronJob",
            runs[owner.name]?.isLater(than: pod) != true
        {
            runs[owner.name] = pod
        }
        if !pod.isFinished { addRunning(pod) }
    }

    /// Adds what ran last of those CronJobs of which nothing runs now.
    mutating func finish() {
        for pod in runs.values where pod.isFinished { addRunning(pod) }
    }

    private mutating func addRunning(_ pod: Pod) {
        let platform: Platform? = if let node = pod.nodeName { platform(of: node) } else { nil }
        guard let controller = pod.metadata.controller else {
            append(pod, of: owners.top(of: pod), on: platform)
            return
        }
        let known = workloads[controller] ?? (owners.top(of: pod), [])
        let isCopy = known.models.prefix(WatchRoster.comparisons).contains { model in
            usages[model.place].platform == platform && pod.isCopy(of: model.pod)
        }
        if isCopy { return }
        workloads[controller] = (known.owner, known.models + [(pod, usages.count)])
        append(pod, of: known.owner, on: platform)
    }

    private mutating func append(_ pod: Pod, of owner: ScanReport.Workload?, on platform: Platform?) {
        usages.append(
            .init(
                labels: pod.metadata.labels, annotations: pod.metadata.annotations.filter(WatchAnnotations.isRead),
                owner: owner, platform: platform, pullSecrets: pod.imagePullSecrets,
                images: pod.containers.compactMap(WatchRoster.Image.init)))
    }

    private mutating func platform(of node: String) -> Platform? {
        if let known = platforms[node] { return known }
        let platform = nodes.object(ObjectKey(name: node)).flatMap { found -> Platform? in
            found.operatingSystem.isEmpty || found.architecture.isEmpty
                ? nil : Platform(os: found.operatingSystem, architecture: found.architecture)
        }
        platforms[node] = .some(platform)
        return platform
    }
}

extension Pod {
    /// One that scans for us is nobody's workload.
    var isScan: Bool { Job.labelSelector.allSatisfy { metadata.labels[$0.key] == $0.value } }

    fileprivate var isFinished: Bool { phase == .succeeded || phase == .failed }

    /// By when they were made, then by name, so that it does not matter in which order they are seen.
    fileprivate func isLater(than other: Pod) -> Bool {
        let (own, theirs) = (metadata.creationTime?.seconds ?? 0, other.metadata.creationTime?.seconds ?? 0)
        return (own, metadata.name) > (theirs, other.metadata.name)
    }

    /// True when it says nothing that another Pod of the same owner does not.
    fileprivate func isCopy(of other: Pod) -> Bool {
        containers.count == other.containers.count && imagePullSecrets == other.imagePullSecrets
            && zip(containers, other.containers).allSatisfy {
                $0.image == $1.image && $0.status.imageID == $1.status.imageID
            } && metadata.labels == other.metadata.labels && metadata.annotations == other.metadata.annotations
    }
}

extension WatchRoster.Image {
    fileprivate init?(_ container: Container) {
        do throws(ImageReferenceError) { reference = try ImageReference(parsing: container.image) } catch { return nil }
        // A digest in the spec is what was asked for, not yet what runs: the id alone tells.
        guard !container.status.imageID.isEmpty else { return }
        let reading = ImageIDReading(imageID: container.status.imageID, spec: reference)
        if case .digest(let found) = reading { digest = found }
        foreign = reading.foreignDigest
        isNameless = digest == nil && foreign == nil
    }
}
