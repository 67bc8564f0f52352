// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Schedules

/// When registries are asked: every so often, or when a schedule is due.
struct CheckClock {
    /// How old an answer may be.
    private let base: Duration
    /// The same because somebody wants all that was asked before a certain time asked again.
    private let requested: Duration?
    private let interval: Duration?
    private let next: Timestamp?
    /// How much older the answer may be to what a version has behind it.
    private let patience: Duration

    /// A schedule that was last due before that is as good as new.
    private static let horizon = Duration.seconds(86_400 * 400)

    init(_ watch: ImageWatch, at now: Timestamp) throws(WatchStall) {
        let jitter = Jitter.offset(for: watch.metadata.uid, upTo: watch.spec.jitterSeconds ?? 0)
        guard let text = watch.spec.schedule else {
            if watch.spec.timeZone != nil {
                throw WatchStall(
                    .invalidSchedule, "spec.timeZone has no effect without spec.schedule; remove one or add the other")
            }
            let interval = watch.spec.effectiveInterval + jitter
            self.interval = interval
            base = interval
            requested = Self.requested(watch, at: now)
            next = nil
            patience = Self.patience(interval)
            return
        }
        guard watch.spec.intervalSeconds == nil else {
            throw WatchStall(
                .invalidSchedule, "spec.schedule stands beside spec.intervalSeconds; remove one of the two")
        }
        let schedule: CronSchedule
        do throws(CronError) { schedule = try CronSchedule(parsing: text) } catch {
            throw WatchStall(.invalidSchedule, "spec.\(error)")
        }
        let zone: TimeZoneRules
        do throws(TimeZoneError) {
            zone =
                try watch.spec.timeZone.map { (name) throws(TimeZoneError) in try TimeZoneRules(named: name) } ?? .utc
        } catch {
            throw WatchStall(.invalidTimeZone, "spec.timeZone: \(error)")
        }
        interval = nil
        let due = schedule.latest(after: now - Self.horizon, through: now - jitter, in: zone).map { $0 + jitter }
        base = due.map { now - $0 } ?? Self.horizon
        requested = Self.requested(watch, at: now)
        let next = schedule.next(after: now - jitter, in: zone).map { $0 + jitter }
        self.next = next
        patience = if let due, let next { Self.patience(next - due) } else { .zero }
    }

    private static func requested(_ watch: ImageWatch, at now: Timestamp) -> Duration? {
        watch.reconcileToken.flatMap(Timestamp.init(rfc3339:)).flatMap { $0 <= now ? now - $0 : nil }
    }

    /// Where a registry tells of changes itself, it is asked less often: four times the interval, up to a day. What it fails to
    /// tell is found by then, and ends this. A schedule is kept in any case.
    private func widened(_ isHinted: Bool) -> Duration? {
        interval.map { isHinted ? max($0, min($0 * Self.wideningFactor, Self.widest)) : $0 }
    }

    static let wideningFactor = 4
    static let widest = Duration.seconds(86_400)

    /// A version is given to other content by mistake or by malice, so what is behind it is asked for with every tenth check only,
    /// and once a week at least: record 0012.
    static let contentFactor = 10
    static let longestContent = Duration.seconds(604_800)

    private static func patience(_ period: Duration) -> Duration {
        max(.zero, min(period * (contentFactor - 1), longestContent - period))
    }

    /// An answer that is older does not serve any more.
    ///
    /// - Parameter ofVersion: what is asked for is the content of a tag that looks as if it never had another.
    func freshness(isHinted: Bool, ofVersion: Bool = false) -> Duration {
        let age = age(isHinted, ofVersion) ?? base + (ofVersion ? patience : .zero)
        return requested.map { min(age, $0) } ?? age
    }

    /// Until when what a registry says all at once, and contrary to all before, is taken for its mistake.
    func doubt(since time: Timestamp, at now: Timestamp) -> Timestamp {
        // Who asks for a check after that has seen it.
        if let requested, time < now - requested { return now - requested }
        return time + (interval.map { $0 + patience } ?? max(patience, .seconds(86_400)))
    }

    /// When an answer has to be asked for again. A second later than it may be old, so that it is too old by then.
    func nextCheck(after askedAt: Timestamp, isHinted: Bool, ofVersion: Bool = false) -> Timestamp? {
        age(isHinted, ofVersion).map { askedAt + $0 + .seconds(1) } ?? next
    }

    /// Hints make no difference to what is asked for seldom anyway.
    private func age(_ isHinted: Bool, _ ofVersion: Bool) -> Duration? {
        guard let interval, let widened = widened(isHinted) else { return nil }
        return ofVersion ? max(widened, interval + patience) : widened
    }
}
