// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel

/// How one of our objects stands, read from the object as the API has it, whatever its kind.
package struct ObjectStanding: Sendable {
    package let kind: String
    package let key: ObjectKey
    /// `True`, `False`, `Unknown`; nil for a kind that has no status.
    package let ready: String?
    package let reason: String
    /// In words: why it is not ready, and what else is not as it should be.
    package let message: String
    package let conditions: [Condition]
    package let creationTime: Timestamp?

    package init(_ object: JSONValue, of definition: CustomResourceDefinition) {
        kind = definition.resource.kind
        let metadata = object["metadata"]
        key = ObjectKey(
            namespace: metadata?["namespace"]?.stringValue ?? "", name: metadata?["name"]?.stringValue ?? "")
        creationTime = metadata?["creationTimestamp"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        conditions = (object.at("status", "conditions")?.arrayValue ?? []).compactMap(Condition.init(json:))
        guard definition.hasStatus else {
            (ready, reason, message) = (nil, "-", Self.contents(of: object))
            return
        }
        guard let state = conditions.first(where: { $0.type == "Ready" }) else {
            (ready, reason) = ("Unknown", "NotSeen")
            message = "The operator has not looked at it yet. Check that it runs and watches this namespace."
            return
        }
        ready = state.status.rawValue
        reason = state.reason
        message = Self.words(state, conditions, generation: metadata?["generation"]?.integerValue ?? 0)
    }

    private static func words(_ ready: Condition, _ conditions: [Condition], generation: Int64) -> String {
        var sentences: [String] = []
        let troubles = conditions.filter { $0.type != "Ready" && $0.type != "Stalled" && $0.status == .false }
        if ready.status != .true || troubles.isEmpty { sentences.append(ready.message) }
        sentences += troubles.map { "\($0.reason): \($0.message)" }
        if ready.observedGeneration < generation { sentences.append("(This is about an older spec.)") }
        return sentences.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Of a report there is nothing to say but what is in it.
    private static func contents(of report: JSONValue) -> String {
        let summary = report["summary"]
        let counts = (SeverityName.allCases.reversed().map(\.memberName) + ["secrets", "misconfigurations"])
            .compactMap { name -> String? in
                guard let count = summary?[name]?.integerValue, count > 0 else { return nil }
                // Severities are no nouns.
                let isNoun = name.last == "s"
                return isNoun ? Plural.of(count, String(name.dropLast())) : "\(count) \(name)"
            }
        let image = report.at("image", "reference")?.stringValue ?? "?"
        return "\(image): " + (counts.isEmpty ? "nothing found" : counts.joined(separator: ", "))
    }

    package var json: JSONValue {
        .compact([
            "kind": .string(kind), "namespace": .string(key.namespace), "name": .string(key.name),
            "ready": ready.map(JSONValue.string), "reason": ready == nil ? nil : .string(reason),
            "message": .string(message), "conditions": conditions.isEmpty ? nil : .array(conditions.map(\.json)),
            "creationTime": creationTime.map { .string($0.rfc3339) },
        ])
    }
}
