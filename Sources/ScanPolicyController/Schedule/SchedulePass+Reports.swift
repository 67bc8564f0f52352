// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning

extension SchedulePass {
    /// Keeps reports true: who uses them, and in every namespace that may have them.
    mutating func keepReports() {
        for (id, namespace) in restless {
            guard let unit = units[id], let demand = unit.demands[namespace] else { continue }
            if let report = world.report(of: unit.image, in: namespace) {
                if report.answers(demand) {
                    refresh(report, for: demand)
                } else if let source = shareable(unit.image, demand) {
                    copy(source, to: namespace, for: demand)
                } else {
                    refresh(report, for: demand)
                }
            } else if let source = shareable(unit.image, demand) {
                copy(source, to: namespace, for: demand)
            }
        }
        forgetSuccesses()
    }

    /// What some namespace wants of a unit and its report does not say, in the order of the units.
    private var restless: [(id: String, namespace: String)] {
        checks.flatMap { namespace, check in check.restless.map { (id: $0, namespace: namespace) } }
            .sorted { ($0.id, $0.namespace) < ($1.id, $1.namespace) }
    }

    /// Whatever failed and is answered now has failed no more.
    private mutating func forgetSuccesses() {
        if ledger.entries.isEmpty { return }
        for local in locals.values.lazy.flatMap(\.value.values) {
            let demand = local.demand
            if ledger[local.refusalID] != nil, demand.isActive,
                world.report(of: demand.image, in: demand.namespace)?.answers(demand) == true
            {
                ledger.forget(local.refusalID)
            }
        }
        for id in ledger.entries.keys {
            if let unit = units[id], isSatisfied(unit) { ledger.forget(id) }
        }
    }

    /// True when every namespace has its report.
    private func isSatisfied(_ unit: ScanUnit) -> Bool {
        unit.demands.allSatisfy { namespace, demand in
            world.report(of: unit.image, in: namespace)?.answers(demand) == true
        }
    }

    /// A report that is valid in every namespace and answers what is asked for.
    func shareable(_ image: ImageKey, _ demand: ScanDemand) -> ScanReport? {
        reports(of: image).first { $0.scanner.placement == .operator && $0.answers(demand) }
    }

    private mutating func copy(_ source: ScanReport, to namespace: String, for demand: ScanDemand) {
        var report = source
        report.metadata = ObjectMetadata(name: source.metadata.name, namespace: namespace)
        report.image.reference = demand.reference?.familiar ?? source.image.reference
        report.image.isResolvedFromTag = demand.isResolvedFromTag
        report.usedBy = Self.users(of: demand)
        report.unusedSinceTime = nil
        report.change = change(for: report)
        write(report)
    }

    private mutating func refresh(_ report: ScanReport, for demand: ScanDemand) {
        var wanted = report
        wanted.usedBy = Self.users(of: demand)
        wanted.unusedSinceTime = nil
        wanted.image.reference = demand.reference?.familiar ?? report.image.reference
        wanted.image.isResolvedFromTag = demand.isResolvedFromTag
        let isSettled = coverage.isSettled(report.metadata.namespace, demand.reference?.name)
        if !isSettled {
            // Someone may still use it of whom nothing is known just now.
            wanted.usedBy = Array(Set(wanted.usedBy + report.usedBy).sorted().prefix(ScanReport.usersLimit))
        }
        let left = Set(report.usedBy).subtracting(wanted.usedBy)
        let moved = left.isEmpty ? [] : movedOn(from: report, among: left)
        if !moved.isEmpty {
            wanted.usedBy = Array(moved.union(wanted.usedBy).sorted().prefix(ScanReport.usersLimit))
        }
        wanted.change = firstChange(wanted, after: report)
        if wanted != report { write(wanted) }
    }

    /// Marks reports that nothing uses, and deletes them when their time has come, or when no policy looks there any more.
    mutating func pruneReports() {
        for key in unwanted {
            guard let report = world[ScanReport.self].object(key) else { continue }
            let namespace = key.namespace
            guard !report.metadata.isBeingDeleted, !written.contains(key),
                coverage.isSettled(namespace, Self.repository(of: report))
            else { continue }
            guard let retention = coverage.retention[namespace] else {
                plan.delete.append(Deletion(report))
                continue
            }
            guard let since = report.unusedSinceTime else {
                var unused = report
                unused.unusedSinceTime = wholeSecond(now)
                write(unused)
                continue
            }
            if since + retention <= now {
                // What comes after it is still to be compared with it.
                if !movedOn(from: report, among: report.usedBy).isEmpty { continue }
                plan.delete.append(Deletion(report))
            } else {
                plan.wake(at: since + retention)
            }
        }
    }

    /// Reports that nobody wants, in the order of their keys.
    private var unwanted: [ObjectKey] {
        checks.flatMap { namespace, check in check.unwanted.map { ObjectKey(namespace: namespace, name: $0) } }.sorted()
    }

    static func repository(of report: ScanReport) -> String? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: report.image.reference).name } catch {
            return nil
        }
    }
}

extension ScanReport {
    var isManaged: Bool { metadata.labels["app.kubernetes.io/managed-by"] == "watchbill" }
}
