// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

/// Which version of a collection a list asks for. A closed set, because the API refuses most other combinations
/// (match without version, version beside a continue token, exact "0"; apimachinery `ListOptions`).
package enum ListStart: Hashable, Sendable {
    /// The most recent state, as by a quorum read.
    case mostRecent
    /// At least as new as this version; "0" is any cached state and may be older than one seen before.
    case notOlderThan(String)
    /// The next page; everything else of the request must be as it was on the first.
    case continuing(String)
}

/// What of a collection is asked for, the same for its list and its watch.
package struct CollectionQuery: Hashable, Sendable {
    package var resource: ResourceType
    /// nil means all namespaces.
    package var namespace: String?
    package var labelSelector: String?
    package var fieldSelector: String?
    /// Ask for `PartialObjectMetadata` only.
    package var isMetadataOnly = false

    package init(
        _ resource: ResourceType, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
        isMetadataOnly: Bool = false
    ) {
        self.resource = resource
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.isMetadataOnly = isMetadataOnly
    }

    /// The collection that a type reads, with its own label selector.
    package init<Object: KubernetesObject>(_ type: Object.Type, namespace: String? = nil) {
        let labels = type.labelSelector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        self.init(
            type.resource, namespace: namespace, labelSelector: labels.isEmpty ? nil : labels.joined(separator: ","),
            isMetadataOnly: type.isMetadataOnly)
    }

    fileprivate var parameters: [(name: String, value: String)] {
        [("labelSelector", labelSelector), ("fieldSelector", fieldSelector)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }

    fileprivate func accept(_ kind: String) -> String {
        isMetadataOnly ? "application/json;as=\(kind);g=meta.k8s.io;v=v1" : "application/json"
    }
}

extension APIRequest {
    /// One page of a collection.
    package static func list(
        _ query: CollectionQuery, from start: ListStart = .mostRecent, limit: Int = 500
    ) throws(APIError) -> APIRequest {
        var parameters = query.parameters
        if limit > 0 { parameters.append(("limit", "\(limit)")) }
        switch start {
        case .mostRecent: break
        case .notOlderThan(let version):
            parameters += [("resourceVersion", version), ("resourceVersionMatch", "NotOlderThan")]
        case .continuing(let token): parameters.append(("continue", token))
        }
        let path = try APIPath.collection(query.resource, namespace: query.namespace)
        var request = APIRequest(
            .get, path + PercentEncoding.query(parameters), lane: .lists, timeout: .seconds(60))
        request.accept = query.accept("PartialObjectMetadataList")
        return request
    }

    /// A watch from a version on, with bookmarks. The server ends it after `seconds`; silence longer than 70 s ends it
    /// here (bookmarks come every 60 s, and the server's history is at least 75 s long, so no event is missed).
    package static func watch(
        _ query: CollectionQuery, from resourceVersion: String, seconds: Int
    ) throws(APIError) -> APIRequest {
        let parameters =
            query.parameters + [
                ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
                ("timeoutSeconds", "\(seconds)"),
            ]
        let path = try APIPath.collection(query.resource, namespace: query.namespace)
        var request = APIRequest(
            .get, path + PercentEncoding.query(parameters), lane: .watches, inactivityLimit: .seconds(70))
        // Frames of a metadata-only watch are single objects.
        request.accept = query.accept("PartialObjectMetadata")
        return request
    }

    /// One object.
    package static func get(_ resource: ResourceType, _ key: ObjectKey) throws(APIError) -> APIRequest {
        APIRequest(.get, try APIPath.object(resource, key), lane: resource.lane)
    }

    /// The log of a container, at most `limitBytes` of it; `previous` is that of the container before its last restart.
    package static func logs(
        pod: ObjectKey, container: String, limitBytes: Int, previous: Bool = false
    ) throws(APIError) -> APIRequest {
        var parameters = [("container", container), ("limitBytes", "\(limitBytes)")]
        if previous { parameters.append(("previous", "true")) }
        let path = try APIPath.object(.pods, pod, subresource: "log")
        var request = APIRequest(
            .get, path + PercentEncoding.query(parameters.map { (name: $0.0, value: $0.1) }), lane: .lists)
        request.accept = "*/*"
        return request
    }

    /// The server's version.
    package static let version = APIRequest(.get, "/version", lane: .lists)

    /// What a group serves in one of its versions.
    package static func resources(group: String, version: String) throws(APIError) -> APIRequest {
        APIRequest(.get, try APIPath.root(group: group, version: version), lane: .lists)
    }
}

extension ResourceType {
    /// Reads and writes of single objects; Leases have priority.
    var lane: Lane { self == .leases ? .lease : .writes }
}
