// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Why a text is no schedule: the field, what stands there and what to write instead.
package struct CronError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case empty
        case tooLong(limit: Int)
        case fieldCount(Int)
        /// `@every 5m`, `@reboot` and whatever else begins with `@`.
        case unknownMacro
        /// `TZ=…` or `CRON_TZ=…` in front.
        case timeZonePrefix
        /// One element of a field: which field, the element as written, what is wrong with it.
        case element(CronField, String, Problem)
        /// No month of the schedule has such a day.
        case neverOccurs
    }

    package enum Problem: Hashable, Sendable {
        case empty
        /// Neither a number nor a name of this field.
        case unreadable(String)
        case outside(Int)
        case descending(from: Int, to: Int)
        case step(String)
        case zeroStep
        case tooManySlashes
        case tooManyHyphens
    }

    package let text: String
    package let reason: Reason

    init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }

    package var description: String { "schedule \(quoted(text)): \(explanation)" }

    private var explanation: String {
        switch reason {
        case .empty: "is empty; write five fields, for example 0 3 * * * for 03:00 every day"
        case .tooLong(let limit): "is longer than \(limit) bytes; shorten it"
        case .fieldCount(let count):
            "has \(count) \(count == 1 ? "field" : "fields"); write five: minute, hour, day of month, month, day of week"
        case .unknownMacro:
            "is no known abbreviation; write @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually or five fields"
        case .timeZonePrefix: "holds a time zone; remove it and set timeZone beside the schedule"
        case .neverOccurs:
            "never occurs: no month of it has such a day; correct the day of month or the month"
        case .element(let field, let element, let problem):
            "\(field.rawValue) \(quoted(element)) \(Self.explanation(problem, in: field))"
        }
    }

    private static func explanation(_ problem: Problem, in field: CronField) -> String {
        switch problem {
        case .empty: "has an empty element; remove the comma"
        case .unreadable(let value): "holds \(quoted(value)), which is no value; write \(field.expected)"
        case .outside(let value): "holds \(value), which is out of range; write \(field.expected)"
        case .descending(let from, let to):
            "goes from \(from) down to \(to); write the smaller value first, or two ranges with a comma"
        case .step(let value): "has the step \(quoted(value)); write a whole number from 1"
        case .zeroStep: "has the step 0; write a whole number from 1"
        case .tooManySlashes: "has more than one slash; write RANGE/STEP"
        case .tooManyHyphens: "has more than one hyphen; write FIRST-LAST"
        }
    }
}

/// Text from outside for a message: control and non-ASCII characters escaped, at most 80 characters of it.
func quoted(_ text: some StringProtocol) -> String {
    var result = "\""
    var count = 0
    for scalar in text.unicodeScalars {
        if count == 80 { return result + "…\"" }
        result += scalar.escaped(asASCII: true)
        count += 1
    }
    return result + "\""
}
