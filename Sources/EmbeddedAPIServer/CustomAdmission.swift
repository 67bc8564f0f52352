// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

extension ServerState {
    /// Prunes, defaults and validates a custom object by its structural schema; with `fieldValidation=Strict` what
    /// would be pruned is refused.
    func admitCustom(
        _ object: JSONValue, old: JSONValue?, _ served: ServedResource, _ request: APIRequest
    ) throws(APIFailure) -> JSONValue {
        let schema = Self.contentSchema(served)
        let content = Self.content(object)
        let pruned = schema.pruned(content)
        if request.query["fieldValidation"] == "Strict", pruned != content {
            let unknown = Self.undeclared(content, pruned)
            let list = unknown.map { "unknown field \(JSONValue.quoted(String($0.dropFirst())))" }
            throw .badRequest("strict decoding error: \(list.joined(separator: ", "))")
        }
        let defaulted = schema.defaulted(schema.normalized(pruned))
        let violations = schema.validate(defaulted, as: .apiServer)
        if !violations.isEmpty {
            throw .invalid(served.type, object.name, violations.map(FieldCause.init))
        }
        var admitted = (object.objectValue ?? [:]).filter { Self.shared.contains($0.key) }
        admitted.merge(defaulted.objectValue ?? [:]) { mine, _ in mine }
        return .object(admitted)
    }

    /// An applied configuration may name nothing that the schema does not; the real server answers 500.
    func checkDeclared(_ config: JSONValue, _ served: ServedResource) throws(APIFailure) {
        if let definition = served.definition {
            guard let path = BuiltInSchemas.shared.pruned(config, definition: definition).unknown.first else { return }
            throw APIFailure(500, nil, "failed to create typed patch object: .\(path): field not declared in schema")
        }
        guard served.isCustom else { return }
        let content = Self.content(config)
        guard let path = Self.undeclared(content, Self.contentSchema(served).pruned(content)).first else { return }
        throw APIFailure(500, nil, "failed to create typed patch object: \(path): field not declared in schema")
    }

    /// What all kinds have in common; the schema says nothing of it.
    private static let shared: Set<String> = ["apiVersion", "kind", "metadata"]

    private static func contentSchema(_ served: ServedResource) -> Schema {
        Schema(openAPI: served.openAPI, leavingOut: shared)
    }

    private static func content(_ object: JSONValue) -> JSONValue {
        .object((object.objectValue ?? [:]).filter { !shared.contains($0.key) })
    }

    /// The paths that pruning took away.
    private static func undeclared(_ content: JSONValue, _ pruned: JSONValue) -> [String] {
        unknownPaths(content, pruned, "")
    }

    private static func unknownPaths(_ content: JSONValue, _ pruned: JSONValue, _ path: String) -> [String] {
        switch (content, pruned) {
        case (.object(let members), .object(let kept)):
            return members.sorted { $0.key < $1.key }.flatMap { name, value in
                kept[name].map { unknownPaths(value, $0, "\(path).\(name)") } ?? ["\(path).\(name)"]
            }
        case (.array(let items), .array(let kept)):
            return zip(items, kept).enumerated().flatMap { index, pair in
                unknownPaths(pair.0, pair.1, "\(path)[\(index)]")
            }
        default: return []
        }
    }
}

extension FieldCause {
    fileprivate init(_ violation: SchemaViolation) {
        let reasons = [
            ("Required value", "FieldValueRequired"), ("Unsupported value", "FieldValueNotSupported"),
            ("Too many", "FieldValueTooMany"), ("Too long", "FieldValueTooLong"), ("Duplicate", "FieldValueDuplicate"),
            ("Forbidden", "FieldValueForbidden"),
        ]
        let reason = reasons.first { violation.message.hasPrefix($0.0) }?.1 ?? "FieldValueInvalid"
        self.init(
            reason: reason, message: violation.message, field: violation.path.isEmpty ? "<nil>" : violation.path)
    }
}

extension Schema {
    /// Reads the dialect of a CustomResourceDefinition as far as `Schema` can say it; the rest is not checked.
    init(openAPI: JSONValue, leavingOut left: Set<String> = []) {
        switch openAPI["type"]?.stringValue {
        case "object": self = Self.object(openAPI, left)
        case "array":
            self = .array(
                of: Schema(openAPI: openAPI["items"] ?? [:]), list: Self.listKind(openAPI),
                maximumCount: openAPI["maxItems"]?.integerValue.map(Int.init))
        case "string": self = Self.string(openAPI)
        case "integer":
            self = .integer(minimum: openAPI["minimum"]?.integerValue, maximum: openAPI["maximum"]?.integerValue)
        case "boolean": self = .boolean()
        default:
            self =
                openAPI["x-kubernetes-int-or-string"] == true
                ? .integerOrString(pattern: openAPI["pattern"]?.stringValue) : .anything()
        }
        defaultValue = openAPI["default"]
    }

    private static func object(_ openAPI: JSONValue, _ left: Set<String>) -> Schema {
        if openAPI["additionalProperties"] == true { return .anything() }
        if let values = openAPI["additionalProperties"], values.objectValue != nil {
            return .map(
                of: Schema(openAPI: values), maximumCount: openAPI["maxProperties"]?.integerValue.map(Int.init))
        }
        let properties = (openAPI["properties"]?.objectValue ?? [:]).filter { !left.contains($0.key) }
        let required = (openAPI["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        return .object(
            "", properties.mapValues { Schema(openAPI: $0) }, required: Set(required).subtracting(left),
            preservesUnknown: openAPI["x-kubernetes-preserve-unknown-fields"] == true)
    }

    private static func listKind(_ openAPI: JSONValue) -> ListKind {
        switch openAPI["x-kubernetes-list-type"]?.stringValue {
        case "map":
            .map(keys: (openAPI["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue))
        case "set": .set
        default: .atomic
        }
    }

    private static func string(_ openAPI: JSONValue) -> Schema {
        let allowed = (openAPI["enum"]?.arrayValue ?? []).compactMap(\.stringValue)
        if !allowed.isEmpty { return .oneOf("", allowed) }
        return .string(
            pattern: openAPI["pattern"]?.stringValue, format: openAPI["format"]?.stringValue.flatMap(Format.init),
            minimumLength: openAPI["minLength"]?.integerValue.map(Int.init),
            maximumLength: openAPI["maxLength"]?.integerValue.map(Int.init))
    }
}
