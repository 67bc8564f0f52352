// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The operations on values that server-side apply is made of (structured-merge-diff `typed`).
enum TypedMerge {
    /// What differs between two values, as field sets.
    struct Difference: Equatable {
        var added = FieldSet()
        var modified = FieldSet()
        var removed = FieldSet()

        var isEmpty: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }
    }

    /// The fields that an applied configuration claims.
    static func fields(of value: JSONValue, _ schema: FieldSchema) -> FieldSet {
        var set = FieldSet()
        collect(value, schema, [], &set)
        return set
    }

    private static func collect(_ value: JSONValue, _ schema: FieldSchema, _ path: [String], _ set: inout FieldSet) {
        guard schema.isGranular(value) else {
            set.insert(path)
            return
        }
        switch value {
        case .object(let members):
            for (name, member) in members {
                let memberPath = path + ["f:" + name]
                collect(member, schema.member(name), memberPath, &set)
                if case .map = schema { set.insert(memberPath) }
                if member == [:] { set.insert(memberPath) }
            }
        case .array(let items):
            for item in items {
                guard let element = schema.element(of: item) else { continue }
                collect(item, schema.child(ofElement: element), path + [element], &set)
                set.insert(path + [element])
            }
        default: break
        }
    }

    static func difference(_ old: JSONValue?, _ new: JSONValue?, _ schema: FieldSchema) -> Difference {
        var result = Difference()
        compare(old, new, schema, [], &result)
        return result
    }

    private static func compare(
        _ old: JSONValue?, _ new: JSONValue?, _ schema: FieldSchema, _ path: [String], _ result: inout Difference
    ) {
        guard old != new else { return }
        let descends = [old, new].compactMap { $0 }.allSatisfy(schema.isGranular)
        if !descends {
            mark(old, new, path, &result)
            return
        }
        for (element, oldChild, newChild) in children(old, new, schema) {
            compare(oldChild, newChild, schema.child(ofElement: element), path + [element], &result)
        }
        // A structure, map or item that comes or goes is itself a change, beside its leaves.
        if old == nil || new == nil { mark(old, new, path, &result) }
    }

    private static func mark(_ old: JSONValue?, _ new: JSONValue?, _ path: [String], _ result: inout Difference) {
        if old == nil {
            result.added.insert(path)
        } else if new == nil {
            result.removed.insert(path)
        } else {
            result.modified.insert(path)
        }
    }

    /// The parts of two granular values side by side, in a fixed order.
    private static func children(
        _ old: JSONValue?, _ new: JSONValue?, _ schema: FieldSchema
    ) -> [(element: String, old: JSONValue?, new: JSONValue?)] {
        let oldParts = parts(old, schema)
        let newParts = parts(new, schema)
        return Set(oldParts.keys).union(newParts.keys).sorted().map { ($0, oldParts[$0], newParts[$0]) }
    }

    private static func parts(_ value: JSONValue?, _ schema: FieldSchema) -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for (name, member) in value?.objectValue ?? [:] { result["f:" + name] = member }
        for item in value?.arrayValue ?? [] {
            if let element = schema.element(of: item) { result[element] = item }
        }
        return result
    }

    /// `live` with everything that `config` says; what `config` leaves out stays.
    static func merge(_ live: JSONValue?, _ config: JSONValue, _ schema: FieldSchema) -> JSONValue {
        guard let live, schema.isGranular(live), schema.isGranular(config) else { return config }
        switch (live, config) {
        case (.object(var members), .object(let changes)):
            for (name, change) in changes { members[name] = merge(members[name], change, schema.member(name)) }
            return .object(members)
        case (.array(let items), .array(let changes)): return .array(mergeLists(items, changes, schema))
        default: return config
        }
    }

    /// Items keep the order of `config` where it names them; the others of `live` come before what they stood before.
    private static func mergeLists(_ live: [JSONValue], _ config: [JSONValue], _ schema: FieldSchema) -> [JSONValue] {
        var result: [JSONValue] = []
        let named = live.compactMap { item in schema.element(of: item).map { (element: $0, item: item) } }
        let liveByElement = Dictionary(
            named.map { ($0.element, $0.item) }, uniquingKeysWith: { first, _ in first })
        let wanted = Set(config.compactMap(schema.element))
        var rest = named[...]
        for change in config {
            guard let element = schema.element(of: change) else { continue }
            while let next = rest.first, !wanted.contains(next.element) {
                result.append(next.item)
                rest = rest.dropFirst()
            }
            if liveByElement[element] != nil, rest.contains(where: { $0.element == element }) {
                while let next = rest.popFirst(), next.element != element {
                    if !wanted.contains(next.element) { result.append(next.item) }
                }
            }
            result.append(merge(liveByElement[element], change, schema.child(ofElement: element)))
        }
        return result + rest.filter { !wanted.contains($0.element) }.map(\.item)
    }

    /// `value` without the members of `set`; what becomes empty by that goes too.
    static func removing(_ set: FieldSet, from value: JSONValue, _ schema: FieldSchema) -> JSONValue? {
        guard schema.isGranular(value) else { return value }
        switch value {
        case .object(let members):
            var kept: [String: JSONValue] = [:]
            for (name, member) in members {
                let element = "f:" + name
                if set.members.contains(element) { continue }
                kept[name] = set.children[element].map { removing($0, from: member, schema.member(name)) } ?? member
            }
            return kept.isEmpty && !members.isEmpty ? nil : .object(kept)
        case .array(let items):
            let kept = items.compactMap { item -> JSONValue? in
                guard let element = schema.element(of: item) else { return item }
                if set.members.contains(element) { return nil }
                guard let subset = set.children[element] else { return item }
                return removing(subset, from: item, schema.child(ofElement: element))
            }
            return kept.isEmpty && !items.isEmpty ? nil : .array(kept)
        default: return value
        }
    }
}
