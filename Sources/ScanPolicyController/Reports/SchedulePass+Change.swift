// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning

/// What rollouts bring: a new report is compared with that of the digest that the same workload ran before.
extension SchedulePass {
    /// The change that a report is to have which is about to be written.
    ///
    /// Against what it is compared is decided when an image's first report in a namespace appears, and stays; a scan later
    /// on compares with the same digest again, or keeps the answer when that one's report is gone.
    func change(for report: ScanReport) -> ScanReport.Change? {
        let namespace = report.metadata.namespace
        guard let existing = world.report(of: report.imageKey, in: namespace) else {
            return predecessor(of: report).flatMap { ReportComparison($0, report)?.change }
        }
        guard let known = existing.change else { return firstChange(report, after: existing) }
        let previous = Digest(known.previousDigest).flatMap {
            world.report(of: ImageKey(digest: $0, platform: report.image.platform), in: namespace)
        }
        return previous.flatMap { ReportComparison($0, report)?.change } ?? known
    }

    /// The report of what a workload of this one ran before: of the same repository and platform, the latest.
    private func predecessor(of report: ScanReport) -> ScanReport? {
        let users = Self.workloads(report.usedBy)
        guard !users.isEmpty, let repository = Self.repository(of: report) else { return nil }
        let candidates = world[ScanReport.self].objects(in: report.metadata.namespace).filter { candidate in
            candidate.isManaged && candidate.hasOwnName && candidate.image.digest != report.image.digest
                && candidate.image.platform == report.image.platform
                && !Self.workloads(candidate.usedBy).isDisjoint(with: users)
                && Self.repository(of: candidate) == repository
        }
        return candidates.max { Self.isEarlier($0, $1) }
    }

    /// In use is later than not in use; then what was in use longer; then what was scanned later.
    private static func isEarlier(_ left: ScanReport, _ right: ScanReport) -> Bool {
        let end = Timestamp(microseconds: .max)
        let (one, other) = (left.unusedSinceTime ?? end, right.unusedSinceTime ?? end)
        if one != other { return one < other }
        if left.scanTime != right.scanTime { return left.scanTime < right.scanTime }
        return left.image.digest < right.image.digest
    }

    /// A policy that names an image rolls nothing out, nor does a watch that compares it.
    static func workloads(_ users: [ScanReport.Workload]) -> Set<ScanReport.Workload> {
        Set(users.filter { $0.kind != ScanPolicy.resource.kind && $0.kind != ImageWatch.resource.kind })
    }

    /// The change of a report that was there before anything ran its image; nil where it says one, or still nothing does.
    func firstChange(_ wanted: ScanReport, after report: ScanReport) -> ScanReport.Change? {
        guard report.change == nil, Self.workloads(report.usedBy).isEmpty, !Self.workloads(wanted.usedBy).isEmpty else {
            return report.change
        }
        return predecessor(of: wanted).flatMap { ReportComparison($0, wanted)?.change }
    }

    /// Those who used an image and now run another one of the same repository that has no report yet: until then this report
    /// is the only one to know what they ran before.
    func movedOn(from report: ScanReport, among users: some Sequence<ScanReport.Workload>) -> Set<ScanReport.Workload> {
        let users = Self.workloads(Array(users))
        guard !users.isEmpty, let repository = Self.repository(of: report) else { return [] }
        let namespace = report.metadata.namespace
        var moved: Set<ScanReport.Workload> = []
        for unit in units.values where unit.image != report.imageKey && unit.image.platform == report.image.platform {
            guard let demand = unit.demands[namespace], demand.references.contains(where: { $0.name == repository }),
                !demand.users.isDisjoint(with: users), world.report(of: unit.image, in: namespace) == nil
            else { continue }
            moved.formUnion(demand.users.intersection(users))
        }
        return moved
    }
}
