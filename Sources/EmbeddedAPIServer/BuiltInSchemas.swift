// SPDX-License-Identifier: Apache-2.0
import CKubernetesSchemas
import CZlib
import Essentials
import JSONScan
import KubernetesModel

/// Kubernetes' own schemas of the built-in kinds, as its OpenAPI document has them.
///
/// Three things are read from them: which parts of an object have owners of their own (server-side apply), how a strategic
/// merge patch merges a list, and what `/openapi/v3` tells clients.
struct BuiltInSchemas: Sendable {
    /// Definitions by name (`io.k8s.api.core.v1.Pod`).
    let definitions: [String: JSONValue]
    private let names: [String: String]

    /// Unpacked at the first use, which only a server for kubectl makes.
    static let shared = BuiltInSchemas()

    private init() {
        definitions = Self.unpack()
        var names: [String: String] = [:]
        for (name, schema) in definitions {
            let kinds = schema["x-kubernetes-group-version-kind"]?.arrayValue ?? []
            guard kinds.count == 1, let kind = kinds.first else { continue }
            names[
                Self.index(kind["group"]?.stringValue ?? "", kind["version"]?.stringValue, kind["kind"]?.stringValue)] =
                name
        }
        self.names = names
    }

    /// The name of a kind's definition.
    func name(group: String, version: String, kind: String) -> String? { names[Self.index(group, version, kind)] }

    func name(_ type: ResourceType) -> String? { name(group: type.group, version: type.version, kind: type.kind) }

    private static func index(_ group: String, _ version: String?, _ kind: String?) -> String {
        "\(group)/\(version ?? "")/\(kind ?? "")"
    }

    /// The schema behind a reference, or the schema itself.
    func resolved(_ schema: JSONValue) -> JSONValue {
        Self.reference(schema).flatMap { definitions[$0] } ?? schema
    }

    static func reference(_ schema: JSONValue) -> String? {
        let text = schema["$ref"]?.stringValue ?? schema["allOf"]?[0]?["$ref"]?.stringValue
        return text.flatMap { $0.split(separator: "/").last }.map(String.init)
    }

    /// What is built in is right, or the tests of this target fail; an empty table only makes every list atomic.
    private static func unpack() -> [String: JSONValue] {
        let source = UnsafeBufferPointer(start: ckubernetesschemas_bytes(), count: ckubernetesschemas_count())
        let size = source.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let text = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            count = max(0, Int(czlib_decompress(source.baseAddress, source.count, buffer.baseAddress, buffer.count)))
        }
        do throws(JSONError) {
            return try JSONValue(parsing: text).objectValue ?? [:]
        } catch {
            return [:]
        }
    }
}

// MARK: Server-side apply

extension BuiltInSchemas {
    /// Which parts of a built-in kind have owners of their own.
    func fields(_ type: ResourceType) -> FieldSchema {
        guard let name = name(type), let schema = definitions[name] else { return .builtIn(type) }
        guard case .structure(var members, let other) = fields(schema, within: [name]) else { return .builtIn(type) }
        members["metadata"] = .metadata
        return .structure(members, other: other)
    }

    private func fields(_ schema: JSONValue, within path: Set<String>) -> FieldSchema {
        var path = path
        var schema = schema
        var marker = schema
        if let name = Self.reference(schema) {
            // What contains itself (a definition's own schema) is not followed; nobody owns parts of it.
            guard !path.contains(name), let target = definitions[name] else { return .atomic }
            path.insert(name)
            schema = target
            if marker["x-kubernetes-map-type"] == nil { marker = target }
        }
        switch schema["type"]?.stringValue {
        case "array": return list(schema, path)
        case "object", nil:
            if marker["x-kubernetes-map-type"] == "atomic" { return .atomic }
            if let properties = schema["properties"]?.objectValue {
                return .structure(properties.mapValues { fields($0, within: path) }, other: nil)
            }
            if let values = schema["additionalProperties"] { return .map(fields(values, within: path)) }
            return .deduced
        default: return .scalar
        }
    }

    private func list(_ schema: JSONValue, _ path: Set<String>) -> FieldSchema {
        let item = schema["items"] ?? [:]
        switch schema["x-kubernetes-list-type"]?.stringValue {
        case "map":
            let keys = (schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
            var defaults: [String: JSONValue] = [:]
            for key in keys { defaults[key] = resolved(item).at("properties", key, "default") }
            return .listMap(keys: keys, defaults: defaults, item: fields(item, within: path))
        case "set": return .set
        default: return .atomic
        }
    }
}
