// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Findings
import KubernetesModel
import OCIModel
import Planning

/// What runs in a namespace, as far as any policy can care: most Pods are copies of another, and most of what happens to a
/// Pod changes nothing here.
struct NamespaceRoster: Derivation {
    let namespace: String

    /// With how many usages of its workload a Pod is compared, and with how many sets of labels of a usage, so that a workload
    /// whose Pods all differ costs no more than others. One that is there twice does no harm.
    static let comparisons = 4

    struct Roster: Equatable {
        var usages: [Usage] = []
        /// Some Pod could not be read.
        var isIncomplete = false
    }

    /// Pods of one workload that differ in nothing that matters, save for selectors.
    struct Usage: Hashable {
        /// What labels they have; a selector chooses all of them with one that it chooses.
        var labels: [[String: String]]
        /// Nil while the workload behind the Pod has not been seen.
        var owner: ScanReport.Workload?
        /// Nil while the node has not said what it is; a guess would scan what does not run.
        var platform: Platform?
        var pullSecrets: [String]
        var images: [Image]
    }

    struct Image: Hashable {
        let reading: ContainerReading
        /// The node cannot have the image.
        let isNotPullable: Bool
    }

    func value(in world: World) -> Roster {
        var builder = RosterBuilder(in: world)
        world[Pod.self].forEach(in: namespace) { entry in builder.add(entry) }
        return builder.roster
    }
}

/// The same as far as a selector chooses it. Labels are of no further use then, and what differs only in them is one.
struct NamespaceSelection: Derivation {
    let namespace: String
    /// Nil selects all.
    let selector: LabelSelector?

    func value(in world: World) -> NamespaceRoster.Roster {
        let roster = world.derived(NamespaceRoster(namespace: namespace)).value
        var selected = NamespaceRoster.Roster(isIncomplete: roster.isIncomplete)
        for var usage in roster.usages where selector.map({ usage.labels.contains(where: $0.matches) }) ?? true {
            usage.labels = []
            selected.usages.append(usage)
        }
        return selected
    }
}

private struct RosterBuilder {
    private(set) var roster = NamespaceRoster.Roster()
    private let owners: WorkloadOwners
    private let nodes: Snapshot<Node>
    private var platforms: [String: Platform?] = [:]
    private var workloads: [OwnerReference: ScanReport.Workload?] = [:]
    /// By workload: where its usages are, as Pods of different workloads are not worth comparing.
    private var places: [ScanReport.Workload?: [Int]] = [:]

    init(in world: World) {
        owners = WorkloadOwners(in: world)
        nodes = world[Node.self]
    }

    mutating func add(_ entry: Decoded<Pod>) {
        guard case .object(let pod) = entry else {
            roster.isIncomplete = true
            return
        }
        if pod.phase == .succeeded || pod.phase == .failed || pod.metadata.isOptedOut || ScanJob.isOurs(pod.metadata) {
            return
        }
        let platform: Platform? = if let node = pod.nodeName { platform(of: node) } else { nil }
        guard let controller = pod.metadata.controller else {
            append(pod, of: owners.top(of: pod), on: platform)
            return
        }
        let owner = workloads[controller] ?? owners.top(of: pod)
        workloads[controller] = .some(owner)
        let twins = places[owner, default: []].prefix(NamespaceRoster.comparisons)
        if let twin = twins.first(where: { roster.usages[$0].isOf(pod, on: platform) }) {
            return roster.usages[twin].add(pod.metadata.labels)
        }
        places[owner, default: []].append(roster.usages.count)
        append(pod, of: owner, on: platform)
    }

    private mutating func append(_ pod: Pod, of owner: ScanReport.Workload?, on platform: Platform?) {
        roster.usages.append(
            .init(
                labels: [pod.metadata.labels], owner: owner, platform: platform, pullSecrets: pod.imagePullSecrets,
                images: pod.containers.map(NamespaceRoster.Image.init)))
    }

    private mutating func platform(of node: String) -> Platform? {
        if let known = platforms[node] { return known }
        let platform = nodes.object(ObjectKey(name: node)).flatMap(\.platform)
        platforms[node] = .some(platform)
        return platform
    }
}

extension NamespaceRoster.Usage {
    /// True when a Pod of the same owner adds nothing to it but labels.
    fileprivate func isOf(_ pod: Pod, on platform: Platform?) -> Bool {
        self.platform == platform && pullSecrets == pod.imagePullSecrets && images.count == pod.containers.count
            && zip(images, pod.containers).allSatisfy { $0.isOf($1) }
    }

    fileprivate mutating func add(_ more: [String: String]) {
        if !labels.suffix(NamespaceRoster.comparisons).contains(more) { labels.append(more) }
    }
}

extension NamespaceRoster.Image {
    fileprivate init(_ container: Container) {
        reading = ContainerReading(image: container.image, imageID: container.status.imageID)
        isNotPullable = container.status.state.isNotPullable
    }

    fileprivate func isOf(_ container: Container) -> Bool {
        reading.imageID == container.status.imageID && reading.image == container.image
            && isNotPullable == container.status.state.isNotPullable
    }
}

extension Node {
    /// What it says it is; nil until the kubelet has reported.
    var platform: Platform? {
        operatingSystem.isEmpty || architecture.isEmpty
            ? nil : Platform(os: operatingSystem, architecture: architecture)
    }
}
