// SPDX-License-Identifier: Apache-2.0
import HashTreeCollections
import KubernetesModel

/// All known objects of one kind at one moment, as a value that shares its structure with the next.
///
/// What reads it is inlinable: only so it is compiled for each kind, and plans read thousands of objects.
package struct Snapshot<Object: KubernetesObject>: Sendable {
    @usableFromInline typealias Names = TreeDictionary<String, Decoded<Object>>

    /// What bears a stamp of its own.
    @usableFromInline struct Part: Sendable {
        @usableFromInline var names: Names = [:]
        var stamp = Stamp.nothing

        /// Sets or removes; true when there was a value before.
        mutating func set(_ name: String, _ value: Decoded<Object>?) -> Bool {
            stamp = Stamp()
            guard let value else { return names.removeValue(forKey: name) != nil }
            return names.updateValue(value, forKey: name) != nil
        }
    }

    /// By namespace; objects of a kind without namespaces are a part each, so that one node's news is not every node's.
    @usableFromInline var parts: TreeDictionary<String, Part> = [:]
    private var total = 0
    private(set) var stamp = Stamp.nothing
    /// Written into while something is derived from a world.
    private var record: ReadRecord?

    package init() {}

    /// How many objects there are, unreadable ones included.
    package var count: Int {
        note(nil)
        return total
    }

    package init(_ objects: some Sequence<Object>) {
        for object in objects { self[object.key] = .object(object) }
    }

    @inlinable package subscript(key: ObjectKey) -> Decoded<Object>? {
        get {
            let part = Self.part(of: key)
            note(part)
            return parts[part]?.names[key.name]
        }
        set { set(newValue, at: key) }
    }

    @usableFromInline mutating func set(_ newValue: Decoded<Object>?, at key: ObjectKey) {
        let part = Self.part(of: key)
        let before = parts[part, default: Part()].set(key.name, newValue)
        if parts[part]?.names.isEmpty == true { parts[part] = nil }
        total += (newValue == nil ? 0 : 1) - (before ? 1 : 0)
        stamp = Stamp()
    }

    /// Takes over everything that `other` has in a namespace, and nothing else.
    package mutating func replace(_ namespace: String, by other: Snapshot) {
        total += (other.parts[namespace]?.names.count ?? 0) - (parts[namespace]?.names.count ?? 0)
        parts[namespace] = other.parts[namespace]
        stamp = Stamp()
    }

    /// The readable objects of one namespace, or of all, in no particular order.
    @inlinable package func objects(in namespace: String? = nil) -> [Object] {
        note(namespace)
        guard let namespace else { return parts.values.flatMap { $0.names.values.compactMap(\.object) } }
        return parts[namespace]?.names.values.compactMap(\.object) ?? []
    }

    /// Visits every object of a namespace, unreadable ones included, in no particular order.
    @inlinable package func forEach(in namespace: String, _ body: (Decoded<Object>) -> Void) {
        note(namespace)
        guard let part = parts[namespace] else { return }
        for (_, value) in part.names { body(value) }
    }

    /// Every object of one namespace, or of all, under its key, unreadable ones included; in no particular order.
    package func entries(in namespace: String? = nil) -> [(key: ObjectKey, value: Decoded<Object>)] {
        note(namespace)
        guard let namespace else {
            return parts.flatMap { part, value in value.names.map { (Self.key(in: part, $0.key), $0.value) } }
        }
        return (parts[namespace]?.names ?? [:]).map { (ObjectKey(namespace: namespace, name: $0.key), $0.value) }
    }

    /// The keys of all objects, unreadable ones included.
    package var keys: [ObjectKey] {
        note(nil)
        return parts.flatMap { part, value in value.names.keys.map { Self.key(in: part, $0) } }
    }

    /// The keys of one namespace, unreadable objects included.
    package func keys(in namespace: String) -> [ObjectKey] {
        note(namespace)
        return parts[namespace]?.names.keys.map { ObjectKey(namespace: namespace, name: $0) } ?? []
    }

    /// The namespaces that have objects of this kind, in no particular order; none for a kind without namespaces.
    package var namespaces: [String] {
        note(nil)
        return Object.resource.isNamespaced ? Array(parts.keys) : []
    }

    /// The readable object under a key.
    @inlinable package func object(_ key: ObjectKey) -> Object? { self[key]?.object }
}

extension Snapshot: StampedParts {
    @usableFromInline static func part(of key: ObjectKey) -> String {
        Object.resource.isNamespaced ? key.namespace : key.name
    }

    private static func key(in part: String, _ name: String) -> ObjectKey {
        ObjectKey(namespace: Object.resource.isNamespaced ? part : "", name: name)
    }

    func stamp(of part: String) -> Stamp { parts[part]?.stamp ?? .nothing }

    /// The same, whose reads are written down.
    func recording(in record: ReadRecord) -> Snapshot {
        var copy = self
        copy.record = record
        return copy
    }

    @usableFromInline func note(_ part: String?) { record?.note(ObjectIdentifier(Object.self), part, of: self) }
}
