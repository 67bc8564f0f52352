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
    /// By namespace, everything that policies want there.
    let locals: [String: Derived<[ImageKey: NamespaceUnits.Local]>]
    /// By id.
    let units: [String: ScanUnit]
    let coverage: Coverage
    /// By namespace, what of its reports is not as it should be; a namespace where all is well is left out.
    let checks: [String: ReportCheck.Result]
    /// Where there are reports of an image; empty while nobody wants one.
    private let places: [ImageKey: [String]]
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
        observedLedger = world.derived(LedgerReading()).value
        ledger = observedLedger
        let entries = world[ScanPolicy.self].entries().sorted { $0.key < $1.key }
        demands = entries.compactMap { _, entry in
            guard let policy = entry.object, !policy.metadata.isBeingDeleted else { return nil }
            return ScanPolicyController.demand(of: policy, run: policy.observedRun, in: world)
        }
        locals = Self.locals(demands, in: world)
        units = world.derived(AllUnits(namespaces: locals.sorted { $0.key < $1.key }.map(\.value))).value
        coverage = Coverage(entries.map(\.value), demands, in: world)
        checks = Self.checks(locals, in: world)
        places = checks.isEmpty ? [:] : world.derived(ReportPlaces(in: world)).value
        for demand in demands {
            for question in demand.wants { plan.want(question) }
        }
    }

    private static func locals(
        _ demands: [PolicyDemand], in world: World
    ) -> [String: Derived<[ImageKey: NamespaceUnits.Local]>] {
        var parts: [String: [Derived<LocalDemand>]] = [:]
        for part in demands.lazy.flatMap(\.parts) { parts[part.namespace, default: []].append(part.local) }
        return Dictionary(
            uniqueKeysWithValues: parts.map { namespace, parts in
                (namespace, world.derived(NamespaceUnits(namespace: namespace, parts: parts)))
            })
    }

    private static func checks(
        _ locals: [String: Derived<[ImageKey: NamespaceUnits.Local]>], in world: World
    ) -> [String: ReportCheck.Result] {
        var checks: [String: ReportCheck.Result] = [:]
        for namespace in Set(world[ScanReport.self].namespaces).union(locals.keys) {
            let result = world.derived(ReportCheck(namespace: namespace, units: locals[namespace])).value
            if result != ReportCheck.Result() { checks[namespace] = result }
        }
        return checks
    }

    /// The reports of an image, in the order of their namespaces.
    func reports(of image: ImageKey) -> [ScanReport] {
        (places[image] ?? []).compactMap { world.report(of: image, in: $0) }
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
        if ledger == observedLedger { return }
        ledger = ledger.bounded
        if ledger != observedLedger { plan.apply.append(ledger.object(in: world.configuration.operatorNamespace)) }
    }
}

extension ScanReport {
    /// True when the object bears the name that we give to a report of this image.
    var hasOwnName: Bool { metadata.name == Self.name(image.digest, image.platform) }
}
