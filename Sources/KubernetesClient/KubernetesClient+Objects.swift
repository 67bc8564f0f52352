// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel

extension KubernetesClient {
    /// One object as JSON.
    package func get(_ resource: ResourceType, _ key: ObjectKey) async throws(APIError) -> JSONValue {
        let request = try APIRequest.get(resource, key)
        return try await json(request)
    }

    /// One object as its type.
    package func get<Object: KubernetesObject>(_ type: Object.Type, _ key: ObjectKey) async throws(APIError) -> Object {
        let request = try APIRequest.get(type.resource, key)
        let bytes = try await send(request)
        return try decoding(request) { () throws(JSONError) in
            var scanner = JSONScanner(bytes)
            return try Object(from: &scanner)
        }
    }

    /// Server-side apply; answers with the metadata of the object as it is now.
    package func apply(
        _ resource: ResourceType, _ key: ObjectKey, subresource: String? = nil, body: JSONValue, manager: String,
        force: Bool
    ) async throws(APIError) -> ObjectMetadata {
        let request = try APIRequest.apply(
            resource, key, subresource: subresource, body: body, manager: manager, force: force)
        return try await metadata(request)
    }

    /// Creates an object; 409 `AlreadyExists` when its name is taken.
    package func create(
        _ resource: ResourceType, namespace: String, body: JSONValue
    ) async throws(APIError) -> ObjectMetadata {
        try await metadata(
            try APIRequest.create(resource, namespace: namespace, body: body, manager: fieldManager))
    }

    /// Replaces an object whose resourceVersion stands in the body; 409 when it changed since.
    package func replace(
        _ resource: ResourceType, _ key: ObjectKey, body: JSONValue
    ) async throws(APIError) -> ObjectMetadata {
        try await metadata(try APIRequest.replace(resource, key, body: body, manager: fieldManager))
    }

    /// Deletes exactly the object that was seen; 409 when it is another one by now, 404 when it is gone.
    package func delete(
        _ resource: ResourceType, _ key: ObjectKey, uid: String, resourceVersion: String?
    ) async throws(APIError) {
        _ = try await send(
            try APIRequest.delete(resource, key, uid: uid, resourceVersion: resourceVersion))
    }

    /// Deletes the object with this uid without a grace period; 409 when it is another one by now.
    package func deleteNow(_ resource: ResourceType, _ key: ObjectKey, uid: String) async throws(APIError) {
        _ = try await send(try APIRequest.deleteNow(resource, key, uid: uid))
    }

    /// A service account's token for a Pod.
    package func token(
        of account: ObjectKey, seconds: Int64, pod: ObjectReference, uid: String, audience: String? = nil
    ) async throws(APIError) -> Redacted<String> {
        let request = try APIRequest.token(of: account, seconds: seconds, pod: pod, uid: uid, audience: audience)
        return Redacted(try await json(request).at("status", "token")?.stringValue ?? "")
    }

    /// The log of a container, at most `limitBytes` of it.
    package func logs(
        pod: ObjectKey, container: String, limitBytes: Int, previous: Bool = false
    ) async throws(APIError) -> [UInt8] {
        let request = try APIRequest.logs(
            pod: pod, container: container, limitBytes: limitBytes, previous: previous)
        // Servers cut at the limit; the slack tells a server that does not from one that cut in a character.
        return try await send(request, upTo: limitBytes + 4096)
    }

    /// The server's version: `major`, `minor`, `gitVersion`.
    package func version() async throws(APIError) -> JSONValue { try await json(.version) }

    /// The plural names that a group serves in one version, without subresources; nil when it does not serve that
    /// version.
    package func resources(group: String, version: String) async throws(APIError) -> Set<String>? {
        let request = try APIRequest.resources(group: group, version: version)
        do throws(APIError) {
            let list = try await json(request)
            let names = (list["resources"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
            return Set(names.filter { !$0.contains("/") })
        } catch {
            if error.status?.code == 404 { return nil }
            throw error
        }
    }

    private func json(_ request: APIRequest) async throws(APIError) -> JSONValue {
        let bytes = try await send(request)
        return try decoding(request) { () throws(JSONError) in try JSONValue(parsing: bytes) }
    }

    private func metadata(_ request: APIRequest) async throws(APIError) -> ObjectMetadata {
        let bytes = try await send(request)
        return try decoding(request) { () throws(JSONError) in
            var scanner = JSONScanner(bytes)
            return try ObjectMetadata.ofObject(&scanner)
        }
    }

    func decoding<Result>(
        _ request: APIRequest, _ read: () throws(JSONError) -> Result
    ) throws(APIError) -> Result {
        do throws(JSONError) {
            return try read()
        } catch {
            throw .decoding(error, request: request.summary)
        }
    }
}
