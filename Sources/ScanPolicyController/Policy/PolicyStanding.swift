// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning

/// How each image of a policy stands, and what that comes to.
struct PolicyStanding {
    /// From worse to better: an image that several namespaces use counts once, as the worst.
    private enum Standing {
        case failed(ScanPolicyStatus.Failure, isGivenUp: Bool, identity: String)
        case running(note: FailedTry?)
        case queued
        /// Nothing begins before the next run of the schedule.
        case awaitsRun
        case scanned

        var rank: Int {
            switch self {
            case .failed: 0
            case .running(.some): 1
            case .running(nil): 2
            case .queued: 3
            case .awaitsRun: 4
            case .scanned: 5
            }
        }
    }

    private struct ListedFailure {
        var failure: ScanPolicyStatus.Failure
        var isGivenUp: Bool
        var identity: String
    }

    private let policy: ScanPolicy
    private let demand: PolicyDemand
    /// What the policy's own run asks of reports.
    private let run: RunDemand?
    private let world: World
    private let survey: ScanSurvey
    private let now: Timestamp
    private(set) var status = ScanPolicyStatus()
    private(set) var health = Assessment("ScansHealthy", .unknown, reason: "", message: "")
    private(set) var events: [PlannedEvent] = []
    private(set) var wakeUp: Timestamp?
    /// Why Jobs that are there do not start.
    private(set) var wants: [JobEvents] = []
    private var failures: [ListedFailure] = []
    /// Of images that only ImageWatches want, or want scanned again: they are listed, but the policy is none the worse for them.
    private var compared: [ListedFailure] = []
    private var ledger: AttemptLedger?
    private(set) var view: FindingsView

    init(_ policy: ScanPolicy, _ demand: PolicyDemand, run: ScanRun?, in world: World, at now: Timestamp) {
        self.policy = policy
        self.demand = demand
        self.run = run.map(RunDemand.init)
        self.world = world
        self.now = now
        survey = ScanSurvey(of: world, in: demand.namespaces, at: now)
        view = FindingsView(of: policy, demand, in: world, at: now)
    }

    mutating func build() {
        status.lastHandledReconcileAt = policy.reconcileToken
        var worst: [ImageKey: Standing] = [:]
        // While an image is scanned again, what is known of it still counts.
        var reports: [ImageKey: ScanReport] = [:]
        for wanted in demand.parts.lazy.flatMap(\.demands) {
            let report = world.report(of: wanted.image, in: wanted.namespace)
            var standing = standing(of: wanted, report)
            if wanted.isComparison || report?.answers(wanted.scanners, run) == true {
                if case .failed(let failure, let isGivenUp, let identity) = standing {
                    compared.append(ListedFailure(failure: failure, isGivenUp: isGivenUp, identity: identity))
                }
                if wanted.isComparison { continue }
                standing = .scanned
            }
            if let report, reports[wanted.image] == nil { reports[wanted.image] = report }
            if let before = worst[wanted.image], before.rank <= standing.rank { continue }
            worst[wanted.image] = standing
        }
        let waiting = Set(demand.unresolved.filter(\.isCounted).map(\.image))
        status.images.queued = waiting.count
        status.images.notPullable = Set(demand.notPullable.map(\.image)).count
        for (_, standing) in worst.sorted(by: { $0.key < $1.key }) { count(standing) }
        for (_, report) in reports.sorted(by: { $0.key < $1.key }) { view.add(report) }
        status.images.matched = worst.count + waiting.count + status.images.notPullable
        listFailures()
        assess()
        view.finish(status.images)
        take(view)
    }

    private mutating func take(_ view: FindingsView) {
        status.summary = view.summary
        status.change = view.change
        status.lastScanTime = view.latest?.scanTime
        status.trivyVersion = view.latest?.scanner.version
        status.databaseUpdatedTime = view.latest?.scanner.databaseUpdatedTime
        if let time = view.wakeUp { wakeUp = wakeUp.map { min($0, time) } ?? time }
    }

    /// Says when the policy's runs are.
    mutating func note(_ clock: RunClock) {
        status.run = clock.run
        status.nextScanTime = clock.nextScanTime
        status.lastHandledScanNow = clock.lastHandledScanNow
    }

    // MARK: One image

    private mutating func standing(of wanted: ScanDemand, _ report: ScanReport?) -> Standing {
        if let report, report.answers(wanted) { return .scanned }
        let name = wanted.reference?.familiar ?? wanted.image.digest.description
        for realm in [Realm.workload(namespace: wanted.namespace), .operator] {
            guard let entry = entry(realm, wanted), entry.isReportRefusal else { continue }
            return failed(wanted, entry, name)
        }
        if let running = runningJob(of: wanted) { return running }
        for realm in [wanted.realm, .operator, .workload(namespace: wanted.namespace)] {
            if let entry = entry(realm, wanted) { return failed(wanted, entry, name) }
        }
        return wanted.startsScans || policy.spec.isSuspended ? .queued : .awaitsRun
    }

    private mutating func entry(_ realm: Realm, _ wanted: ScanDemand) -> AttemptLedger.Entry? {
        guard let entry = readLedger().entry(ScanUnit.id(realm, wanted.image)),
            entry.scanners.isSuperset(of: wanted.scanners), entry.isFresh(for: wanted.run),
            entry.expiry > now
        else { return nil }
        return entry
    }

