// SPDX-License-Identifier: Apache-2.0

extension PosixRule {
    /// Nil when `text` is no rule of the form `STD OFFSET [DST [OFFSET] ,START[/TIME],END[/TIME]]`.
    package init?(parsing text: some StringProtocol) {
        var reader = RuleReader(text)
        guard reader.skipName(), let offset = reader.time() else { return nil }
        standardOffset = -offset
        if reader.isAtEnd { return }
        guard reader.skipName() else { return nil }
        var daylightOffset = standardOffset + 3_600
        if !reader.isAt(",") {
            guard let offset = reader.time() else { return nil }
            daylightOffset = -offset
        }
        guard reader.take(","), let start = reader.turn(), reader.take(","), let end = reader.turn(), reader.isAtEnd
        else { return nil }
        daylight = Daylight(offset: daylightOffset, start: start, end: end)
    }
}

/// Reads the parts of a rule, one after another.
private struct RuleReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: some StringProtocol) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func isAt(_ wanted: Unicode.Scalar) -> Bool { rest.first == UInt8(ascii: wanted) }

    mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard isAt(wanted) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Three or more letters, or anything in angle brackets.
    mutating func skipName() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix {
            ("A"..."Z").contains(Unicode.Scalar($0)) || ("a"..."z").contains(Unicode.Scalar($0))
        }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds, up to 167 hours.
    mutating func time() -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(through: 167) else { return nil }
        var seconds = hours * 3_600
        for unit in [60, 1] where take(":") {
            guard let value = number(through: 59) else { return nil }
            seconds += value * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// A day and, where it is not 02:00, the time of it.
    mutating func turn() -> PosixRule.Turn? {
        guard let day = day() else { return nil }
        guard take("/") else { return PosixRule.Turn(day: day, seconds: 7_200) }
        guard let seconds = time() else { return nil }
        return PosixRule.Turn(day: day, seconds: seconds)
    }

    private mutating func day() -> PosixRule.Turn.Day? {
        if take("J") { return number(through: 365).flatMap { $0 > 0 ? .julian($0) : nil } }
        guard take("M") else { return number(through: 365).map { .ordinal($0) } }
        guard let month = number(through: 12), month > 0, take("."), let week = number(through: 5), week > 0, take("."),
            let weekday = number(through: 6)
        else { return nil }
        return .weekday(month: month, week: week, weekday: weekday)
    }

    /// One to three digits.
    private mutating func number(through maximum: Int) -> Int? {
        let digits = rest.prefix(3).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return value <= maximum ? value : nil
    }
}
