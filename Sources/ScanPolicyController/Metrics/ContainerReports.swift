// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel
import Planning

/// A container of a workload, as a label set names it.
struct ContainerPlace: Hashable {
    var namespace: String
    var workload: ScanReport.Workload
    /// The container's name in the Pod; empty for an image that a policy names.
    var container: String
    /// As the Pod's spec writes it.
    var image: String
}

/// Which reports are about which containers: the Pods that run, joined with the reports of their namespaces.
///
/// Nothing is kept between two looks. A namespace without reports costs nothing, so neither does a cluster without policies.
struct ContainerReports {
    /// A container whose Pods differ in digest or platform has several.
    private(set) var reports: [ContainerPlace: [ObjectKey: ScanReport]] = [:]
    private let world: World
    private var readings: [Text: Reading] = [:]
    private var platforms: [String: Platform] = [:]

    private struct Text: Hashable {
        var image: String
        var imageID: String
    }

    private enum Reading {
        case digest(Digest)
        /// The node's id says nothing that a registry knows, or what another repository has: a report of that content answers, else
        /// those that were made by tag.
        case name(String, foreign: Digest?)
        case nothing
    }

    /// The reports of one namespace by what a container shows of its image.
    private struct Shelf {
        var byDigest: [Digest: [ScanReport]] = [:]
        var byName: [String: [ScanReport]] = [:]

        func report(_ reading: Reading, on platform: Platform) -> ScanReport? {
            let found: [ScanReport]? =
                switch reading {
                case .digest(let digest): byDigest[digest]
                case .name(let name, let foreign):
                    foreign.flatMap { byDigest[$0] }?.filter { $0.image.reference == name } ?? byName[name]
                case .nothing: nil
                }
            return found?.filter { $0.image.platform == platform }.max { $0.scanTime < $1.scanTime }
        }
    }

    init(in world: World) {
        self.world = world
        for node in world[Node.self].objects() { platforms[node.metadata.name] = node.platform }
        let all = world[ScanReport.self].objects().filter { $0.hasOwnName && $0.isManaged }
        for (namespace, reports) in Dictionary(grouping: all, by: \.metadata.namespace) {
            addNamed(reports)
            add(world[Pod.self].objects(in: namespace), Self.shelf(reports))
        }
    }

    private static func shelf(_ reports: [ScanReport]) -> Shelf {
        var shelf = Shelf()
        for report in reports {
            shelf.byDigest[report.image.digest, default: []].append(report)
            if report.image.isResolvedFromTag { shelf.byName[report.image.reference, default: []].append(report) }
        }
        return shelf
    }

    private mutating func add(_ pods: [Pod], _ shelf: Shelf) {
        let owners = WorkloadOwners(in: world)
        for pod in pods where pod.phase != .succeeded && pod.phase != .failed && !ScanJob.isOurs(pod.metadata) {
            guard let platform = pod.nodeName.flatMap({ platforms[$0] }),
                let owner = owners.top(of: pod)
            else { continue }
            for container in pod.containers {
                guard let report = shelf.report(reading(of: container), on: platform) else { continue }
                let place = ContainerPlace(
                    namespace: pod.metadata.namespace, workload: owner, container: container.name,
                    image: container.image)
                reports[place, default: [:]][report.key] = report
            }
        }
    }

    /// Images that policies name have no Pod.
    private mutating func addNamed(_ named: [ScanReport]) {
        for report in named {
            for user in report.usedBy where user.kind == ScanPolicy.resource.kind {
                let place = ContainerPlace(
                    namespace: report.metadata.namespace, workload: user, container: "", image: report.image.reference)
                reports[place, default: [:]][report.key] = report
            }
        }
    }

    private mutating func reading(of container: Container) -> Reading {
        let text = Text(image: container.image, imageID: container.status.imageID)
        if let known = readings[text] { return known }
        let reading = Self.read(text)
        readings[text] = reading
        return reading
    }

    private static func read(_ text: Text) -> Reading {
        if text.imageID.isEmpty { return .nothing }
        do throws(ImageReferenceError) {
            let reference = try ImageReference(parsing: text.image)
            let reading = ImageIDReading(imageID: text.imageID, spec: reference)
            if case .digest(let digest) = reading { return .digest(digest) }
            return .name(reference.familiar, foreign: reading.foreignDigest)
        } catch {
            return .nothing
        }
    }
}
