// SPDX-License-Identifier: Apache-2.0

/// One of the five fields of a schedule, in the order in which they are written.
package enum CronField: String, Hashable, Sendable, CaseIterable {
    case minute
    case hour
    case dayOfMonth = "day of month"
    case month
    case dayOfWeek = "day of week"

    /// What may be written; 7 is Sunday, as 0 is.
    var bounds: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// What `*` and `START/STEP` reach to: Sunday is counted once.
    var whole: ClosedRange<Int> { self == .dayOfWeek ? 0...6 : bounds }

    /// Upper case, the first one standing for the lower bound.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        case .minute, .hour, .dayOfMonth: []
        }
    }

    /// What to write, for a message: `0 to 59`.
    var expected: String {
        let numbers = "\(bounds.lowerBound) to \(bounds.upperBound)"
        guard let first = names.first, let last = names.last else { return numbers }
        return "\(numbers) or \(first) to \(last)"
    }
}
