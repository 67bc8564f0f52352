// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension BuiltInSchemas {
    /// The object as a typed decoder of its kind would take it, and the paths of what that leaves out.
    func pruned(_ object: JSONValue, definition: String) -> (object: JSONValue, unknown: [String]) {
        var unknown: [String] = []
        let schema = definitions[definition] ?? [:]
        return (prune(object, schema, "", &unknown), unknown)
    }

    private func prune(_ value: JSONValue, _ schema: JSONValue, _ path: String, _ unknown: inout [String]) -> JSONValue
    {
        let schema = resolved(schema)
        switch value {
        case .object(let members):
            if let properties = schema["properties"]?.objectValue {
                var kept: [String: JSONValue] = [:]
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    let memberPath = path.isEmpty ? name : "\(path).\(name)"
                    if let property = properties[name] {
                        kept[name] = prune(member, property, memberPath, &unknown)
                    } else {
                        unknown.append(memberPath)
                    }
                }
                return .object(kept)
            }
            guard let values = schema["additionalProperties"] else { return value }
            return .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { name, member in
                        (name, prune(member, values, "\(path).\(name)", &unknown))
                    }))
        case .array(let items):
            guard let item = schema["items"] else { return value }
            return .array(items.enumerated().map { prune($0.element, item, "\(path)[\($0.offset)]", &unknown) })
        default: return value
        }
    }
}

extension ServerState {
    /// A built-in object without what its kind does not know; with `fieldValidation=Strict` that is refused.
    func withoutUnknownFields(
        _ object: JSONValue, _ served: ServedResource, _ request: APIRequest
    ) throws(APIFailure) -> JSONValue {
        // Events of both groups are kept in the core form.
        let kept = served.type == .events ? catalog.resource(.coreEvents) : served
        guard let definition = kept?.definition else { return object }
        let (pruned, unknown) = BuiltInSchemas.shared.pruned(object, definition: definition)
        guard request.query["fieldValidation"] == "Strict", !unknown.isEmpty else { return pruned }
        let list = unknown.map { "unknown field \(JSONValue.quoted($0))" }.joined(separator: ", ")
        let type = served.type
        throw .badRequest(
            request.verb == .patch
                ? "strict decoding error: \(list)"
                : "\(type.kind) in version \(JSONValue.quoted(type.version)) cannot be handled as a \(type.kind): strict "
                    + "decoding error: \(list)")
    }
}
