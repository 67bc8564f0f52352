// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Schedules

/// When a policy's runs are due: which one is on, whether the next has come, and when it will.
///
/// A run is due when the schedule says so after the one that the status remembers, or after the policy was made; those that
/// were missed run once. A new value of the annotation `watchbill.dev/scan-now` asks for a run at once.
struct RunClock {
    /// The run that the policy is in, or was in last.
    private(set) var run: ScanRun?
    private(set) var nextScanTime: Timestamp?
    private(set) var lastHandledScanNow: String?
    /// What to ask before the next run can begin.
    private(set) var question: DatabaseDigest?
    /// When to look again.
    private(set) var wakeUp: Timestamp?

    /// How long a run waits for the database's registry before it begins without a pin: less than the minute after which the
    /// next run can be due, or none would ever begin.
    static let pinLimit = Duration.seconds(30)

    init(_ policy: ScanPolicy, in world: World, at now: Timestamp) {
        run = policy.observedRun
        lastHandledScanNow = policy.observedStatus?["lastHandledScanNow"]?.stringValue
        let schedule = RunSchedule(policy)
        if !policy.spec.isSuspended, let due = due(policy, schedule, at: now) { begin(due, policy, in: world, at: now) }
        guard !policy.spec.isSuspended, let next = schedule?.next(after: max(now, run?.dueTime ?? now)) else { return }
        nextScanTime = next
        wake(at: next)
    }

    private struct Due {
        var time: Timestamp
        var trigger: ScanRun.Trigger
        var token: String?
    }

    private func due(_ policy: ScanPolicy, _ schedule: RunSchedule?, at now: Timestamp) -> Due? {
        if let token = policy.scanNowToken, token != lastHandledScanNow {
            var time = Timestamp(secondsSinceEpoch: now.seconds)
            if let before = run?.dueTime, before >= time { time = before + .seconds(1) }
            return Due(time: time, trigger: .scanNow, token: token)
        }
        guard let schedule else { return nil }
        let start = run?.dueTime ?? policy.metadata.creationTime ?? now
        return schedule.latest(after: start, through: now).map { Due(time: $0, trigger: .schedule) }
    }

    /// Begins a run once its database is known, or cannot be.
    private mutating func begin(_ due: Due, _ policy: ScanPolicy, in world: World, at now: Timestamp) {
        var digest: String?
        if policy.spec.effectiveScanners.contains(.vulnerability),
            let repository = Self.database(world.configuration.scanner.databaseRepository)
        {
            switch pin(repository, due, in: world, at: now) {
            case .waits: return
            case .known(let known): digest = known
            }
        }
        let stamp = due.time.rfc3339.filter { $0 != "-" && $0 != ":" }
        run = ScanRun(
            id: (due.trigger == .scanNow ? "now-" : "") + stamp, dueTime: due.time, trigger: due.trigger,
            databaseDigest: digest)
        if let token = due.token { lastHandledScanNow = token }
    }

    private enum Pin {
        case waits
        case known(String?)
    }

    private mutating func pin(_ repository: ImageReference, _ due: Due, in world: World, at now: Timestamp) -> Pin {
        if let digest = repository.digest { return .known(digest.description) }
        // Asked for by a token, the time is only final when the run begins; the question must not change until then.
        let asked = due.trigger == .schedule ? due.time : run?.dueTime ?? Timestamp(secondsSinceEpoch: 0)
        let question = DatabaseDigest(repository, runTime: asked, token: due.token)
        self.question = question
        switch world.fact(question) {
        case .known(let digest, _): return .known(digest.description)
        case .unknown: return .waits
        case .failed(let failure):
            let limit = due.time + Self.pinLimit
            if failure.isFinal || now >= limit || due.trigger == .scanNow { return .known(nil) }
            wake(at: limit)
            return .waits
        }
    }

    private static func database(_ text: String) -> ImageReference? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: text) } catch { return nil }
    }

    private mutating func wake(at time: Timestamp) { wakeUp = wakeUp.map { min($0, time) } ?? time }

    /// Ends the run once nothing of it is left to do.
    mutating func complete(at now: Timestamp) {
        guard run != nil, run?.completionTime == nil else { return }
        run?.completionTime = Timestamp(secondsSinceEpoch: now.seconds)
    }
}

/// The schedule of one policy, its time zone and its jitter together.
struct RunSchedule {
    private let cron: CronSchedule
    private let zone: TimeZoneRules
    private let jitter: Duration

    /// Nil without a schedule, or with one that cannot be read, for which the policy is stalled.
    init?(_ policy: ScanPolicy) {
        guard let text = policy.spec.schedule else { return nil }
        do {
            cron = try CronSchedule(parsing: text)
            zone = try TimeZoneRules(named: policy.spec.effectiveTimeZone)
        } catch {
            return nil
        }
        jitter = Jitter.offset(for: policy.metadata.uid, upTo: policy.spec.effectiveJitter)
    }

    func next(after time: Timestamp) -> Timestamp? { cron.next(after: time - jitter, in: zone).map { $0 + jitter } }

    func latest(after start: Timestamp, through end: Timestamp) -> Timestamp? {
        cron.latest(after: start - jitter, through: end - jitter, in: zone).map { $0 + jitter }
    }
}
