// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Synchronization

/// One change that is to outlive the process: an object as it is now, or that it is gone.
package struct StoredObject: Sendable, Equatable {
    package var revision: Int
    package var group: String
    package var plural: String
    package var key: ObjectKey
    /// Nil when the object was removed.
    package var object: JSONValue?

    init(_ change: ObjectStore.Change) {
        revision = change.revision
        group = change.table.group
        plural = change.table.plural
        key = change.key
        object = change.after
    }

    init(_ table: TableID, _ key: ObjectKey, _ object: JSONValue) {
        revision = Int(object.resourceVersion) ?? 0
        group = table.group
        plural = table.plural
        self.key = key
        self.object = object
    }

    var table: TableID { TableID(group: group, plural: plural) }

    /// One line of JSON without its line end.
    package var line: [UInt8] {
        JSONValue.compact([
            "revision": .integer(Int64(revision)), "group": .string(group), "plural": .string(plural),
            "namespace": .string(key.namespace), "name": .string(key.name), "object": object,
        ]).canonicalBytes
    }

    /// Nil when the line is cut or no line of ours.
    package init?(line: [UInt8]) {
        let json: JSONValue
        do throws(JSONError) { json = try JSONValue(parsing: line) } catch { return nil }
        guard let revision = json["revision"]?.integerValue, let group = json["group"]?.stringValue,
            let plural = json["plural"]?.stringValue, let namespace = json["namespace"]?.stringValue,
            let name = json["name"]?.stringValue
        else { return nil }
        self.revision = Int(revision)
        self.group = group
        self.plural = plural
        key = ObjectKey(namespace: namespace, name: name)
        object = json["object"]
    }
}

/// All objects of a server and the revision they are at.
package struct StoredState: Sendable, Equatable {
    package var revision: Int
    package var objects: [StoredObject]

    package init(revision: Int = 0, objects: [StoredObject] = []) {
        self.revision = revision
        self.objects = objects
    }

    /// The state after `change`; changes that it holds already are left out.
    package mutating func apply(_ changes: [StoredObject]) {
        var places: [ObjectPlace: StoredObject] = [:]
        for object in objects { places[ObjectPlace(object)] = object }
        for change in changes where change.revision > revision {
            places[ObjectPlace(change)] = change.object == nil ? nil : change
            revision = change.revision
        }
        objects = places.sorted { $0.key < $1.key }.map(\.value)
    }
}

private struct ObjectPlace: Hashable, Comparable {
    var table: TableID
    var key: ObjectKey

    init(_ object: StoredObject) {
        table = object.table
        key = object.key
    }

    static func < (left: ObjectPlace, right: ObjectPlace) -> Bool {
        left.table == right.table ? left.key < right.key : left.table < right.table
    }
}

extension EmbeddedAPIServer {
    /// Hands all that is kept to `body` while nothing can change, so that a journal can begin afresh.
    package func withStoredState<Result: Sendable>(_ body: (StoredState) throws -> Result) rethrows -> Result {
        try state.withLock { state in
            let objects = state.store.allTables.flatMap { table in
                state.store.objects(in: table).map { StoredObject(table, $0.key, $0.value) }
            }
            return try body(StoredState(revision: state.store.revision, objects: objects))
        }
    }

    /// The kind that a manifest means, when it is served.
    package func resource(apiVersion: String, kind: String) -> ResourceType? {
        state.withLock { $0.catalog.resource(apiVersion: apiVersion, kind: kind)?.type }
    }
}

extension ServerState {
    /// Takes over what an earlier process kept. The past before it is forgotten, as after etcd's compaction.
    mutating func restore(_ stored: StoredState) {
        store.restore(
            stored.objects.compactMap { item in item.object.map { (item.table, item.key, $0) } },
            revision: stored.revision)
        let definitions = TableID(
            group: ResourceType.customResourceDefinitions.group, plural: ResourceType.customResourceDefinitions.plural)
        for (_, definition) in store.objects(in: definitions) {
            let versions = CustomDefinition.resources(definition)
            if let first = versions.first { catalog.replace(first.table, with: versions) }
        }
        examinedRevision = store.revision
    }
}
