// SPDX-License-Identifier: Apache-2.0

/// Which semantic versions are acceptable: `>=1.2 <2`, `^1.4`, `~2.1`, `1.x`, `1.2 - 1.4`, `1.x || >=2.5`, `!=1.3.0`.
///
/// The grammar is that of npm and of Masterminds/semver, which Flux and Argo CD use. Where they part: a pre-release is in the
/// range when one of the comparators beside it names a pre-release (`>=1.0.0-0`), and a bound that names none leaves the
/// pre-releases of its own version out (`<2.0.0` has no `2.0.0-rc.1`).
package struct VersionRange: Hashable, Sendable {
    /// As written.
    package let text: String
    /// One of the groups must hold, in it every comparator.
    let groups: [[Comparator]]

    /// Longest range that is looked at.
    static let textLimit = 256

    /// One interval, or all but it.
    struct Comparator: Hashable, Sendable {
        var lower: Bound?
        var upper: Bound?
        var isExcluded = false
        /// Whether its text names a pre-release.
        var namesPreRelease = false
    }

    struct Bound: Hashable, Sendable {
        var version: SemanticVersion
        var isInclusive: Bool
    }

    /// How a version stands to the range.
    enum Membership: Sendable {
        case inside
        case outside
        /// It would be inside, but it is a pre-release and the range asks for none.
        case preRelease
    }

    func membership(of version: SemanticVersion) -> Membership {
        var result = Membership.outside
        for group in groups where group.allSatisfy({ $0.holds(version) }) {
            if version.suffix.text.isEmpty || group.contains(where: \.namesPreRelease) { return .inside }
            result = .preRelease
        }
        return result
    }
}

extension VersionRange.Comparator {
    func holds(_ version: SemanticVersion) -> Bool { isWithin(version) != isExcluded }

    private func isWithin(_ version: SemanticVersion) -> Bool {
        if let lower {
            switch SemanticVersion.precedence(version, lower.version) {
            case .less: return false
            case .same where !lower.isInclusive: return false
            case .same, .greater: break
            }
        }
        guard let upper else { return true }
        switch SemanticVersion.precedence(version, upper.version) {
        case .greater: return false
        case .same: return upper.isInclusive
        case .less:
            return upper.isInclusive || !upper.version.suffix.text.isEmpty || version.suffix.text.isEmpty
                || SemanticVersion.compareNumbers(version, upper.version) == .less
        }
    }
}
