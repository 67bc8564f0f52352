// SPDX-License-Identifier: Apache-2.0
import Essentials

extension Schema {
    /// `value` without the members that the schema does not name.
    package func pruned(_ value: JSONValue) -> JSONValue {
        walk(value) { rules, members in
            rules.preservesUnknown ? members : members.filter { rules.properties[$0.key] != nil }
        }
    }

    /// `value` with the defaults of absent members filled in; a null where there is a default counts as absent.
    package func defaulted(_ value: JSONValue) -> JSONValue {
        walk(value) { rules, members in
            var filled = members
            for (name, schema) in rules.properties {
                guard let defaultValue = schema.defaultValue, members[name] == nil || members[name] == .null else {
                    continue
                }
                filled[name] = defaultValue
            }
            return filled
        }
    }

    /// Rebuilds every object that has named members, from the outside in; a value of another type than the schema's is kept.
    private func walk(
        _ value: JSONValue, _ change: (ObjectRules, [String: JSONValue]) -> [String: JSONValue]
    ) -> JSONValue {
        switch (shape, value) {
        case (.object(let rules), .object(let members)):
            var changed = change(rules, members)
            for (key, member) in changed {
                if let schema = rules.properties[key] { changed[key] = schema.walk(member, change) }
            }
            return .object(changed)
        case (.map(let values, _), .object(let members)): return .object(members.mapValues { values.walk($0, change) })
        case (.array(let rules), .array(let elements)): return .array(elements.map { rules.items.walk($0, change) })
        default: return value
        }
    }
}
