// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// The object in the version and form that was asked for.
    func present(_ object: JSONValue, _ served: ServedResource, _ request: APIRequest) -> JSONValue {
        present(object, served, isMetadataOnly: Self.isMetadataOnly(request))
    }

    func present(_ object: JSONValue, _ served: ServedResource, isMetadataOnly: Bool) -> JSONValue {
        if isMetadataOnly {
            return [
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
                "metadata": .object(object.metadata),
            ]
        }
        var shown = served.type == .events ? EventConversion.toEventsGroup(object) : object
        shown["apiVersion"] = .string(served.type.apiVersion)
        return shown
    }

    /// Items of a built-in list carry no `apiVersion` and `kind`, as a typed encoder leaves them out.
    func listItem(_ object: JSONValue, _ served: ServedResource, isMetadataOnly: Bool) -> JSONValue {
        var item = present(object, served, isMetadataOnly: isMetadataOnly)
        if !isMetadataOnly, !served.isCustom {
            item["apiVersion"] = nil
            item["kind"] = nil
        }
        return item
    }

    static func isMetadataOnly(_ request: APIRequest) -> Bool {
        request.accept.split(separator: ",").first.map { first in
            let parameters = first.split(separator: ";").map { $0.filter { $0 != " " } }
            return parameters.contains("g=meta.k8s.io") && parameters.contains("v=v1")
                && (parameters.contains("as=PartialObjectMetadata")
                    || parameters.contains("as=PartialObjectMetadataList"))
        } ?? false
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
