// SPDX-License-Identifier: Apache-2.0

/// What follows a version's numbers, behind a hyphen: a stage on the way to a release (`rc.1`), or a flavour of it (`alpine3.19`).
///
/// Semantic versioning knows pre-releases only. Images use the same place for what they are built on, and who runs
/// `1.25.3-alpine` waits for `1.27.0-alpine`. A suffix is a flavour when it begins with a word that names no stage.
struct VersionSuffix: Hashable, Sendable {
    enum Kind: Sendable {
        case none
        case preRelease
        case flavour
    }

    /// Without the hyphen; empty where there is none.
    let text: ArraySlice<UInt8>
    let kind: Kind

    static let none = VersionSuffix([])

    private static let stages: Set<[UInt8]> = Set(
        [
            "a", "alpha", "b", "beta", "c", "canary", "cr", "dev", "devel", "ea", "edge", "experimental", "git",
            "insiders",
            "m", "main", "master", "milestone", "next", "nightly", "pr", "pre", "prerelease", "preview", "rc",
            "snapshot",
            "test", "unstable",
        ].map { Array($0.utf8) })

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        let word = text.prefix { $0.isLower || $0.isUpper }
        kind =
            text.isEmpty
            ? .none : word.isEmpty || Self.stages.contains(word.map { $0 | 0x20 }) ? .preRelease : .flavour
    }

    /// Dot-separated identifiers of `[0-9A-Za-z-]`, numbers among them without leading zeros (SemVer 2.0.0, rule 9).
    var isSemantic: Bool {
        text.isEmpty
            || text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { identifier in
                !identifier.isEmpty && identifier.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
                    && (identifier.count == 1 || identifier.first != UInt8(ascii: "0")
                        || !identifier.allSatisfy(\.isDigit))
            }
    }

    /// SemVer 2.0.0, rule 11: no pre-release comes last, numbers go before words, fewer identifiers before more.
    static func precedence(_ left: VersionSuffix, _ right: VersionSuffix) -> Ordering {
        if left.text.isEmpty || right.text.isEmpty {
            return Ordering(left.text.isEmpty ? 1 : 0, right.text.isEmpty ? 1 : 0)
        }
        let dot = UInt8(ascii: ".")
        let (lefts, rights) = (left.text.split(separator: dot), right.text.split(separator: dot))
        for (one, other) in zip(lefts, rights) {
            let ordering: Ordering =
                switch (one.allSatisfy(\.isDigit), other.allSatisfy(\.isDigit)) {
                case (true, true): Ordering(Numeral(one), Numeral(other))
                case (true, false): .less
                case (false, true): .greater
                case (false, false): Ordering(bytes: one, other)
                }
            if ordering != .same { return ordering }
        }
        return Ordering(lefts.count, rights.count)
    }

    /// The order of two suffixes that differ in their numbers alone (`ls9` before `ls10`); nil for any other two.
    static func flavourOrder(_ left: VersionSuffix, _ right: VersionSuffix) -> Ordering? {
        var (one, other) = (left.text, right.text)
        var result = Ordering.same
        while let byte = one.first, let counterpart = other.first {
            guard byte.isDigit || counterpart.isDigit else {
                guard byte == counterpart else { return nil }
                one.removeFirst()
                other.removeFirst()
                continue
            }
            let (digits, others) = (one.prefix(while: \.isDigit), other.prefix(while: \.isDigit))
            guard !digits.isEmpty, !others.isEmpty else { return nil }
            result = result.then(Ordering(Numeral(digits), Numeral(others)))
            one = one.dropFirst(digits.count)
            other = other.dropFirst(others.count)
        }
        return one.isEmpty && other.isEmpty ? result : nil
    }
}
