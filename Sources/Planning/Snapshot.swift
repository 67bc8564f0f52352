// SPDX-License-Identifier: Apache-2.0
import HashTreeCollections
import KubernetesModel

/// All known objects of one kind at one moment, as a value that shares its structure with the next.
package struct Snapshot<Object: KubernetesObject>: Sendable {
    package typealias Names = TreeDictionary<String, Decoded<Object>>

    /// By namespace, then by name.
    package private(set) var namespaces: TreeDictionary<String, Names> = [:]
    package private(set) var count = 0

    package init() {}

    package init(_ objects: some Sequence<Object>) {
        for object in objects { self[object.key] = .object(object) }
    }

    package subscript(key: ObjectKey) -> Decoded<Object>? {
        get { namespaces[key.namespace]?[key.name] }
        set {
            let before = namespaces[key.namespace, default: [:]].updateOrRemove(key.name, newValue)
            if namespaces[key.namespace]?.isEmpty == true { namespaces[key.namespace] = nil }
            count += (newValue == nil ? 0 : 1) - (before ? 1 : 0)
        }
    }

    /// Takes over everything that `other` has in a namespace, and nothing else.
    package mutating func replace(_ namespace: String, by other: Snapshot) {
        count += (other.namespaces[namespace]?.count ?? 0) - (namespaces[namespace]?.count ?? 0)
        namespaces[namespace] = other.namespaces[namespace]
    }

    /// The readable objects of one namespace, or of all, in no particular order.
    package func objects(in namespace: String? = nil) -> [Object] {
        guard let namespace else { return namespaces.values.flatMap { $0.values.compactMap(\.object) } }
        return namespaces[namespace]?.values.compactMap(\.object) ?? []
    }

    /// Every object of one namespace, or of all, under its key, unreadable ones included; in no particular order.
    package func entries(in namespace: String? = nil) -> [(key: ObjectKey, value: Decoded<Object>)] {
        let chosen = namespace.map { [$0] } ?? Array(namespaces.keys)
        return chosen.flatMap { namespace in
            (namespaces[namespace] ?? [:]).map { (ObjectKey(namespace: namespace, name: $0.key), $0.value) }
        }
    }

    /// The keys of all objects, unreadable ones included.
    package var keys: [ObjectKey] {
        namespaces.flatMap { namespace, names in names.keys.map { ObjectKey(namespace: namespace, name: $0) } }
    }

    /// The keys of one namespace, unreadable objects included.
    package func keys(in namespace: String) -> [ObjectKey] {
        namespaces[namespace]?.keys.map { ObjectKey(namespace: namespace, name: $0) } ?? []
    }

    /// The readable object under a key.
    package func object(_ key: ObjectKey) -> Object? { self[key]?.object }
}

extension TreeDictionary {
    /// Sets or removes; true when there was a value before.
    fileprivate mutating func updateOrRemove(_ key: Key, _ value: Value?) -> Bool {
        guard let value else { return removeValue(forKey: key) != nil }
        return updateValue(value, forKey: key) != nil
    }
}
