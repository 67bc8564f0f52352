// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Who manages which fields of an object: `metadata.managedFields`.
///
/// Algorithm: structured-merge-diff `merge/update.go` (Apply, Update, prune), with the rules around it from
/// k8s.io/apiserver `endpoints/handlers/fieldmanager`.
struct FieldOwnership: Sendable, Equatable {
    struct Manager: Hashable, Sendable, Comparable {
        var name: String
        var isApply: Bool
        var apiVersion: String
        var subresource: String

        static func < (left: Manager, right: Manager) -> Bool {
            (left.isApply ? 0 : 1, left.name, left.apiVersion, left.subresource)
                < (right.isApply ? 0 : 1, right.name, right.apiVersion, right.subresource)
        }
    }

    struct Entry: Sendable, Equatable {
        var fields: FieldSet
        var time: String
    }

    var entries: [Manager: Entry] = [:]

    init() {}

    /// Reads `managedFields`; an empty list or one empty entry means that nobody manages anything.
    init(json: [JSONValue]) {
        for entry in json {
            guard let name = entry["manager"]?.stringValue else { continue }
            let manager = Manager(
                name: name, isApply: entry["operation"] == "Apply", apiVersion: entry["apiVersion"]?.stringValue ?? "",
                subresource: entry["subresource"]?.stringValue ?? "")
            entries[manager] = Entry(
                fields: FieldSet(json: entry["fieldsV1"] ?? [:]), time: entry["time"]?.stringValue ?? "")
        }
    }

    /// The value of `managedFields`: applied before updated, then by time and name.
    var json: JSONValue {
        let sorted = entries.sorted {
            if $0.key.isApply != $1.key.isApply { return $0.key.isApply }
            return ($0.value.time, $0.key) < ($1.value.time, $1.key)
        }
        return .array(
            sorted.map { manager, entry in
                .compact([
                    "manager": .string(manager.name), "operation": manager.isApply ? "Apply" : "Update",
                    "apiVersion": .string(manager.apiVersion), "time": .string(entry.time), "fieldsType": "FieldsV1",
                    "fieldsV1": entry.fields.json,
                    "subresource": manager.subresource.isEmpty ? nil : .string(manager.subresource),
                ])
            })
    }

    /// `object` without what nobody can own.
    static func ownable(_ object: JSONValue) -> JSONValue {
        var members = object.objectValue ?? [:]
        members["apiVersion"] = nil
        members["kind"] = nil
        var metadata = object.metadata
        for name in [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
            "resourceVersion",
        ] { metadata[name] = nil }
        members["metadata"] = metadata.isEmpty ? nil : .object(metadata)
        return .object(members)
    }

    /// After `manager` changed `old` into `new` by an update or a patch that is no apply.
    mutating func recordUpdate(
        from old: JSONValue, to new: JSONValue, _ schema: FieldSchema, by manager: Manager, time: String
    ) {
        let difference = TypedMerge.difference(Self.ownable(old), Self.ownable(new), schema).withoutRoot
        let taken = difference.added.union(difference.modified)
        release(taken.union(difference.removed), exceptFor: manager)
        var entry = entries[manager] ?? Entry(fields: FieldSet(), time: time)
        let fields = entry.fields.union(taken).subtracting(difference.removed)
        if !taken.isEmpty { entry.time = time }
        entry.fields = fields
        entries[manager] = fields.isEmpty ? nil : entry
    }

    /// `live` after `manager` applied `config`; throws the conflict when another manager has another value for a field.
    mutating func apply(
        _ config: JSONValue, to live: JSONValue, _ schema: FieldSchema, by manager: Manager, force: Bool, time: String
    ) throws(APIFailure) -> JSONValue {
        let ownedLive = Self.ownable(live)
        let ownedConfig = Self.ownable(config)
        let lastSets = entries.filter { $0.key.isSameApplier(as: manager) }
        let last = lastSets.values.map(\.fields).reduce(FieldSet()) { $0.union($1) }
        let before = entries
        for key in lastSets.keys { entries[key] = nil }
        let claimed = TypedMerge.fields(of: ownedConfig, schema).withoutRoot
        entries[manager] = Entry(fields: claimed, time: lastSets.values.map(\.time).max() ?? time)

        let merged = TypedMerge.merge(ownedLive, ownedConfig, schema)
        let pruned = prune(merged, last: last, schema)
        let difference = TypedMerge.difference(ownedLive, pruned, schema).withoutRoot
        let conflicts = conflicts(with: difference.added.union(difference.modified), exceptFor: manager)
        if !conflicts.isEmpty, !force {
            entries = before
            throw Self.conflict(conflicts)
        }
        release(difference.added.union(difference.modified).union(difference.removed), exceptFor: manager)
        if !difference.isEmpty { entries[manager]?.time = time }
        if entries[manager]?.fields.isEmpty == true { entries[manager] = nil }
        return Self.restoring(pruned, from: live)
    }

