// SPDX-License-Identifier: Apache-2.0

/// A version by Semantic Versioning 2.0.0, as tags write it: `v` in front or not, and one, two or three numbers; missing ones are
/// zero. Numbers have any length and no leading zeros. No build metadata: a tag has no `+`.
struct SemanticVersion: Hashable, Sendable {
    let major: Numeral
    let minor: Numeral
    let patch: Numeral
    let suffix: VersionSuffix
    let spelling: VersionSpelling

    init(_ major: Numeral, _ minor: Numeral = .zero, _ patch: Numeral = .zero, suffix: VersionSuffix = .none) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.suffix = suffix
        spelling = VersionSpelling(parts: 3, hasPrefix: false)
    }

    /// Nil for what is no version.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        let hasPrefix = rest.first == UInt8(ascii: "v")
        if hasPrefix { rest.removeFirst() }
        var numbers: [Numeral] = []
        while true {
            guard let number = Self.takeNumber(&rest) else { return nil }
            numbers.append(number)
            guard numbers.count < 3, rest.first == UInt8(ascii: ".") else { break }
            rest.removeFirst()
        }
        var suffix = VersionSuffix.none
        if !rest.isEmpty {
            guard rest.removeFirst() == UInt8(ascii: "-"), !rest.isEmpty else { return nil }
            suffix = VersionSuffix(rest)
            guard suffix.isSemantic else { return nil }
        }
        major = numbers[0]
        minor = numbers.count > 1 ? numbers[1] : .zero
        patch = numbers.count > 2 ? numbers[2] : .zero
        self.suffix = suffix
        spelling = VersionSpelling(parts: numbers.count, hasPrefix: hasPrefix)
    }

    /// Digits without leading zeros, taken off the front.
    static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Numeral? {
        let digits = rest.prefix(while: \.isDigit)
        guard !digits.isEmpty, digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        rest = rest.dropFirst(digits.count)
        return Numeral(digits)
    }

    /// The version without what follows its numbers.
    var release: SemanticVersion { SemanticVersion(major, minor, patch) }

    static func compareNumbers(_ left: SemanticVersion, _ right: SemanticVersion) -> Ordering {
        Ordering(left.major, right.major).then(Ordering(left.minor, right.minor))
            .then(Ordering(left.patch, right.patch))
    }

    /// Precedence by SemVer 2.0.0, rule 11.
    static func precedence(_ left: SemanticVersion, _ right: SemanticVersion) -> Ordering {
        compareNumbers(left, right).then(VersionSuffix.precedence(left.suffix, right.suffix))
    }
}

/// How a version is written, which decides between tags that mean the same one.
struct VersionSpelling: Hashable, Sendable {
    /// Numbers that are written.
    let parts: Int
    /// `v` in front.
    let hasPrefix: Bool
}
