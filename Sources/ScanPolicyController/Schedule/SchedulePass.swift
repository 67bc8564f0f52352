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
    /// What the cluster is seen to remember of failures.
    let observedLedger: AttemptLedger
    /// The same as this plan leaves it.
    var ledger: AttemptLedger
    var plan = Plan()
    /// Reports that this plan writes.
    var written: Set<ObjectKey> = []

    init(_ world: World, at now: Timestamp) {
        self.world = world
        self.now = now
        survey = ScanSurvey(of: world, at: now)
        observedLedger = AttemptLedger(in: world)
        ledger = observedLedger
        let entries = world[ScanPolicy.self].entries().sorted { $0.key < $1.key }
        demands = entries.compactMap { _, entry in
            guard let policy = entry.object, !policy.metadata.isBeingDeleted else { return nil }
            return ScanPolicyController.demand(of: policy, run: policy.observedRun, in: world)
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

    /// Plans to hold a report, unless the API refused it a while ago. A refusal is written down like any other failure, so
    /// that it shows in status and its wait grows; a write that is left out keeps no delete of this plan from being done.
    mutating func write(_ report: ScanReport) {
        let object = ReportComposer.object(report)
        guard written.insert(object.reference.key).inserted else { return }
        let question = WriteRefusal(object.reference)
        plan.want(question)
        let id = Self.refusalID(of: report.imageKey, in: report.metadata.namespace)
        if case .known(let answer, let askedAt) = world.fact(question) {
            let failure = FailedTry(reason: ScanFailureReason(answer.reason), message: answer.message)
            ledger.record(
                failure, of: id, scanners: report.scanner.scanners, runTime: report.scanner.runTime,
                jobUID: AttemptLedger.Entry.reportRefusal(report.key, askedAt), at: wholeSecond(askedAt))
        }
        if let entry = ledger[id], entry.isReportRefusal, entry.nextTime > now {
            plan.wake(at: entry.nextTime)
        } else {
            plan.apply.append(object)
        }
    }

    /// Under which id a namespace's refusal of a report is written down: that of the image in the namespace's own realm.
    static func refusalID(of image: ImageKey, in namespace: String) -> String {
        ScanUnit.id(.workload(namespace: namespace), image)
    }

    /// Writes down what failed, if it changed.
    mutating func keepLedger() {
        ledger.expire(at: now)
        ledger = ledger.bounded
        if ledger != observedLedger { plan.apply.append(ledger.object(in: world.configuration.operatorNamespace)) }
    }
}

extension ScanReport {
    /// True when the object bears the name that we give to a report of this image.
    var hasOwnName: Bool { metadata.name == Self.name(image.digest, image.platform) }
}
