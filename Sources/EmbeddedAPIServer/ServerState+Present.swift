// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// The object in the version and form that was asked for.
    func present(
        _ object: JSONValue, _ served: ServedResource, _ request: APIRequest, _ now: Timestamp
    ) throws(APIFailure) -> JSONValue {
        present(object, served, try form(request), now)
    }

    /// `isFirst`: a table names its columns; the later events of a watch leave that out.
    func present(
        _ object: JSONValue, _ served: ServedResource, _ form: Form, _ now: Timestamp, isFirst: Bool = true
    ) -> JSONValue {
        switch form {
        case .full: return full(object, served)
        case .metadata:
            return [
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
                "metadata": .object(object.metadata),
            ]
        case .table(let row):
            return Table(served, row, now).rendered(
                [full(object, served)], metadata: ["resourceVersion": .string(object.resourceVersion)],
                withColumns: isFirst)
        }
    }

    /// The object in the version that was asked for.
    func full(_ object: JSONValue, _ served: ServedResource) -> JSONValue {
        var shown = served.type == .events ? EventConversion.toEventsGroup(object) : object
        shown["apiVersion"] = .string(served.type.apiVersion)
        return shown
    }

    /// Items of a built-in list carry no `apiVersion` and `kind`, as a typed encoder leaves them out.
    func listItem(_ object: JSONValue, _ served: ServedResource, _ form: Form, _ now: Timestamp) -> JSONValue {
        var item = present(object, served, form, now)
        if form == .full, !served.isCustom {
            item["apiVersion"] = nil
            item["kind"] = nil
        }
        return item
    }
}

/// `events.k8s.io/v1` and core `v1` Events are one kind under two names (k8s.io/kubernetes `pkg/apis/events`).
enum EventConversion {
    private static let names = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    static func toEventsGroup(_ event: JSONValue) -> JSONValue {
        rename(event, names.map { ($0.0, $0.1) }, apiVersion: "events.k8s.io/v1")
    }

    static func toCore(_ event: JSONValue) -> JSONValue {
        rename(event, names.map { ($0.1, $0.0) }, apiVersion: "v1")
    }

    private static func rename(_ event: JSONValue, _ pairs: [(String, String)], apiVersion: String) -> JSONValue {
        var members = event.objectValue ?? [:]
        for (from, to) in pairs {
            if let value = members.removeValue(forKey: from) { members[to] = value }
        }
        members["apiVersion"] = .string(apiVersion)
        return .object(members)
    }
}
