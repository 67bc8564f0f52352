// SPDX-License-Identifier: Apache-2.0
import Essentials

extension Schema {
    /// The schema in the OpenAPI v3 dialect of a CustomResourceDefinition (apiextensions.k8s.io/v1).
    ///
    /// - Parameter withExpressions: CEL rules too, which only Kubernetes 1.25 and newer take.
    package func rendered(withExpressions: Bool = false) -> JSONValue {
        var members = rendered(shape, withExpressions)
        if withExpressions, !expressions.isEmpty {
            members["x-kubernetes-validations"] = .array(
                expressions.map { ["rule": .string($0.rule), "message": .string($0.message)] })
        }
        if !description.isEmpty { members["description"] = .string(description) }
        if isWhole { members["x-kubernetes-map-type"] = "atomic" }
        if let defaultValue { members["default"] = defaultValue }
        return .object(members)
    }

    private func rendered(_ shape: Shape, _ withExpressions: Bool) -> [String: JSONValue] {
        switch shape {
        case .object(let rules): return rendered(rules, withExpressions)
        case .map(let values, let maximum):
            var members: [String: JSONValue] = [
                "type": "object", "additionalProperties": values.rendered(withExpressions: withExpressions),
            ]
            if let maximum { members["maxProperties"] = .integer(Int64(maximum)) }
            return members
        case .array(let rules): return rendered(rules, withExpressions)
        case .string(let rules): return rendered(rules)
        case .integer(let minimum, let maximum):
            var members: [String: JSONValue] = ["type": "integer", "format": "int64"]
            if let minimum { members["minimum"] = .integer(minimum) }
            if let maximum { members["maximum"] = .integer(maximum) }
            return members
        case .boolean: return ["type": "boolean"]
        case .integerOrString(let pattern):
            var members: [String: JSONValue] = [
                "x-kubernetes-int-or-string": true, "anyOf": [["type": "integer"], ["type": "string"]],
            ]
            if let pattern { members["pattern"] = .string(pattern) }
            return members
        case .anything: return ["x-kubernetes-preserve-unknown-fields": true]
        }
    }

    private func rendered(_ rules: ObjectRules, _ withExpressions: Bool) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["type": "object"]
        if !rules.properties.isEmpty {
            members["properties"] = .object(
                rules.properties.mapValues { $0.rendered(withExpressions: withExpressions) })
        }
        if !rules.required.isEmpty { members["required"] = .strings(rules.required.sorted()) }
        if rules.preservesUnknown { members["x-kubernetes-preserve-unknown-fields"] = true }
        return members
    }

    private func rendered(_ rules: ArrayRules, _ withExpressions: Bool) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "type": "array", "items": rules.items.rendered(withExpressions: withExpressions),
        ]
        switch rules.list {
        case .atomic: members["x-kubernetes-list-type"] = "atomic"
        case .set: members["x-kubernetes-list-type"] = "set"
        case .map(let keys):
            members["x-kubernetes-list-type"] = "map"
            members["x-kubernetes-list-map-keys"] = .strings(keys)
        }
        if let maximum = rules.maximumCount { members["maxItems"] = .integer(Int64(maximum)) }
        return members
    }

    private func rendered(_ rules: StringRules) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["type": "string"]
        if !rules.allowed.isEmpty { members["enum"] = .strings(rules.allowed) }
        if let pattern = rules.pattern { members["pattern"] = .string(pattern) }
        if let format = rules.format { members["format"] = .string(format.rawValue) }
        if let minimum = rules.minimumLength { members["minLength"] = .integer(Int64(minimum)) }
        if let maximum = rules.maximumLength { members["maxLength"] = .integer(Int64(maximum)) }
        return members
    }
}
