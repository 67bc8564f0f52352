// SPDX-License-Identifier: Apache-2.0
import Essentials

/// An explanation in words: what was decided, what of that is new, and what it was decided from.
package struct ExplanationPage: Sendable {
    private let plan: JSONValue
    private let capture: JSONValue?
    private let title: String

    /// - Parameter answer: what the operator wrote.
    package init(answer: JSONValue) {
        plan = answer["plan"] ?? [:]
        capture = answer["capture"]
        title = Self.title(answer, as: "as the operator saw it")
    }

    /// - Parameters:
    ///   - capture: what was captured.
    ///   - plan: what was planned from it just now.
    package init(capture: JSONValue, plan: JSONValue) {
        self.plan = plan
        self.capture = capture
        title = Self.title(capture, as: "planned again as of")
    }

    private static func title(_ json: JSONValue, as words: String) -> String {
        func text(_ name: String) -> String { json[name]?.stringValue ?? "?" }
        let time = Timestamp(rfc3339: text("time"))?.rfc3339 ?? "?"
        return "\(text("kind")) \(text("namespace"))/\(text("name")), \(words) \(time)"
    }

    package func text(isColoured: Bool) -> String {
        var text = title + "\n\n" + decision.text(isColoured: isColoured)
        text += "\n" + writes + "\n"
        guard capture != nil else { return text + "\nWhat it looked at is too large to be shown.\n" }
        text += "\nIt looked at\n" + objects.text(isColoured: isColoured)
        if !facts.isEmpty { text += "\nIt knew\n" + facts.text(isColoured: isColoured) }
        return text
    }

    // MARK: Parts

    /// Conditions: what was decided, and why.
    private var decision: TextTable {
        var table = TextTable(["Condition", "Status", "Reason", "In words"])
        let outcome = plan["outcome"] ?? [:]
        let isStalled = outcome["state"] == "Stalled"
        table.add([
            .init("Ready"), .init(isStalled ? "False" : outcome["state"] == "Progressing" ? "Unknown" : "True"),
            .init(outcome["reason"]?.stringValue ?? ""), .init(outcome["message"]?.stringValue ?? ""),
        ])
        for assessment in plan["assessments"]?.arrayValue ?? [] {
            table.add(
                ["type", "status", "reason", "message"].map { .init(assessment[$0]?.stringValue ?? "") })
        }
        return table
    }

    private var writes: String {
        func count(_ name: String) -> Int { plan[name]?.arrayValue?.count ?? 0 }
        var lines: [String] = []
        let changes = StatusDifference(plan: plan, capture: capture).changes.map(\.words)
        lines.append(
            changes.isEmpty
                ? "The status stands as decided."
                : "The status changes: " + changes.prefix(12).joined(separator: "; ")
                    + (changes.count > 12 ? "; and \(changes.count - 12) more" : ""))
        let parts = [
            (count("create"), "created"), (count("apply"), "applied"), (count("delete"), "deleted"),
            (count("events"), "told as Events"),
        ].filter { $0.0 > 0 }
        if !parts.isEmpty {
            lines.append(
                "Besides, "
                    + parts.map { "\($0.0) \($0.0 == 1 ? "thing is" : "things are") \($0.1)" }
                    .joined(separator: ", ") + ".")
        }
        if let time = plan["wakeUp"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) {
            lines.append("It looks again at \(time.rfc3339), or when something changes.")
        }
        return lines.joined(separator: "\n")
    }

    private var objects: TextTable {
        var table = TextTable(["Kind", "Count", "Names"])
        for (kind, list) in (capture?["objects"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            let names = (list.arrayValue ?? []).compactMap { $0.at("metadata", "name")?.stringValue }
            let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
            table.add([.init(kind), .init(names.count), .init(names.prefix(5).joined(separator: ", ") + rest)])
        }
        return table
    }

    private var facts: TextTable {
        var table = TextTable(["Fact", "About", "State"])
        for fact in capture?["facts"]?.arrayValue ?? [] {
            // What is sent is long, and what it is about stands beside it.
            let about = (fact["question"]?.objectValue ?? [:]).filter { $0.key != "body" }
                .sorted { $0.key < $1.key }.compactMap { $0.value.stringValue }.joined(separator: " ")
            let state =
                switch fact["state"]?.stringValue {
                case "Known": "known since \(fact["askedAt"]?.stringValue ?? "?")"
                case "Failed":
                    "failed: \(fact.at("failure", "reason")?.stringValue ?? ""): \(fact.at("failure", "message")?.stringValue ?? "")"
                default: "unknown"
                }
            table.add([.init(fact["name"]?.stringValue ?? ""), .init(about), .init(state)])
        }
        return table
    }
}
