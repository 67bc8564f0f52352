// SPDX-License-Identifier: Apache-2.0

/// When something happens, in five fields: minute, hour, day of month, month, day of week.
///
/// The grammar is that of a Kubernetes CronJob (robfig/cron v3, `ParseStandard`): `*`, numbers, names, ranges, steps and lists;
/// `N/STEP` runs to the end of the field; `?` is `*` in the two day fields. When both day fields are restricted, a day that
/// either of them names counts; a field with a bare `*` is unrestricted, one with `*/2` is restricted. Beyond it, 7 is Sunday.
/// Not taken over: `@every` and a zone in the text.
///
/// Where clocks are changed, the rule is that of Debian's cron (cron(8), "Notes"; cron.c, cases 2 and 3), not robfig's, which
/// skips a daily run in spring and doubles it in autumn:
/// * A schedule without `*` in minute and hour names local times. Each happens once: in a repeated hour the first time; in a
///   skipped hour at the end of the gap, where all times of the gap become one.
/// * A schedule with `*` (or `*/n`) in minute or hour follows real time: what the local clock shows decides, so a skipped hour
///   has no runs and a repeated one has them twice.
///
/// Debian applies the first rule to changes of less than three hours, since it cannot tell a zone's change from a corrected
/// clock; here zones are known, so it holds for every change.
package struct CronSchedule: Hashable, Sendable {
    /// The longest text that is read, in bytes.
    package static let maximumBytes = 256

    /// Bit n is set when n belongs to the field.
    let minutes: UInt64
    let hours: UInt64
    let daysOfMonth: UInt64
    let months: UInt64
    let daysOfWeek: UInt64
    /// Whether the two day fields are restricted: no bare `*` in them.
    let restrictsDayOfMonth: Bool
    let restrictsDayOfWeek: Bool
    /// Whether it follows real time across clock changes, rather than naming local times.
    package let followsRealTime: Bool
}

extension UInt64 {
    /// Whether bit `index` is set; false outside of 0...63.
    func holds(_ index: Int) -> Bool { (0..<64).contains(index) && self & (1 << UInt64(index)) != 0 }

    /// The lowest set bit from `index` on.
    func firstBit(from index: Int) -> Int? {
        guard (0..<64).contains(index) else { return nil }
        let rest = self >> UInt64(index)
        return rest == 0 ? nil : index + rest.trailingZeroBitCount
    }

    /// The highest set bit up to `index`.
    func lastBit(through index: Int) -> Int? {
        guard (0..<64).contains(index) else { return nil }
        let rest = self << UInt64(63 - index)
        return rest == 0 ? nil : index - rest.leadingZeroBitCount
    }
}
