// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// A kind that is read into a value. Built-in kinds are partial on purpose: what is not read is skipped.
package protocol KubernetesObject: Sendable, Equatable {
    /// What to ask the API for.
    static var resource: ResourceType { get }
    /// Ask for `PartialObjectMetadata` only, because nothing but the metadata is read.
    static var isMetadataOnly: Bool { get }
    /// Only objects with these labels are watched; empty means all.
    static var labelSelector: [String: String] { get }

    var metadata: ObjectMetadata { get }
    /// For kinds that we apply: `ContentDigest` of the object as it was read; nil for all others.
    var contentDigest: String? { get }
    /// Reads one object; every member that is not needed is skipped without being decoded.
    init(from scanner: inout JSONScanner) throws(JSONError)
    /// Drops what nobody reads of it. It would take memory, and a change of it would have everybody plan again.
    mutating func trim()
    /// Takes from another object what both have in common, so that there is one copy of it.
    mutating func share(with other: Self)
}

extension KubernetesObject {
    package static var isMetadataOnly: Bool { false }
    package static var labelSelector: [String: String] { [:] }
    package var contentDigest: String? { nil }
    package mutating func trim() {}
    package mutating func share(with other: Self) {}
    package var key: ObjectKey { metadata.key }
    package var reference: ObjectReference { ObjectReference(Self.resource, metadata.key) }
    /// How a child names this object as its controller.
    package var ownerReference: OwnerReference {
        OwnerReference(
            apiVersion: Self.resource.apiVersion, kind: Self.resource.kind, name: metadata.name, uid: metadata.uid)
    }
}

/// What the store holds under a key: the object, or why it could not be read. One unreadable object never stops the others.
package indirect enum Decoded<Object: KubernetesObject>: Sendable, Equatable {
    case object(Object)
    case unreadable(ObjectMetadata, JSONError)

    @inlinable package var object: Object? { if case .object(let object) = self { object } else { nil } }
    package var metadata: ObjectMetadata {
        switch self {
        case .object(let object): object.metadata
        case .unreadable(let metadata, _): metadata
        }
    }

    /// The object without what nobody reads, and with what it has in common with another.
    package func kept(beside other: Decoded?) -> Decoded {
        guard case .object(var object) = self else { return self }
        object.trim()
        if let other = other?.object { object.share(with: other) }
        return .object(object)
    }
}
