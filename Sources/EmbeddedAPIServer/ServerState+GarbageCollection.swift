// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// What follows a change at once when the collector is not left to `collectGarbage`.
    mutating func collectAfterWrite(_ now: Timestamp) {
        guard options.collectsGarbageAtOnce else { return }
        let isNeeded = store.history.last?.isDeletion == true || store.history.last?.last.isBeingDeleted == true
        if isNeeded { collectGarbage(now) }
    }

    /// Deletes what has lost its last owner, ends foreground and orphaning deletions, and empties namespaces that are
    /// going away, until nothing is left to do (k8s.io/kubernetes `pkg/controller/garbagecollector`, `namespace`).
    mutating func collectGarbage(_ now: Timestamp) {
        while collectOnce(now) {}
    }

    private mutating func collectOnce(_ now: Timestamp) -> Bool {
        let before = store.revision
        var living: [String: (owner: JSONValue, isForeground: Bool)] = [:]
        for table in store.allTables {
            for (_, object) in store.objects(in: table) {
                living[object.uid] = (object, object.isBeingDeleted && object.finalizers.contains(Self.foreground))
            }
        }
        var dependents: [String: Int] = [:]
        for table in store.allTables {
            guard let served = catalog.resource(in: table) else { continue }
            for (key, object) in store.objects(in: table) {
                for owner in object.owners { dependents[owner["uid"]?.stringValue ?? "", default: 0] += 1 }
                collect(object, served, key, living, now)
            }
        }
        finishDeletions(dependents, now)
        emptyNamespaces(now)
        return store.revision != before
    }

    /// One object: is any of its owners still there?
    private mutating func collect(
        _ object: JSONValue, _ served: ServedResource, _ key: ObjectKey,
        _ living: [String: (owner: JSONValue, isForeground: Bool)], _ now: Timestamp
    ) {
        // Owners of kinds that are not served are unknown, and unknown deletes nothing.
        let owners = object.owners.filter {
            catalog.resource(apiVersion: $0["apiVersion"]?.stringValue ?? "", kind: $0["kind"]?.stringValue ?? "")
                != nil
        }
        guard !owners.isEmpty, owners.count == object.owners.count else { return }
        let present = owners.compactMap { reference -> (owner: JSONValue, isForeground: Bool)? in
            guard let found = living[reference["uid"]?.stringValue ?? ""] else { return nil }
            // An owner in another namespace is none.
            let sameNamespace = found.owner.namespace.isEmpty || found.owner.namespace == object.namespace
            return sameNamespace && found.owner.name == reference["name"]?.stringValue ? found : nil
        }
        let orphaning = present.contains { $0.owner.isBeingDeleted && $0.owner.finalizers.contains(Self.orphan) }
        if orphaning {
            let kept = object.owners.filter { reference in
                !present.contains {
                    $0.owner.uid == reference["uid"]?.stringValue && $0.owner.finalizers.contains(Self.orphan)
                }
            }
            store.put(
                object.settingMetadata("ownerReferences", kept.isEmpty ? nil : .array(kept)), in: served.table, at: key)
            return
        }
        guard present.allSatisfy(\.isForeground), !object.isBeingDeleted else { return }
        deleteObject(object, served, key, DeleteOptions(.background), now)
    }

    /// Objects that wait for their dependents lose the finalizer when there are none.
    private mutating func finishDeletions(_ dependents: [String: Int], _ now: Timestamp) {
        for table in store.allTables {
            guard let served = catalog.resource(in: table) else { continue }
            for (key, object) in store.objects(in: table) where object.isBeingDeleted && dependents[object.uid] == nil {
                let rest = object.finalizers.filter { $0 != Self.foreground && $0 != Self.orphan }
                guard rest.count != object.finalizers.count else { continue }
                let freed = object.settingMetadata("finalizers", rest.isEmpty ? nil : .strings(rest))
                if rest.isEmpty, !isDeletedGracefully(freed, served) {
                    removeObject(served, key, last: freed, now)
                } else {
                    store.put(freed, in: table, at: key)
                }
            }
        }
    }

    private mutating func emptyNamespaces(_ now: Timestamp) {
        guard let served = catalog.resource(.namespaces) else { return }
        for (key, namespace) in store.objects(in: served.table) where namespace.isBeingDeleted {
            var isEmpty = true
            for table in store.allTables {
                guard let content = catalog.resource(in: table), content.type.isNamespaced else { continue }
                for (contentKey, object) in store.objects(in: table) where contentKey.namespace == key.name {
                    if !object.isBeingDeleted {
                        deleteObject(object, content, contentKey, DeleteOptions(.background), now)
                    }
                    if store[table, contentKey] != nil { isEmpty = false }
                }
            }
            guard isEmpty else { continue }
            var freed = namespace
            freed["spec"] = [:]
            if namespace.finalizers.isEmpty {
                removeObject(served, key, last: freed, now)
            } else if freed != namespace {
                store.put(freed, in: served.table, at: key)
            }
        }
    }
}

extension DeleteOptions {
    init(_ propagation: Propagation) { self.propagation = propagation }
}
