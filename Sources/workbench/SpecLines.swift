// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Schema
import SpecSpace

/// Generated custom resources as lines of JSON, for programs that try them on a real API server.
///
/// `members` and `base` are JSON texts without the outer braces: whoever sends them adds `metadata`, and numbers stay as written.
enum SpecLines {
    /// As many lines of each kind, taking turns.
    static func all(seed: UInt64, count: Int) -> [String] {
        let spaces = SpecSpace.all
        let share = (count + spaces.count - 1) / spaces.count
        let cases = spaces.map { space in space.cases(seed: seed, count: share).map { line($0, space) } }
        let turns = (0..<share).flatMap { turn in cases.compactMap { $0.indices.contains(turn) ? $0[turn] : nil } }
        return Array(turns.prefix(count))
    }

    private static func line(_ made: SpecCase, _ space: SpecSpace) -> String {
        let hasStatus = CustomResourceDefinition.all.first { $0.resource == made.resource }?.hasStatus ?? false
        let line: JSONValue = .compact([
            "apiVersion": .string(made.resource.apiVersion), "kind": .string(made.resource.kind),
            "group": .string(made.resource.group), "version": .string(made.resource.version),
            "plural": .string(made.resource.plural), "hasStatus": .bool(hasStatus),
            "changes": .strings(made.changes), "members": .string(members(made.content)),
            "base": .string(members(space.base)), "isAccepted": .bool(made.isAccepted),
            "violation": made.violations.first.map { .string($0.description) },
        ])
        return line.canonicalText
    }

    private static func members(_ content: JSONValue) -> String { String(content.canonicalText.dropFirst().dropLast()) }
}
