// SPDX-License-Identifier: Apache-2.0

extension CronSchedule {
    private static let macros = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// Reads five fields or one of `@hourly @daily @midnight @weekly @monthly @yearly @annually`. A schedule that no calendar
    /// ever meets (30 February) is an error.
    package init(parsing text: String) throws(CronError) {
        guard text.utf8.count <= Self.maximumBytes else { throw CronError(text, .tooLong(limit: Self.maximumBytes)) }
        var words = text.split(whereSeparator: \.isWhitespace)[...]
        guard let first = words.first else { throw CronError(text, .empty) }
        if first.hasPrefix("TZ=") || first.hasPrefix("CRON_TZ=") { throw CronError(text, .timeZonePrefix) }
        if first.hasPrefix("@") {
            guard words.count == 1, let fields = Self.macros[String(first)] else {
                throw CronError(text, .unknownMacro)
            }
            words = fields.split(separator: " ")[...]
        }
        guard words.count == CronField.allCases.count else { throw CronError(text, .fieldCount(words.count)) }
        var parsed: [CronFieldValues] = []
        for (field, word) in zip(CronField.allCases, words) {
            parsed.append(try CronFieldValues(field, word, of: text))
        }
        minutes = parsed[0].bits
        hours = parsed[1].bits
        daysOfMonth = parsed[2].bits
        months = parsed[3].bits
        // Sunday has two numbers.
        daysOfWeek = (parsed[4].bits | parsed[4].bits >> 7) & 0x7F
        restrictsDayOfMonth = !parsed[2].hasBareStar
        restrictsDayOfWeek = !parsed[4].hasBareStar
        followsRealTime = parsed[0].hasStar || parsed[1].hasStar
        guard restrictsDayOfWeek || hasDay else { throw CronError(text, .neverOccurs) }
    }

    /// Whether some month of the schedule is long enough for its first day.
    private var hasDay: Bool {
        guard let first = daysOfMonth.firstBit(from: 1) else { return false }
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains { months.holds($0) && first <= longest[$0 - 1] }
    }
}

/// What one field says.
private struct CronFieldValues {
    var bits: UInt64 = 0
    /// One element is `*` or `*/1`: the field leaves everything open.
    var hasBareStar = false
    /// One element begins with `*`.
    var hasStar = false

    private let field: CronField
    private let text: String

    init(_ field: CronField, _ word: Substring, of text: String) throws(CronError) {
        self.field = field
        self.text = text
        for element in word.split(separator: ",", omittingEmptySubsequences: false) {
            guard !element.isEmpty else { throw CronError(text, .element(field, String(word), .empty)) }
            try read(element)
        }
    }

    private mutating func read(_ element: Substring) throws(CronError) {
        let parts = element.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw error(element, .tooManySlashes) }
        let step = parts.count == 2 ? try self.step(parts[1], of: element) : 1
        let isStar = parts[0] == "*" || parts[0] == "?" && (field == .dayOfMonth || field == .dayOfWeek)
        let values = isStar ? field.whole : try range(parts[0], of: element, isStepped: parts.count == 2)
        hasStar = hasStar || isStar
        hasBareStar = hasBareStar || isStar && step == 1
        for value in stride(from: values.lowerBound, through: values.upperBound, by: step) {
            bits |= 1 << UInt64(value)
        }
    }

    /// `FIRST-LAST`, or one value, which with a step runs to the end of the field.
    private func range(
        _ word: Substring, of element: Substring, isStepped: Bool
    ) throws(CronError) -> ClosedRange<Int> {
        let ends = word.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2 else { throw error(element, .tooManyHyphens) }
        let first = try value(ends[0], of: element)
        guard ends.count == 2 else { return first...(isStepped ? max(first, field.whole.upperBound) : first) }
        let last = try value(ends[1], of: element)
        guard first <= last else { throw error(element, .descending(from: first, to: last)) }
        return first...last
    }

    private func value(_ word: Substring, of element: Substring) throws(CronError) -> Int {
        if let index = field.names.firstIndex(of: word.uppercased()) { return field.bounds.lowerBound + index }
        guard let value = Self.number(word) else { throw error(element, .unreadable(String(word))) }
        guard field.bounds.contains(value) else { throw error(element, .outside(value)) }
        return value
    }

    /// A step longer than the field leaves its first value, as in robfig/cron.
    private func step(_ word: Substring, of element: Substring) throws(CronError) -> Int {
        guard let step = Self.number(word) else { throw error(element, .step(String(word))) }
        guard step > 0 else { throw error(element, .zeroStep) }
        return step
    }

    /// One to nine digits.
    private static func number(_ word: Substring) -> Int? {
        guard (1...9).contains(word.utf8.count),
            word.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        return Int(word)
    }

    private func error(_ element: Substring, _ problem: CronError.Problem) -> CronError {
        CronError(text, .element(field, String(element), problem))
    }
}
