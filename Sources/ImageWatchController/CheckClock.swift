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
        next = schedule.next(after: now - jitter, in: zone).map { $0 + jitter }
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

    /// An answer that is older does not serve any more.
    func freshness(isHinted: Bool) -> Duration {
        let age = widened(isHinted) ?? base
        return requested.map { min(age, $0) } ?? age
    }

    /// When an answer has to be asked for again. A second later than it may be old, so that it is too old by then.
    func nextCheck(after askedAt: Timestamp, isHinted: Bool) -> Timestamp? {
        widened(isHinted).map { askedAt + $0 + .seconds(1) } ?? next
    }
}
