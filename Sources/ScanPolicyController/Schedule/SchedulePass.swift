// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// One pass of the schedule: what was found, and the plan as it grows.
struct SchedulePass {
    let world: World
    let now: Timestamp
    let survey: ScanSurvey
    let demands: [PolicyDemand]
    /// By id.
    let units: [String: ScanUnit]
    let coverage: Coverage
    /// Reports by the image that they are about, in the order of their namespaces.
    let reports: [ImageKey: [ScanReport]]
    var ledger: AttemptLedger
    var plan = Plan()
    /// Reports that this plan writes.
    var written: Set<ObjectKey> = []

    init(_ world: World, at now: Timestamp) {
        self.world = world
        self.now = now
        survey = ScanSurvey(of: world, at: now)
        ledger = survey.ledger
        let entries = world[ScanPolicy.self].entries().sorted { $0.key < $1.key }
        demands = entries.compactMap { _, entry in
            guard let policy = entry.object, !policy.metadata.isBeingDeleted else { return nil }
            return ScanPolicyController.demand(of: policy, in: world)
        }
        units = ScanUnit.units(of: demands)
        coverage = Coverage(entries.map(\.value), demands, in: world)
        var reports: [ImageKey: [ScanReport]] = [:]
        for report in world[ScanReport.self].objects() where report.hasOwnName {
            reports[report.imageKey, default: []].append(report)
        }
        self.reports = reports.mapValues { $0.sorted { $0.key < $1.key } }
        for demand in demands {
            for question in demand.wants { plan.want(question) }
        }
    }

    /// Plans to hold a report, unless the API refused it a moment ago.
    mutating func write(_ report: ScanReport) {
        let object = ReportComposer.object(report)
        guard written.insert(object.reference.key).inserted else { return }
        plan.want(WriteRefusal(object.reference))
        if case .known(_, let askedAt) = world.fact(WriteRefusal(object.reference)), now < askedAt + Self.refusalPause {
            plan.wake(at: askedAt + Self.refusalPause)
            return
        }
        plan.apply.append(object)
    }

    /// How long a refused report is left alone.
    static let refusalPause = Duration.seconds(300)

    /// Writes down what failed, if it changed.
    mutating func keepLedger() {
        ledger.expire(at: now)
        ledger = ledger.bounded
        if ledger != survey.ledger { plan.apply.append(ledger.object(in: world.configuration.operatorNamespace)) }
    }
}

extension ScanReport {
    /// True when the object bears the name that we give to a report of this image.
    var hasOwnName: Bool { metadata.name == Self.name(image.digest, image.platform) }
}
