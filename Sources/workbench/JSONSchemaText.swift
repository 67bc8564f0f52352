// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schema

/// A schema as JSON Schema, draft 7, which is what Helm reads. Members that are not named are refused.
struct JSONSchemaText {
    /// Descriptions by path; where there is none, the schema's own.
    let descriptions: [String: String]

    func render(_ schema: Schema) -> String {
        var members = self.members(schema, "")
        members["$schema"] = "http://json-schema.org/draft-07/schema#"
        var text = ""
        Self.write(.object(members), indent: 0, into: &text)
        return text + "\n"
    }

    private func value(_ schema: Schema, _ path: String) -> JSONValue { .object(members(schema, path)) }

    private func members(_ schema: Schema, _ path: String) -> [String: JSONValue] {
        var members = shape(schema.shape, path)
        let description = descriptions[path] ?? schema.description
        if !description.isEmpty { members["description"] = .string(description) }
        return members
    }

    private func shape(_ shape: Schema.Shape, _ path: String) -> [String: JSONValue] {
        switch shape {
        case .object(let rules):
            var members: [String: JSONValue] = ["type": "object"]
            if rules.preservesUnknown { return members }
            members["additionalProperties"] = false
            members["properties"] = .object(
                Dictionary(
                    uniqueKeysWithValues: rules.properties.map { name, property in
                        (name, value(property, path.isEmpty ? name : "\(path).\(name)"))
                    }))
            if !rules.required.isEmpty { members["required"] = .strings(rules.required.sorted()) }
            return members
        case .map(let values, let maximum):
            var members: [String: JSONValue] = ["type": "object", "additionalProperties": value(values, path + "{}")]
            if let maximum { members["maxProperties"] = .integer(Int64(maximum)) }
            return members
        case .array(let rules):
            var members: [String: JSONValue] = ["type": "array", "items": value(rules.items, path + "[]")]
            if case .set = rules.list { members["uniqueItems"] = true }
            if let maximum = rules.maximumCount { members["maxItems"] = .integer(Int64(maximum)) }
            return members
        case .string(let rules):
            var members: [String: JSONValue] = ["type": "string"]
            if !rules.allowed.isEmpty { members["enum"] = .strings(rules.allowed) }
            if let pattern = rules.pattern { members["pattern"] = .string(pattern) }
            if let minimum = rules.minimumLength { members["minLength"] = .integer(Int64(minimum)) }
            if let maximum = rules.maximumLength { members["maxLength"] = .integer(Int64(maximum)) }
            return members
        case .integer(let minimum, let maximum):
            var members: [String: JSONValue] = ["type": "integer"]
            if let minimum { members["minimum"] = .integer(minimum) }
            if let maximum { members["maximum"] = .integer(maximum) }
            return members
        case .boolean: return ["type": "boolean"]
        case .integerOrString(let pattern):
            var members: [String: JSONValue] = ["type": ["integer", "string"]]
            if let pattern { members["pattern"] = .string(pattern) }
            return members
        case .anything: return [:]
        }
    }

    /// JSON as people read it: two spaces a level, members by name, short lists of scalars on one line.
    private static func write(_ value: JSONValue, indent: Int, into text: inout String) {
        let inner = String(repeating: " ", count: indent + 2)
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "{\n"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                text += (index > 0 ? ",\n" : "") + inner + JSONValue.string(member.key).canonicalText + ": "
                write(member.value, indent: indent + 2, into: &text)
            }
            text += "\n" + String(repeating: " ", count: indent) + "}"
        default: text += value.canonicalText
        }
    }
}
