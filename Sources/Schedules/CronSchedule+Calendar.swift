// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The schedule on the wall clock, without any zone: minutes since 1970-01-01T00:00 as the clock shows them.
extension CronSchedule {
    static let minutesOfDay: Int64 = 1_440

    /// The first minute of the schedule in `start...end`; nil when there is none. Walks over days, and over months that are
    /// none of the schedule's.
    func firstMinute(from start: Int64, through end: Int64) -> Int64? {
        var day = floorDivide(start, Self.minutesOfDay)
        var earliest = Int(start - day * Self.minutesOfDay)
        while day * Self.minutesOfDay <= end {
            let date = CivilDate(daysSinceEpoch: day)
            if !months.holds(date.month) {
                day += Int64(CivilDate.daysIn(month: date.month, year: date.year) - date.day + 1)
            } else {
                if holds(date, day), let minute = firstMinute(ofDayFrom: earliest) {
                    let found = day * Self.minutesOfDay + Int64(minute)
                    return found <= end ? found : nil
                }
                day += 1
            }
            earliest = 0
        }
        return nil
    }

    /// The last minute of the schedule in `start...end`; nil when there is none.
    func lastMinute(from start: Int64, through end: Int64) -> Int64? {
        var day = floorDivide(end, Self.minutesOfDay)
        var latest = Int(end - day * Self.minutesOfDay)
        while (day + 1) * Self.minutesOfDay > start {
            let date = CivilDate(daysSinceEpoch: day)
            if !months.holds(date.month) {
                day -= Int64(date.day)
            } else {
                if holds(date, day), let minute = lastMinute(ofDayThrough: latest) {
                    let found = day * Self.minutesOfDay + Int64(minute)
                    return found >= start ? found : nil
                }
                day -= 1
            }
            latest = Int(Self.minutesOfDay) - 1
        }
        return nil
    }

    /// Whether a day whose month is the schedule's is named by one of the day fields.
    private func holds(_ date: CivilDate, _ day: Int64) -> Bool {
        let isDayOfMonth = daysOfMonth.holds(date.day)
        // 1970-01-01 was a Thursday.
        let isDayOfWeek = daysOfWeek.holds(Int((day % 7 + 7 + 4) % 7))
        return restrictsDayOfMonth && restrictsDayOfWeek ? isDayOfMonth || isDayOfWeek : isDayOfMonth && isDayOfWeek
    }

    private func firstMinute(ofDayFrom minute: Int) -> Int? {
        if hours.holds(minute / 60), let found = minutes.firstBit(from: minute % 60) { return minute / 60 * 60 + found }
        guard let hour = hours.firstBit(from: minute / 60 + 1), let first = minutes.firstBit(from: 0) else {
            return nil
        }
        return hour * 60 + first
    }

    private func lastMinute(ofDayThrough minute: Int) -> Int? {
        if hours.holds(minute / 60), let found = minutes.lastBit(through: minute % 60) {
            return minute / 60 * 60 + found
        }
        guard let hour = hours.lastBit(through: minute / 60 - 1), let last = minutes.lastBit(through: 59) else {
            return nil
        }
        return hour * 60 + last
    }
}

/// Rounded down; `divisor` is positive.
func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
}

/// Rounded up; `divisor` is positive.
func ceilingDivide(_ value: Int64, _ divisor: Int64) -> Int64 { -floorDivide(-value, divisor) }
