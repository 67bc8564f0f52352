// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials

/// The suppressions of a policy that are in force, made ready to be asked about many findings.
///
/// What a pattern says of an id or a package is remembered, so that the cost does not grow with patterns times findings.
package struct SuppressionRules {
    private struct Rule {
        /// The place in the policy's list.
        let index: Int
        let package: Glob?
        let image: Glob?
    }

    private var rules: [Rule] = []
    /// Places in `rules`, by the id that they name.
    private var exact: [String: [Int]] = [:]
    private var patterns: [(glob: Glob, rule: Int)] = []
    private var knownIDs: [String: [Int]] = [:]
    private var knownPackages: [String: Set<Int>] = [:]
    /// When the first one ends.
    package private(set) var nextExpiry: Timestamp?

    /// Those of `suppressions` that have not expired at `now`.
    package init(_ suppressions: [ScanPolicySpec.Suppression], at now: Timestamp) {
        for (index, suppression) in suppressions.enumerated() {
            if let expiry = suppression.expiresTime {
                if expiry <= now { continue }
                nextExpiry = nextExpiry.map { min($0, expiry) } ?? expiry
            }
            let glob = Glob(suppression.id)
            if glob.isLiteral {
                exact[suppression.id, default: []].append(rules.count)
            } else {
                patterns.append((glob, rules.count))
            }
            rules.append(
                Rule(index: index, package: suppression.package.map(Glob.init), image: suppression.image.map(Glob.init))
            )
        }
    }

    package var isEmpty: Bool { rules.isEmpty }

    /// The rules that hold for an image with these names, to be handed to `suppressing`; nil when there is none.
    package func applying(to names: [String]) -> Set<Int>? {
        let names = names.map { Array($0.utf8) }
        let applying = rules.indices.filter { index in
            guard let image = rules[index].image else { return true }
            return names.contains { image.matches($0) }
        }
        return applying.isEmpty ? nil : Set(applying)
    }

    /// The place in the policy's list of the first rule among `applying` that suppresses a finding; nil when none does.
    ///
    /// A rule that names a package suppresses nothing that is in no package, or in one of several.
    package mutating func suppressing(id: String, package: String?, among applying: Set<Int>) -> Int? {
        let candidates = rules(for: id)
        if candidates.isEmpty { return nil }
        let inPackage = package.map { rules(forPackage: $0) }
        return candidates.first { rule in
            guard applying.contains(rule) else { return false }
            return rules[rule].package == nil || inPackage?.contains(rule) == true
        }.map { rules[$0].index }
    }

    private mutating func rules(for id: String) -> [Int] {
        if let known = knownIDs[id] { return known }
        let bytes = Array(id.utf8)
        let found = (exact[id] ?? []) + patterns.filter { $0.glob.matches(bytes) }.map(\.rule)
        knownIDs[id] = found.sorted()
        return knownIDs[id] ?? []
    }

    private mutating func rules(forPackage name: String) -> Set<Int> {
        if let known = knownPackages[name] { return known }
        let bytes = Array(name.utf8)
        let found = Set(rules.indices.filter { rules[$0].package?.matches(bytes) ?? false })
        knownPackages[name] = found
        return found
    }
}