    private func failed(_ wanted: ScanDemand, _ entry: AttemptLedger.Entry, _ name: String) -> Standing {
        let isGivenUp = isGivenUp(entry, wanted)
        return .failed(
            ScanPolicyStatus.Failure(
                image: name, attempts: entry.attempts, reason: entry.reason, message: entry.message,
                nextAttemptTime: isGivenUp ? entry.expiry : entry.nextTime),
            isGivenUp: isGivenUp, identity: "\(name)#\(entry.jobUID)")
    }

    /// The ledger can be large, and where every image has its report nobody needs it.
    private mutating func readLedger() -> AttemptLedger {
        if let ledger { return ledger }
        let read = world.derived(LedgerReading()).value
        ledger = read
        return read
    }

    private func isGivenUp(_ entry: AttemptLedger.Entry, _ wanted: ScanDemand) -> Bool {
        entry.attempts > wanted.retries
    }

    /// Nil when no Job is at it, or the Job has failed and that is written down.
    private mutating func runningJob(of wanted: ScanDemand) -> Standing? {
        for job in survey.jobs(for: wanted.image, validIn: wanted.namespace) where !job.job.metadata.isBeingDeleted {
            let progress = survey.progress(of: job)
            if let question = progress.eventsQuestion, !wants.contains(question) { wants.append(question) }
            if let time = progress.wakeUp { wakeUp = wakeUp.map { min($0, time) } ?? time }
            if case .running(let note) = progress.state { return .running(note: note) }
            if readLedger().entry(ScanUnit.id(job.realm, wanted.image))?.jobUID != job.uid {
                return .running(note: nil)
            }
        }
        return nil
    }

    // MARK: All of them

    private mutating func count(_ standing: Standing) {
        switch standing {
        case .failed(let failure, let isGivenUp, let identity):
            status.images.failed += 1
            failures.append(ListedFailure(failure: failure, isGivenUp: isGivenUp, identity: identity))
        case .running(let note):
            status.images.running += 1
            if let note { blocked.append(note) }
        case .queued: status.images.queued += 1
        case .awaitsRun:
            status.images.queued += 1
            awaiting += 1
        case .scanned: status.images.scanned += 1
        }
    }

    /// Images that wait for the schedule; they are queued, but nothing is under way.
    private var awaiting = 0

    /// True when nothing is left to do that the policy's run asks for.
    var isDone: Bool {
        status.images.running == 0 && status.images.queued == awaiting && demand.unresolved.isEmpty
            && failures.allSatisfy(\.isGivenUp)
    }

    /// True when no image is being scanned or about to be, so that what is known is all there is to know for now.
    var isSettled: Bool { status.images.running == 0 && status.images.queued == awaiting }

    /// True when every matched image has a report.
    var isWhole: Bool { demand.unresolved.isEmpty && status.images.scanned == status.images.matched }

    /// What failed as often as the policy allows.
    var givenUp: [ScanPolicyStatus.Failure] { failures.filter(\.isGivenUp).map(\.failure) }

    /// Says what there is to tell.
    mutating func note(_ notices: PolicyNotices) {
        status.outbox = notices.ledger.outbox
        status.notified = notices.notified
    }

    /// Why Jobs that are there do not start.
    private var blocked: [FailedTry] = []

    private mutating func listFailures() {
        failures.sort {
            if $0.isGivenUp != $1.isGivenUp { return $0.isGivenUp }
            return ($1.failure.attempts, $0.failure.image) < ($0.failure.attempts, $1.failure.image)
        }
        let listed = (failures + compared.sorted { $0.failure.image < $1.failure.image }).prefix(10)
        status.failures = listed.map(\.failure)
        events = listed.map { listed in
            PlannedEvent(
                about: policy, isWarning: true, reason: listed.failure.reason.rawValue,
                message: "\(listed.failure.image): \(listed.failure.message)", identity: listed.identity)
        }
    }

    private mutating func assess() {
        let images = status.images
        let (state, reason, message): (Condition.Status, ScanPolicy.HealthReason, String) =
            if let first = failures.first {
                (
                    .false, failures.allSatisfy(\.failure.reason.costsNoAttempt) ? .scansBlocked : .scansFailing,
                    "\(Plural.part(images.failed, of: images.matched, "image")) failed; \(first.failure.image): \(first.failure.reason.rawValue)"
                )
            } else if let first = blocked.first {
                (
                    .false, .scansBlocked,
                    "\(Plural.part(blocked.count, of: images.matched, "image")) \(Plural.verb(blocked.count, "waits", "wait")); \(first.reason.rawValue): \(first.message)"
                )
            } else if images.matched == 0 {
                (.true, .nothingToScan, ScanPolicy.HealthReason.nothingToScan.explanation)
            } else if images.running + images.queued > awaiting {
                (.unknown, .inProgress, ScanPolicy.HealthReason.inProgress.explanation)
            } else if awaiting > 0 {
                (.true, .awaitingRun, ScanPolicy.HealthReason.awaitingRun.explanation)
            } else if images.notPullable > 0 {
                (.true, .notPullable, ScanPolicy.HealthReason.notPullable.explanation)
            } else {
                (.true, .scanned, ScanPolicy.HealthReason.scanned.explanation)
            }
        health = Assessment("ScansHealthy", state, reason: reason.rawValue, message: message)
    }
}
