// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// What server-side apply must know of a field: which parts of it have owners of their own.
///
/// Meaning: kubernetes.io "Server-Side Apply", merge strategy; markers `x-kubernetes-list-type`, `-list-map-keys`,
/// `-map-type`.
indirect enum FieldSchema: Sendable, Equatable {
    case scalar
    /// A list or map that is owned as a whole.
    case atomic
    /// Known members; others, if any, as `other`.
    case structure([String: FieldSchema], other: FieldSchema?)
    /// Any keys, each with a value of one type.
    case map(FieldSchema)
    /// Items are told apart by the values of `keys`; `defaults` stand in for keys that an item leaves out.
    case listMap(keys: [String], defaults: [String: JSONValue], item: FieldSchema)
    /// Items are told apart by their value.
    case set
    /// Nothing is known: maps are granular, lists atomic.
    case deduced

    /// The schema of the member `name` of an object.
    func member(_ name: String) -> FieldSchema {
        switch self {
        case .structure(let members, let other): members[name] ?? other ?? .deduced
        case .map(let value): value
        case .scalar, .atomic, .listMap, .set, .deduced: .deduced
        }
    }

    /// The schema behind an element of a field path.
    func child(ofElement element: String) -> FieldSchema {
        if element.hasPrefix("f:") { return member(String(element.dropFirst(2))) }
        if case .listMap(_, _, let item) = self { return item }
        return .scalar
    }

    /// True for a member that the structure itself names.
    func isNamedField(_ element: String) -> Bool {
        guard element.hasPrefix("f:"), case .structure(let members, _) = self else { return false }
        return members[String(element.dropFirst(2))] != nil
    }

    /// True when a value here has owners for its parts.
    func isGranular(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.structure, .object), (.map, .object), (.deduced, .object), (.listMap, .array), (.set, .array): true
        default: false
        }
    }

    /// The path element of a list's item; nil when a key is missing.
    func element(of item: JSONValue) -> String? {
        switch self {
        case .set: return "v:" + item.canonicalText
        case .listMap(let keys, let defaults, _):
            var key: [String: JSONValue] = [:]
            for name in keys {
                if let value = item[name] ?? defaults[name] { key[name] = value }
            }
            return key.isEmpty ? nil : "k:" + JSONValue.object(key).canonicalText
        default: return nil
        }
    }
}

extension FieldSchema {
    /// What a CustomResourceDefinition's `openAPIV3Schema` says.
    init(openAPI schema: JSONValue) {
        if schema["x-kubernetes-preserve-unknown-fields"] == true, schema["properties"] == nil {
            self = .deduced
            return
        }
        switch schema["type"]?.stringValue {
        case "object":
            if schema["x-kubernetes-map-type"] == "atomic" {
                self = .atomic
            } else if let properties = schema["properties"]?.objectValue {
                self = .structure(properties.mapValues(FieldSchema.init(openAPI:)), other: nil)
            } else if let values = schema["additionalProperties"], values.objectValue != nil {
                self = .map(FieldSchema(openAPI: values))
            } else {
                self = .deduced
            }
        case "array":
            switch schema["x-kubernetes-list-type"]?.stringValue {
            case "map":
                let item = schema["items"] ?? [:]
                let keys = (schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
                var defaults: [String: JSONValue] = [:]
                for key in keys { defaults[key] = item.at("properties", key, "default") }
                self = .listMap(keys: keys, defaults: defaults, item: FieldSchema(openAPI: item))
            case "set": self = .set
            default: self = .atomic
            }
        default: self = .scalar
        }
    }

    /// The whole object of a custom resource: its schema, with the metadata that all objects share.
    static func custom(_ openAPI: JSONValue) -> FieldSchema {
        guard case .structure(var members, let other) = FieldSchema(openAPI: openAPI) else {
            return .structure(["metadata": metadata], other: .deduced)
        }
        members["metadata"] = metadata
        return .structure(members, other: other)
    }
}
