// SPDX-License-Identifier: Apache-2.0
import Essentials

extension CronSchedule {
    /// How far both searches look, in seconds: twelve years, since eight lie between two 29 Februaries around 2100.
    static let horizon: Int64 = 12 * 366 * 86_400

    /// The first occurrence later than `instant`; nil when none follows within twelve years. The work is bounded by the days
    /// of these years, whatever the schedule.
    package func next(after instant: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
        let after = instant.seconds
        return Self.timestamp(followsRealTime ? nextInRealTime(after, zone) : nextLocalTime(after, zone))
    }

    /// The last occurrence later than `start` and not later than `end`; nil when there is none. However many were missed, the
    /// search goes back from `end` and stops at the first.
    package func latest(after start: Timestamp, through end: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
        guard start < end else { return nil }
        let through = end.seconds
        let after = max(start.seconds, through - Self.horizon)
        return Self.timestamp(
            followsRealTime ? latestInRealTime(after, through, zone) : latestLocalTime(after, through, zone))
    }

    private static func timestamp(_ seconds: Int64?) -> Timestamp? {
        let representable = Int64.min / 1_000_000...Int64.max / 1_000_000
        guard let seconds, representable.contains(seconds) else { return nil }
        return Timestamp(secondsSinceEpoch: seconds)
    }
}

// MARK: Local times

/// Local times become instants by `firstInstant`, which never goes back: a later local time is never an earlier instant. What
/// the clock showed at `after`, and all before it, was therefore reached by then.
extension CronSchedule {
    private func nextLocalTime(_ after: Int64, _ zone: TimeZoneRules) -> Int64? {
        let shown = after + Int64(zone.offset(atSeconds: after))
        var minute = floorDivide(shown, 60) + 1
        let last = floorDivide(shown + Self.horizon, 60)
        // In the second pass of a repeated hour the minutes ahead were reached in the first: at most that hour is passed over.
        while let found = firstMinute(from: minute, through: last) {
            let instant = zone.firstInstant(ofLocalSeconds: found * 60)
            if instant > after { return instant }
            minute = found + 1
        }
        return nil
    }

    private func latestLocalTime(_ after: Int64, _ through: Int64, _ zone: TimeZoneRules) -> Int64? {
        let period = zone.period(atSeconds: through)
        var shown = through + Int64(period.offset)
        if period.start > after {
            // In the second pass of a repeated hour, the first has reached what is ahead.
            shown = max(shown, period.start - 1 + Int64(zone.offset(atSeconds: period.start - 1)))
        }
        let earliest = floorDivide(after + Int64(zone.offset(atSeconds: after)), 60)
        guard let found = lastMinute(from: earliest, through: floorDivide(shown, 60)) else { return nil }
        let instant = zone.firstInstant(ofLocalSeconds: found * 60)
        return instant > after ? instant : nil
    }
}

// MARK: Real time

/// Between two changes of a zone its clock runs evenly; each such period is searched by itself.
extension CronSchedule {
    private func nextInRealTime(_ after: Int64, _ zone: TimeZoneRules) -> Int64? {
        let last = after + Self.horizon
        var instant = after + 1
        while instant <= last {
            let period = zone.period(atSeconds: instant)
            let offset = Int64(period.offset)
            let end = min(period.end - 1, last)
            if let found = firstMinute(
                from: ceilingDivide(instant + offset, 60), through: floorDivide(end + offset, 60))
            {
                return found * 60 - offset
            }
            instant = end + 1
        }
        return nil
    }

    private func latestInRealTime(_ after: Int64, _ through: Int64, _ zone: TimeZoneRules) -> Int64? {
        var instant = through
        while instant > after {
            let period = zone.period(atSeconds: instant)
            let offset = Int64(period.offset)
            let start = max(period.start, after + 1)
            if let found = lastMinute(
                from: ceilingDivide(start + offset, 60), through: floorDivide(instant + offset, 60))
            {
                return found * 60 - offset
            }
            instant = start - 1
        }
        return nil
    }
}
