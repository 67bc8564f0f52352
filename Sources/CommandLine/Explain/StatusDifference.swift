// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What an explanation decided otherwise than the plan before it, whose outcome stands in the object's status.
package struct StatusDifference: Sendable {
    struct Change: Sendable {
        /// `summary.critical`
        var path: String
        var before: JSONValue?
        var after: JSONValue?
    }

    let changes: [Change]

    /// - Parameter answer: what the operator wrote; without a capture nothing is known of what stood.
    package init(answer: JSONValue) { self.init(plan: answer["plan"] ?? [:], capture: answer["capture"]) }

    init(plan: JSONValue, capture: JSONValue?) {
        var changes: [Change] = []
        if let capture, let wanted = plan["status"] {
            let primary = capture.at("objects", capture["kind"]?.stringValue ?? "")?.arrayValue?.first { object in
                ["namespace", "name"].allSatisfy { object.at("metadata", $0) == capture[$0] }
            }
            var before = primary?["status"]?.objectValue ?? [:]
            // The runtime's own; the plan states an outcome and assessments.
            before["conditions"] = nil
            before["observedGeneration"] = nil
            Self.compare(.object(before), wanted, at: "", into: &changes)
        }
        self.changes = changes
    }

    /// `[{path, before, after}]`; a side where nothing stands is absent.
    package var json: JSONValue {
        .array(changes.map { .compact(["path": .string($0.path), "before": $0.before, "after": $0.after]) })
    }

    private static func compare(_ old: JSONValue?, _ new: JSONValue?, at path: String, into changes: inout [Change]) {
        if old == new { return }
        if let before = old?.objectValue, let after = new?.objectValue {
            for name in Set(before.keys).union(after.keys).sorted() {
                compare(before[name], after[name], at: path.isEmpty ? name : "\(path).\(name)", into: &changes)
            }
            return
        }
        changes.append(Change(path: path, before: old, after: new))
    }
}

extension StatusDifference.Change {
    /// `summary.critical 2 → 1`
    var words: String { "\(path) \(Self.shown(before)) → \(Self.shown(after))" }

    private static func shown(_ value: JSONValue?) -> String {
        guard let value else { return "absent" }
        let text = value.canonicalText
        return text.count > 60 ? text.prefix(60) + "…" : text
    }
}
