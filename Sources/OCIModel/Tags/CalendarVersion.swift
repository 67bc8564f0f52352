// SPDX-License-Identifier: Apache-2.0

/// A version that begins with a year: `2024.01.15`, `24.04`, `2024-1`, `20240115`, `202401151230-2`.
///
/// A year has four digits (1970 to 2199), or two that count from 2000 and are followed by another number. Six, eight, twelve
/// or fourteen digits that make a date (and a time) are taken apart. Numbers follow behind one of `. - _`, eight in all, leading
/// zeros or not; missing ones are zero. What follows behind a hyphen and is no number is a suffix.
struct CalendarVersion: Hashable, Sendable {
    /// Year first.
    let numbers: [Numeral]
    let suffix: VersionSuffix
    let spelling: VersionSpelling

    private static let numberLimit = 8

    /// Nil for what is no such version.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        let hasPrefix = rest.first == UInt8(ascii: "v")
        if hasPrefix { rest.removeFirst() }
        let first = rest.prefix(while: \.isDigit)
        rest = rest.dropFirst(first.count)
        guard var numbers = Self.leading(first) else { return nil }
        while let separator = rest.first, ".-_".utf8.contains(separator) {
            let digits = rest.dropFirst().prefix(while: \.isDigit)
            let end = rest.dropFirst(1 + digits.count)
            guard !digits.isEmpty, end.first.map({ ".-_".utf8.contains($0) }) ?? true else { break }
            numbers.append(Numeral(digits))
            rest = end
        }
        guard numbers.count <= Self.numberLimit, first.count != 2 || numbers.count > 1 else { return nil }
        if !rest.isEmpty {
            guard rest.removeFirst() == UInt8(ascii: "-"), !rest.isEmpty else { return nil }
        }
        self.numbers = numbers
        suffix = VersionSuffix(rest)
        spelling = VersionSpelling(parts: numbers.count, hasPrefix: hasPrefix)
    }

    /// The numbers that the first digits stand for.
    private static func leading(_ digits: ArraySlice<UInt8>) -> [Numeral]? {
        func pair(_ place: Int) -> Numeral { Numeral(digits.dropFirst(place).prefix(2)) }
        func isWithin(_ place: Int, _ range: ClosedRange<Int>) -> Bool {
            digits.count <= place || pair(place).small.map { range.contains($0) } == true
        }
        switch digits.count {
        case 2: return [Numeral(Array("20".utf8) + digits)]
        case 4, 6, 8, 12, 14:
            let year = Numeral(digits.prefix(4))
            guard let number = year.small, (1970...2199).contains(number), isWithin(4, 1...12), isWithin(6, 1...31),
                isWithin(8, 0...23), isWithin(10, 0...59), isWithin(12, 0...59)
            else { return nil }
            return [year] + stride(from: 4, to: digits.count, by: 2).map(pair)
        default: return nil
        }
    }

    static func compareNumbers(_ left: CalendarVersion, _ right: CalendarVersion) -> Ordering {
        for place in 0..<max(left.numbers.count, right.numbers.count) {
            let ordering = Ordering(
                place < left.numbers.count ? left.numbers[place] : .zero,
                place < right.numbers.count ? right.numbers[place] : .zero)
            if ordering != .same { return ordering }
        }
        return .same
    }
}