    /// Takes away what this manager applied last time and nobody claims now.
    private func prune(_ merged: JSONValue, last: FieldSet, _ schema: FieldSchema) -> JSONValue {
        guard !last.isEmpty else { return merged }
        let lastMembers = last.includingParents(schema)
        var pruned = TypedMerge.removing(lastMembers, from: merged, schema) ?? [:]
        let mergedFields = TypedMerge.fields(of: merged, schema).includingParents(schema)
        let claimed = entries.values.map { $0.fields.includingParents(schema) }
        for fields in claimed {
            let kept = TypedMerge.fields(of: pruned, schema).includingParents(schema).union(fields)
            pruned = TypedMerge.removing(mergedFields.subtracting(kept), from: merged, schema) ?? [:]
        }
        let gone = mergedFields.subtracting(TypedMerge.fields(of: pruned, schema).includingParents(schema))
        return TypedMerge.removing(gone.intersection(lastMembers), from: merged, schema) ?? [:]
    }

    private mutating func release(_ fields: FieldSet, exceptFor manager: Manager) {
        for (other, entry) in entries where other != manager {
            let rest = entry.fields.subtracting(fields)
            entries[other] = rest.isEmpty ? nil : Entry(fields: rest, time: entry.time)
        }
    }

    private func conflicts(with changed: FieldSet, exceptFor manager: Manager) -> [(Manager, [String])] {
        entries.filter { $0.key != manager }.sorted { $0.key < $1.key }.flatMap { other, entry in
            entry.fields.intersection(changed).paths.map { (other, $0) }
        }
    }

    /// What an applied object never changes comes back from the live one.
    private static func restoring(_ object: JSONValue, from live: JSONValue) -> JSONValue {
        var members = object.objectValue ?? [:]
        members["apiVersion"] = live["apiVersion"]
        members["kind"] = live["kind"]
        var metadata = live.metadata.filter { ownable(["metadata": [$0.key: $0.value]]).metadata.isEmpty }
        for (name, value) in object.metadata { metadata[name] = value }
        members["metadata"] = .object(metadata)
        return .object(members)
    }
}

extension FieldOwnership.Manager {
    /// An applier is one manager, whatever version of the API it last used.
    fileprivate func isSameApplier(as other: FieldOwnership.Manager) -> Bool {
        isApply && other.isApply && name == other.name && subresource == other.subresource
    }

    fileprivate var description: String {
        JSONValue.quoted(name) + (subresource.isEmpty ? "" : " with subresource \(JSONValue.quoted(subresource))")
            + (isApply ? "" : " using \(apiVersion)")
    }
}

extension FieldOwnership {
    /// Wording: k8s.io/apiserver `fieldmanager/conflict.go`.
    fileprivate static func conflict(_ conflicts: [(Manager, [String])]) -> APIFailure {
        let causes = conflicts.map { manager, path -> JSONValue in
            [
                "reason": "FieldManagerConflict", "message": "conflict with \(manager.description)",
                "field": .string(FieldSet.display(path)),
            ]
        }
        var text: String
        if conflicts.count == 1, let only = conflicts.first {
            text = "Apply failed with 1 conflict: conflict with \(only.0.description): \(FieldSet.display(only.1))"
        } else {
            text = "Apply failed with \(conflicts.count) conflicts: "
            var lines: [String] = []
            var previous: Manager?
            for (manager, path) in conflicts {
                if manager != previous { lines.append("conflicts with \(manager.description):") }
                previous = manager
                lines.append("- " + FieldSet.display(path))
            }
            text += lines.joined(separator: "\n")
        }
        return APIFailure(409, "Conflict", text, details: ["causes": .array(causes)])
    }
}

extension FieldSet {
    /// Without `f:metadata` itself, which nobody owns.
    fileprivate var withoutRoot: FieldSet {
        var copy = self
        copy.members.remove("f:metadata")
        return copy
    }
}

extension TypedMerge.Difference {
    fileprivate var withoutRoot: TypedMerge.Difference {
        TypedMerge.Difference(added: added.withoutRoot, modified: modified.withoutRoot, removed: removed.withoutRoot)
    }
}
