// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a newer version would fix and add, by the policy that looked at it.
package struct UpdateAdvice: Hashable, Sendable {
    /// The newer version's.
    package var digest: String
    /// Vulnerabilities that only what runs has; a severity that is absent was not compared.
    package var fixes: [SeverityName: Int]
    /// Vulnerabilities that only the newer version has.
    package var adds: [SeverityName: Int]

    package init(digest: String, fixes: [SeverityName: Int], adds: [SeverityName: Int]) {
        self.digest = digest
        self.fixes = fixes
        self.adds = adds
    }

    /// For people: `fixes 3 critical, 1 low, adds 0`.
    package var sentence: String { "fixes \(Self.words(fixes)), adds \(Self.words(adds))" }

    /// The worst first; what there is none of is left out.
    private static func words(_ counts: [SeverityName: Int]) -> String {
        let words = SeverityName.allCases.reversed().compactMap { severity in
            counts[severity].flatMap { $0 > 0 ? "\($0) \(severity.rawValue.lowercased())" : nil }
        }
        return words.isEmpty ? "0" : words.joined(separator: ", ")
    }

    package var json: JSONValue {
        ["digest": .string(digest), "fixes": Self.json(fixes), "adds": Self.json(adds)]
    }

    /// What is remembered; nil when it is none. A status is written by us, but may be spoiled by others.
    package init?(json: JSONValue?) {
        guard let json, let digest = json["digest"]?.stringValue else { return nil }
        self.init(digest: digest, fixes: Self.counts(json["fixes"]), adds: Self.counts(json["adds"]))
    }

    private static func json(_ counts: [SeverityName: Int]) -> JSONValue {
        .object(
            Dictionary(
                counts.map { ($0.key.rawValue.lowercased(), .integer(Int64($0.value))) },
                uniquingKeysWith: { first, _ in first }))
    }

    private static func counts(_ json: JSONValue?) -> [SeverityName: Int] {
        var counts: [SeverityName: Int] = [:]
        for severity in SeverityName.allCases {
            counts[severity] = json?[severity.rawValue.lowercased()]?.integerValue.map { Int(max(0, min($0, 1 << 31))) }
        }
        return counts
    }
}
