// SPDX-License-Identifier: Apache-2.0

/// The place of an object among those of its kind; `namespace` is empty for cluster-scoped objects.
package struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String = "", name: String) {
        self.namespace = namespace
        self.name = name
    }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.namespace == right.namespace ? left.name < right.name : left.namespace < right.namespace
    }

    package var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

/// An object of any kind by kind and place.
package struct ObjectReference: Hashable, Sendable, CustomStringConvertible {
    package var resource: ResourceType
    package var key: ObjectKey

    package init(_ resource: ResourceType, _ key: ObjectKey) {
        self.resource = resource
        self.key = key
    }

    package var description: String { "\(resource.kind) \(key)" }
}
