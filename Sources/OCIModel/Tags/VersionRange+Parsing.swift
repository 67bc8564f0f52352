// SPDX-License-Identifier: Apache-2.0

extension VersionRange {
    /// Why a text is no range, for people.
    package struct Problem: Error, Hashable, Sendable {
        package let explanation: String
    }

    package init(parsing text: String) throws(Problem) {
        guard text.utf8.count <= Self.textLimit else {
            throw Problem(explanation: "is longer than \(Self.textLimit) bytes; shorten it")
        }
        var reader = RangeReader(rest: Array(text.utf8)[...])
        self.text = text
        groups = try reader.groups()
    }
}

private struct RangeReader {
    var rest: ArraySlice<UInt8>

    mutating func groups() throws(VersionRange.Problem) -> [[VersionRange.Comparator]] {
        var groups = [try group()]
        while take("||") { groups.append(try group()) }
        guard rest.isEmpty else { throw problem("\(shown(rest)) cannot stand there") }
        return groups
    }

    private mutating func group() throws(VersionRange.Problem) -> [VersionRange.Comparator] {
        var comparators: [VersionRange.Comparator] = []
        skipSpace()
        repeat {
            comparators.append(try comparator())
            skipSpace()
            if take(",") { skipSpace() } else if isAtEnd { break }
        } while true
        return comparators
    }

    private var isAtEnd: Bool { rest.isEmpty || rest.first == UInt8(ascii: "|") }

    private mutating func comparator() throws(VersionRange.Problem) -> VersionRange.Comparator {
        let name = ["=>", ">=", "=<", "<=", "!=", "~>", ">", "<", "=", "^", "~"].first { take($0) }
        if name != nil { skipSpace() }
        let first = try partial()
        guard name == nil else { return first.comparator(name ?? "") }
        // A range between two versions has its hyphen between spaces; one without is part of a version.
        let before = rest
        skipSpace()
        guard rest.count < before.count, take("-"), rest.first.map(Self.isSpace) == true else {
            rest = before
            return first.comparator("=")
        }
        skipSpace()
        let second = try partial()
        var result = first.comparator(">=")
        let end = second.comparator("<=")
        result.upper = end.upper
        result.namesPreRelease = result.namesPreRelease || end.namesPreRelease
        return result
    }

    /// A version with up to three numbers, the rest missing or `x`.
    private mutating func partial() throws(VersionRange.Problem) -> PartialVersion {
        let word = rest.prefix { !Self.isSpace($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "|") }
        rest = rest.dropFirst(word.count)
        var text = word
        if text.first == UInt8(ascii: "v") { text.removeFirst() }
        var numbers: [Numeral] = []
        var places = 0
        while places < 3 {
            if let byte = text.first, "xX*".utf8.contains(byte) {
                text.removeFirst()
            } else if numbers.count == places, let number = SemanticVersion.takeNumber(&text) {
                numbers.append(number)
            } else {
                throw problem(word.isEmpty ? "a version is missing" : "\(shown(word)) is no version")
            }
            places += 1
            guard text.first == UInt8(ascii: ".") else { break }
            text.removeFirst()
        }
        var suffix = VersionSuffix.none
        if text.first == UInt8(ascii: "-") {
            suffix = VersionSuffix(text.dropFirst())
            text = suffix.text.isEmpty || !suffix.isSemantic ? text : []
        }
        guard text.isEmpty else { throw problem("\(shown(word)) is no version") }
        return PartialVersion(numbers: numbers, suffix: suffix)
    }

    private func problem(_ what: String) -> VersionRange.Problem {
        .init(explanation: "\(what); write for example >=1.2 <2, ^1.4 or 1.x || 2.5.x")
    }

    private func shown(_ bytes: ArraySlice<UInt8>) -> String { quoted(String(decoding: bytes, as: UTF8.self)) }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private mutating func skipSpace() { rest = rest.drop(while: Self.isSpace) }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// A version whose last numbers may be left open.
private struct PartialVersion {
    var numbers: [Numeral]
    var suffix: VersionSuffix

    private var isComplete: Bool { numbers.count == 3 || !suffix.text.isEmpty }

    private func number(_ place: Int) -> Numeral { place < numbers.count ? numbers[place] : .zero }

    private var floor: SemanticVersion { SemanticVersion(number(0), number(1), number(2), suffix: suffix) }

    /// The first version after all that agree in the first `count` numbers.
    private func next(_ count: Int) -> SemanticVersion {
        switch count {
        case 1: SemanticVersion(number(0).successor)
        case 2: SemanticVersion(number(0), number(1).successor)
        default: SemanticVersion(number(0), number(1), number(2).successor)
        }
    }

    /// Of how many numbers a caret holds the left ones: up to the first that is not zero.
    private var caretCount: Int {
        for place in 0..<min(numbers.count, 3) where !numbers[place].isZero { return place + 1 }
        return max(numbers.count, 1)
    }

    func comparator(_ name: String) -> VersionRange.Comparator {
        typealias Bound = VersionRange.Bound
        var result = VersionRange.Comparator(namesPreRelease: !suffix.text.isEmpty)
        if numbers.isEmpty {
            // `*` is everything; nothing is beyond it.
            result.isExcluded = name == "<" || name == ">" || name == "!="
            if !suffix.text.isEmpty { result.lower = Bound(version: floor, isInclusive: true) }
            return result
        }
        switch name {
        case ">=", "=>": result.lower = Bound(version: floor, isInclusive: true)
        case "<": result.upper = Bound(version: floor, isInclusive: false)
        case ">":
            result.lower =
                isComplete
                ? Bound(version: floor, isInclusive: false) : Bound(version: next(numbers.count), isInclusive: true)
        case "<=", "=<":
            result.upper =
                isComplete
                ? Bound(version: floor, isInclusive: true) : Bound(version: next(numbers.count), isInclusive: false)
        case "^":
            result.lower = Bound(version: floor, isInclusive: true)
            result.upper = Bound(version: next(caretCount), isInclusive: false)
        case "~", "~>":
            result.lower = Bound(version: floor, isInclusive: true)
            result.upper = Bound(version: next(min(numbers.count, 2)), isInclusive: false)
        default:
            result.isExcluded = name == "!="
            result.lower = Bound(version: floor, isInclusive: true)
            result.upper =
                isComplete
                ? Bound(version: floor, isInclusive: true) : Bound(version: next(numbers.count), isInclusive: false)
        }
        return result
    }
}
