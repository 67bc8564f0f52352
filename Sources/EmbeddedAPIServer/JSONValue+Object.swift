// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension JSONValue {
    var metadata: [String: JSONValue] { self["metadata"]?.objectValue ?? [:] }
    var name: String { self["metadata"]?["name"]?.stringValue ?? "" }
    var namespace: String { self["metadata"]?["namespace"]?.stringValue ?? "" }
    var uid: String { self["metadata"]?["uid"]?.stringValue ?? "" }
    var resourceVersion: String { self["metadata"]?["resourceVersion"]?.stringValue ?? "" }
    var finalizers: [String] { (self["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue) }
    var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"]?.stringValue != nil }
    var labels: [String: String] { (self["metadata"]?["labels"]?.objectValue ?? [:]).compactMapValues(\.stringValue) }
    var owners: [JSONValue] { self["metadata"]?["ownerReferences"]?.arrayValue ?? [] }
    var managedFields: [JSONValue] { self["metadata"]?["managedFields"]?.arrayValue ?? [] }

    /// What a Pod says of one of its containers.
    func containerStatus(_ container: String) -> JSONValue? {
        ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].lazy.flatMap { list in
            self.at("status", list)?.arrayValue ?? []
        }.first { $0["name"]?.stringValue == container }
    }

    /// The same object with one member of its metadata set, or removed by nil.
    func settingMetadata(_ member: String, _ value: JSONValue?) -> JSONValue {
        var copy = self
        var metadata = metadata
        metadata[member] = value
        copy["metadata"] = .object(metadata)
        return copy
    }

    /// The value under a path of member names.
    func at(path: [Substring]) -> JSONValue? {
        var current: JSONValue? = self
        for part in path { current = current?[String(part)] }
        return current
    }

    /// What changes when nothing that matters does is left out.
    var withoutBookkeeping: JSONValue {
        var metadata = metadata
        metadata["managedFields"] = nil
        metadata["resourceVersion"] = nil
        var copy = self
        copy["metadata"] = .object(metadata)
        return copy
    }

    /// Members that are null are dropped, as a typed decoder drops them.
    var withoutNulls: JSONValue {
        switch self {
        case .object(let members): .object(members.filter { !$0.value.isNull }.mapValues(\.withoutNulls))
        case .array(let elements): .array(elements.map(\.withoutNulls))
        default: self
        }
    }
}
