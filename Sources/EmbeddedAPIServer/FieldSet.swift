// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// A set of field paths, as `managedFields[].fieldsV1` writes it.
///
/// A path element is written as there: `f:name` a member, `k:{"name":"x"}` the list item with that key, `v:"x"` the
/// item of a set with that value. Operations follow sigs.k8s.io/structured-merge-diff `fieldpath/set.go`.
struct FieldSet: Sendable, Equatable {
    var members: Set<String> = []
    var children: [String: FieldSet] = [:]

    var isEmpty: Bool { members.isEmpty && children.values.allSatisfy(\.isEmpty) }

    mutating func insert(_ path: [String]) { insert(path[...]) }

    private mutating func insert(_ path: ArraySlice<String>) {
        guard let first = path.first else { return }
        if path.count == 1 {
            members.insert(first)
        } else {
            children[first, default: FieldSet()].insert(path.dropFirst())
        }
    }

    func union(_ other: FieldSet) -> FieldSet {
        FieldSet(members: members.union(other.members), children: children.merging(other.children) { $0.union($1) })
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        combine(members.subtracting(other.members)) { child, name in
            other.children[name].map(child.subtracting) ?? child
        }
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        combine(members.intersection(other.members)) { child, name in
            other.children[name].map(child.intersection) ?? FieldSet()
        }
    }

    private func combine(_ members: Set<String>, _ change: (FieldSet, String) -> FieldSet) -> FieldSet {
        var result = FieldSet(members: members)
        for (name, child) in children {
            let changed = change(child, name)
            if !changed.isEmpty { result.children[name] = changed }
        }
        return result
    }

    /// All members, each as its path from the root, in order.
    var paths: [[String]] {
        var all: [[String]] = []
        for name in members.union(children.keys).sorted() {
            if members.contains(name) { all.append([name]) }
            all += (children[name]?.paths ?? []).map { [name] + $0 }
        }
        return all
    }

    /// The set in which every named field on the way to a member is a member too
    /// (`EnsureNamedFieldsAreMembers`): fields of a known structure, not keys of a map and not list items.
    func includingParents(_ schema: FieldSchema) -> FieldSet {
        var result = FieldSet(members: members)
        for (name, child) in children {
            if schema.isNamedField(name) { result.members.insert(name) }
            result.children[name] = child.includingParents(schema.child(ofElement: name))
        }
        return result
    }

    /// The FieldsV1 form.
    var json: JSONValue {
        var object: [String: JSONValue] = [:]
        for name in members { object[name] = [:] }
        for (name, child) in children where !child.isEmpty {
            var value = child.json
            if members.contains(name) { value["."] = [:] }
            object[name] = value
        }
        return .object(object)
    }

    init(members: Set<String> = [], children: [String: FieldSet] = [:]) {
        self.members = members
        self.children = children
    }

    /// Reads FieldsV1; what has another form is left out.
    init(json: JSONValue) {
        for (name, value) in json.objectValue ?? [:] where name != "." {
            let child = FieldSet(json: value)
            if child.isEmpty || value["."] != nil { members.insert(name) }
            if !child.isEmpty { children[name] = child }
        }
    }

    /// A path as conflict messages show it: `.spec.containers[name="app"].image`.
    static func display(_ path: [String]) -> String {
        path.map { element in
            let rest = String(element.dropFirst(2))
            switch element.prefix(2) {
            case "k:":
                let keys = keyMembers(rest).sorted { $0.key < $1.key }
                return "[" + keys.map { "\($0.key)=\($0.value.canonicalText)" }.joined(separator: ",") + "]"
            case "v:": return "[=\(rest)]"
            default: return "." + rest
            }
        }.joined()
    }

    private static func keyMembers(_ text: String) -> [String: JSONValue] {
        do throws(JSONError) {
            return try JSONValue(parsing: Array(text.utf8)).objectValue ?? [:]
        } catch {
            return [:]
        }
    }
}
