// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// The metadata of an object as far as it is read. `managedFields` is never kept.
package struct ObjectMetadata: Hashable, Sendable {
    package var name = ""
    package var namespace = ""
    package var uid = ""
    package var resourceVersion = ""
    package var generation: Int64 = 0
    package var creationTime: Timestamp?
    package var deletionTime: Timestamp?
    package var labels: [String: String] = [:]
    package var annotations: [String: String] = [:]
    package var ownerReferences: [OwnerReference] = []
    package var finalizers: [String] = []

    package init(name: String = "", namespace: String = "", uid: String = "", resourceVersion: String = "") {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    package var isBeingDeleted: Bool { deletionTime != nil }
    /// The one owner that controls this object, if any.
    package var controller: OwnerReference? { ownerReferences.first { $0.isController } }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "name": name = try scanner.readString()
            case "namespace": namespace = try scanner.readString()
            case "uid": uid = try scanner.readString()
            case "resourceVersion": resourceVersion = try scanner.readString()
            case "generation": generation = try scanner.readOptionalInteger() ?? 0
            case "creationTimestamp": creationTime = try scanner.readOptionalString().flatMap(Timestamp.init(rfc3339:))
            case "deletionTimestamp": deletionTime = try scanner.readOptionalString().flatMap(Timestamp.init(rfc3339:))
            case "labels": labels = try scanner.readStringMap()
            case "annotations": annotations = try scanner.readStringMap()
            case "finalizers": finalizers = try scanner.readStrings()
            case "ownerReferences":
                try scanner.readArray { (scanner) throws(JSONError) in
                    ownerReferences.append(try OwnerReference(from: &scanner))
                }
            default: try scanner.skipValue()
            }
        }
        annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
    }
}

extension ObjectMetadata {
    /// Annotations that are read: ours, and those of Diun that mean the same.
    package static func isRead(annotation: String) -> Bool {
        annotation.hasPrefix("watchbill.dev/") || annotation.hasPrefix("diun.")
    }

    /// Keeps what is read of an object that we never write: no version and no history, and of the annotations few.
    mutating func trimForReading() {
        (resourceVersion, generation, creationTime, finalizers) = ("", 0, nil, [])
        if !annotations.isEmpty { annotations = annotations.filter { Self.isRead(annotation: $0.key) } }
    }

    /// Keeps name and owners only.
    mutating func trimToOwners() {
        trimForReading()
        (labels, annotations) = ([:], [:])
    }

    /// Takes over what is the same in the other.
    mutating func share(with other: ObjectMetadata) {
        if namespace == other.namespace { namespace = other.namespace }
        if labels == other.labels { labels = other.labels }
        if ownerReferences == other.ownerReferences { ownerReferences = other.ownerReferences }
    }
}

/// A reference to the object that owns this one, in the same namespace or cluster-scoped.
package struct OwnerReference: Hashable, Sendable {
    package var apiVersion = ""
    package var kind = ""
    package var name = ""
    package var uid = ""
    package var isController = false

    package init(apiVersion: String, kind: String, name: String, uid: String, isController: Bool = true) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.isController = isController
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "apiVersion": apiVersion = try scanner.readString()
            case "kind": kind = try scanner.readString()
            case "name": name = try scanner.readString()
            case "uid": uid = try scanner.readString()
            case "controller": isController = try scanner.readOptionalBool() ?? false
            default: try scanner.skipValue()
            }
        }
    }

    /// The JSON form; `blockOwnerDeletion` stays unset because it would need a right on the owner's finalizers.
    package var json: JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
            "controller": .bool(isController),
        ]
    }
}
