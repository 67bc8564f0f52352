// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// All objects, the revision they are at, and the recent past.
struct ObjectStore: Sendable {
    /// Counts every committed change of anything; what `resourceVersion` shows.
    private(set) var revision = 1
    /// Changes at or before this revision are forgotten.
    private(set) var compactedRevision = 0
    private(set) var history: [Change] = []
    private var tables: [TableID: [ObjectKey: JSONValue]] = [:]
    /// How many changes are remembered.
    let historyLimit: Int

    init(historyLimit: Int) { self.historyLimit = historyLimit }

    /// One committed change; a creation has no `before`, a deletion no `after`.
    struct Change: Sendable, Equatable {
        var revision: Int
        var table: TableID
        var key: ObjectKey
        var before: JSONValue?
        /// For a deletion: the last state, at the revision of the deletion.
        var last: JSONValue
        var isDeletion: Bool

        var after: JSONValue? { isDeletion ? nil : last }
    }

    subscript(table: TableID, key: ObjectKey) -> JSONValue? { tables[table]?[key] }

    /// Everything in `table`, in the order of a list: by namespace, then name, byte by byte.
    func objects(in table: TableID) -> [(key: ObjectKey, value: JSONValue)] {
        (tables[table] ?? [:]).map { ($0.key, $0.value) }.sorted { $0.key < $1.key }
    }

    var allTables: [TableID] { tables.keys.sorted() }

    /// Everything in `table` as it was at `wanted`; nil when that is forgotten or still to come.
    func objects(in table: TableID, at wanted: Int) -> [(key: ObjectKey, value: JSONValue)]? {
        guard wanted <= revision, wanted >= compactedRevision else { return nil }
        guard wanted < revision else { return objects(in: table) }
        var past = tables[table] ?? [:]
        for change in history.reversed() {
            if change.revision <= wanted { break }
            if change.table == table { past[change.key] = change.before }
        }
        return past.map { ($0.key, $0.value) }.sorted { $0.key < $1.key }
    }

    /// Keeps `object` and gives it the next revision; returns it as kept.
    @discardableResult
    mutating func put(_ object: JSONValue, in table: TableID, at key: ObjectKey) -> JSONValue {
        revision += 1
        let kept = object.settingMetadata("resourceVersion", .string(String(revision)))
        let before = tables[table]?.updateValue(kept, forKey: key)
        if before == nil { tables[table, default: [:]][key] = kept }
        history.append(
            Change(revision: revision, table: table, key: key, before: before, last: kept, isDeletion: false))
        return kept
    }

    /// Removes the object; returns its last state, at the revision of the removal.
    @discardableResult
    mutating func remove(from table: TableID, at key: ObjectKey, last: JSONValue? = nil) -> JSONValue? {
        guard let before = tables[table]?.removeValue(forKey: key) else { return nil }
        revision += 1
        let final = (last ?? before).settingMetadata("resourceVersion", .string(String(revision)))
        history.append(
            Change(revision: revision, table: table, key: key, before: before, last: final, isDeletion: true))
        return final
    }

    /// Puts everything in the place of what is kept.
    mutating func restore(_ objects: [(TableID, ObjectKey, JSONValue)], revision: Int) {
        tables = [:]
        for (table, key, object) in objects { tables[table, default: [:]][key] = object }
        history = []
        self.revision = max(revision, 1)
        compactedRevision = self.revision
    }

    /// Forgets the past, as etcd's compaction does: older revisions are then answered with 410.
    mutating func compact(upTo wanted: Int? = nil) {
        let limit = min(wanted ?? revision, revision)
        guard limit > compactedRevision else { return }
        history.removeAll { $0.revision <= limit }
        compactedRevision = limit
    }

    /// Changes after `revision`, oldest first.
    func changes(after revision: Int) -> ArraySlice<Change> {
        var low = 0
        var high = history.count
        while low < high {
            let middle = (low + high) / 2
            if history[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return history[low...]
    }

    /// Forgets what is beyond the limit. Not while a transaction goes on: its changes are still to be journalled.
    mutating func trim() {
        // In steps, so that forgetting costs nothing on average.
        guard history.count > historyLimit + historyLimit / 4 + 16 else { return }
        let surplus = history.count - historyLimit
        compactedRevision = history[surplus - 1].revision
        history.removeFirst(surplus)
    }
}
