// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Strategic merge patch: a merge patch whose lists merge by key where the kind's schema says so
/// (k8s.io/apimachinery `pkg/util/strategicpatch`).
struct StrategicMerge {
    private let schemas: BuiltInSchemas

    init(_ schemas: BuiltInSchemas) { self.schemas = schemas }

    /// `target` after `patch`; `definition` names the kind's schema.
    func apply(_ patch: JSONValue, to target: JSONValue, definition: String) throws(APIFailure) -> JSONValue {
        guard patch.objectValue != nil else { throw .badRequest("the strategic merge patch is no object") }
        return try merge(patch, target, schemas.definitions[definition] ?? [:])
    }

    private func merge(_ patch: JSONValue, _ target: JSONValue, _ schema: JSONValue) throws(APIFailure) -> JSONValue {
        guard var changes = patch.objectValue else { return patch }
        switch changes.removeValue(forKey: "$patch")?.stringValue {
        case "replace": return .object(changes.filter { !$0.key.hasPrefix("$") })
        case "delete": return [:]
        default: break
        }
        var members = target.objectValue ?? [:]
        if let retained = changes["$retainKeys"]?.arrayValue?.compactMap(\.stringValue) {
            members = members.filter { retained.contains($0.key) }
        }
        for (name, doomed) in changes where name.hasPrefix("$deleteFromPrimitiveList/") {
            let list = String(name.dropFirst("$deleteFromPrimitiveList/".count))
            guard let values = doomed.arrayValue, let current = members[list]?.arrayValue else { continue }
            members[list] = .array(current.filter { !values.contains($0) })
        }
        for (name, change) in changes where !name.hasPrefix("$") {
            if change.isNull {
                members[name] = nil
                continue
            }
            let field =
                schemas.resolved(schema).at("properties", name) ?? schemas.resolved(schema)["additionalProperties"]
                ?? [:]
            switch change {
            case .object: members[name] = try merge(change, members[name] ?? [:], field)
            case .array(let items):
                members[name] = try mergeList(
                    items, members[name]?.arrayValue ?? [], field,
                    order: changes["$setElementOrder/\(name)"]?.arrayValue)
            default: members[name] = change
            }
        }
        // An order without a change of the list itself only sorts it.
        for (name, order) in changes where name.hasPrefix("$setElementOrder/") {
            let list = String(name.dropFirst("$setElementOrder/".count))
            guard changes[list] == nil, let current = members[list]?.arrayValue else { continue }
            let field = schemas.resolved(schema).at("properties", list) ?? [:]
            let key = field["x-kubernetes-patch-merge-key"]?.stringValue
            members[list] = .array(Self.ordered(current, by: order.arrayValue ?? [], before: current, key))
        }
        return .object(members)
    }

    private func mergeList(
        _ changes: [JSONValue], _ target: [JSONValue], _ field: JSONValue, order: [JSONValue]?
    ) throws(APIFailure) -> JSONValue {
        let strategies = field["x-kubernetes-patch-strategy"]?.stringValue?.split(separator: ",") ?? []
        guard strategies.contains("merge"), !changes.contains(where: { $0["$patch"] == "replace" }) else {
            return .array(changes.filter { $0["$patch"] == nil })
        }
        let key = field["x-kubernetes-patch-merge-key"]?.stringValue
        guard let key, changes.allSatisfy({ $0.objectValue != nil }) else {
            let merged = target + changes.filter { !target.contains($0) }
            return .array(Self.ordered(merged, by: order ?? changes, before: target, nil))
        }
        var result = target
        for change in changes {
            guard let identity = change[key] else {
                throw APIFailure(
                    400, "BadRequest", "map: \(change.canonicalText) does not contain declared merge key: \(key)",
                    details: nil)
            }
            let place = result.firstIndex { $0[key] == identity }
            if change["$patch"] == "delete" {
                if let place { result.remove(at: place) }
            } else if let place {
                result[place] = try merge(change, result[place], field["items"] ?? [:])
            } else {
                result.append(try merge(change, [:], field["items"] ?? [:]))
            }
        }
        return .array(Self.ordered(result, by: order ?? changes, before: target, key))
    }

    /// The items that `order` names in that order, and between them the others in the order that they had: an item that both
    /// sides have a place for decides, and one that is new comes first (`mergeSortedSlice`).
    private static func ordered(
        _ items: [JSONValue], by order: [JSONValue], before: [JSONValue], _ key: String?
    ) -> [JSONValue] {
        func identity(_ item: JSONValue) -> JSONValue { key.flatMap { item[$0] } ?? item }
        func places(_ items: [JSONValue]) -> [JSONValue: Int] {
            Dictionary(
                items.enumerated().map { (identity($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
        }
        let wanted = places(order)
        let known = places(before)
        var named = items.filter { wanted[identity($0)] != nil }.sorted {
            (wanted[identity($0)] ?? 0) < (wanted[identity($1)] ?? 0)
        }[...]
        var others = items.filter { wanted[identity($0)] == nil }[...]
        var result: [JSONValue] = []
        while let other = others.first, let next = named.first {
            if let left = known[identity(other)], let right = known[identity(next)], left < right {
                result.append(other)
                others.removeFirst()
            } else {
                result.append(next)
                named.removeFirst()
            }
        }
        return result + others + named
    }
}
