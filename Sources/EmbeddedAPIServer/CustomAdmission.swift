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
        let schema = Schema(openAPI: served.openAPI, leavingOut: ["apiVersion", "kind", "metadata"])
        let own: Set<String> = ["apiVersion", "kind", "metadata"]
        let members = object.objectValue ?? [:]
        let content = JSONValue.object(members.filter { !own.contains($0.key) })
        let pruned = schema.pruned(content)
        if request.query["fieldValidation"] == "Strict", pruned != content {
            let unknown = TypedMerge.difference(content, pruned, .deduced).removed.paths.map(FieldSet.display)
            let list = unknown.map { "unknown field \(JSONValue.quoted(String($0.dropFirst())))" }.sorted()
            throw .badRequest("strict decoding error: \(list.joined(separator: ", "))")
        }
        let defaulted = schema.defaulted(pruned)
        let violations = schema.validate(defaulted)
        if !violations.isEmpty {
            throw .invalid(served.type, object.name, violations.map(FieldCause.init))
        }
        var admitted = members.filter { own.contains($0.key) }
        admitted.merge(defaulted.objectValue ?? [:]) { mine, _ in mine }
        return .object(admitted)
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
    /// Reads the dialect of a CustomResourceDefinition as far as `Schema` can say it; what it cannot say is not checked.
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
        default: self = openAPI["x-kubernetes-int-or-string"] == true ? .integerOrString() : .anything()
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
