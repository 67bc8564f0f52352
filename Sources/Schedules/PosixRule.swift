// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A zone's rule for all years, as the last line of a TZif file states it: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Source: RFC 9636 section 3.3.1 and POSIX.1-2017, Base Definitions 8.3, `TZ`. Offsets here are seconds east of UTC, the
/// opposite sign of the text.
package struct PosixRule: Hashable, Sendable {
    package var standardOffset: Int
    package var daylight: Daylight?

    /// The offset of a part of each year, and the local times at which it begins and ends.
    package struct Daylight: Hashable, Sendable {
        var offset: Int
        var start: Turn
        var end: Turn
    }

    /// A day of every year and a time on its clock.
    struct Turn: Hashable, Sendable {
        var day: Day
        /// From -167 to 167 hours after the day's midnight.
        var seconds: Int

        enum Day: Hashable, Sendable {
            /// `Mm.w.d`: the w-th such weekday of the month, 5 meaning the last; 0 is Sunday.
            case weekday(month: Int, week: Int, weekday: Int)
            /// `Jn`: 1 to 365, 29 February never counted.
            case julian(Int)
            /// `n`: 0 to 365, 29 February counted.
            case ordinal(Int)
        }
    }

    /// When the offset changes from `year - 1` to `year + 1`, in order, and what it is from then on.
    package func changes(around year: Int) -> [ZoneChange] {
        guard let daylight else { return [] }
        return (year - 1...year + 1).flatMap { year in
            [
                ZoneChange(
                    seconds: daylight.start.localSeconds(in: year) - Int64(standardOffset), offset: daylight.offset),
                ZoneChange(
                    seconds: daylight.end.localSeconds(in: year) - Int64(daylight.offset), offset: standardOffset),
            ]
        }.sorted { $0.seconds < $1.seconds }
    }
}

extension PosixRule.Turn {
    /// Seconds from 1970-01-01T00:00:00 as the clock shows them before it is changed.
    func localSeconds(in year: Int) -> Int64 {
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
        return switch day {
        case .weekday(let month, let week, let weekday):
            seconds(on: Self.day(year, month, week, weekday))
        case .julian(let number):
            seconds(on: newYear + Int64(number - 1 + (number >= 60 ? CivilDate.daysIn(month: 2, year: year) - 28 : 0)))
        case .ordinal(let number):
            seconds(on: newYear + Int64(number))
        }
    }

    private func seconds(on day: Int64) -> Int64 { day * 86_400 + Int64(seconds) }

    private static func day(_ year: Int, _ month: Int, _ week: Int, _ weekday: Int) -> Int64 {
        let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
        // 1970-01-01 was a Thursday.
        let firstWeekday = Int((first % 7 + 7 + 4) % 7)
        var day = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
        if day > CivilDate.daysIn(month: month, year: year) { day -= 7 }
        return first + Int64(day - 1)
    }
}
