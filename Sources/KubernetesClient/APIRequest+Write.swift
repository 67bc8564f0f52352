// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

extension APIRequest {
    /// Server-side apply of an object or of one of its subresources. `force` takes fields from other managers.
    ///
    /// JSON is YAML, so the body is JSON under the apply content type. Unknown or doubled fields are refused.
    package static func apply(
        _ resource: ResourceType, _ key: ObjectKey, subresource: String? = nil, body: JSONValue, manager: String,
        force: Bool
    ) throws(APIError) -> APIRequest {
        let query = PercentEncoding.query([
            ("fieldManager", manager), ("force", force ? "true" : "false"), ("fieldValidation", "Strict"),
        ])
        let path = try APIPath.object(resource, key, subresource: subresource)
        var request = APIRequest(.patch, path + query, lane: resource.lane, body: body.canonicalBytes)
        request.contentType = "application/apply-patch+yaml"
        return request
    }

    /// Creates an object; 409 when the name is taken.
    package static func create(
        _ resource: ResourceType, namespace: String, body: JSONValue, manager: String
    ) throws(APIError) -> APIRequest {
        let query = PercentEncoding.query([("fieldManager", manager), ("fieldValidation", "Strict")])
        guard !resource.isNamespaced || !namespace.isEmpty else { throw .invalidName("", of: "namespace") }
        let path = try APIPath.collection(resource, namespace: resource.isNamespaced ? namespace : nil)
        return APIRequest(.post, path + query, lane: resource.lane, body: body.canonicalBytes)
    }

    /// Replaces an object; the body carries the resourceVersion that it replaces.
    package static func replace(
        _ resource: ResourceType, _ key: ObjectKey, body: JSONValue, manager: String
    ) throws(APIError) -> APIRequest {
        let query = PercentEncoding.query([("fieldManager", manager), ("fieldValidation", "Strict")])
        return APIRequest(
            .put, try APIPath.object(resource, key) + query, lane: resource.lane, body: body.canonicalBytes)
    }

    /// Deletes exactly the object that was seen, in the background: 409 when it is another one by now.
    package static func delete(
        _ resource: ResourceType, _ key: ObjectKey, uid: String, resourceVersion: String?
    ) throws(APIError) -> APIRequest {
        let options: JSONValue = [
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
            "preconditions": .compact(["uid": .string(uid), "resourceVersion": resourceVersion.map(JSONValue.string)]),
        ]
        return APIRequest(
            .delete, try APIPath.object(resource, key), lane: resource.lane, body: options.canonicalBytes)
    }

    /// Deletes without a grace period: the last step of a Pod's deletion, which is its node's.
    package static func deleteNow(
        _ resource: ResourceType, _ key: ObjectKey, uid: String
    ) throws(APIError) -> APIRequest {
        let options: JSONValue = [
            "apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
            "preconditions": ["uid": .string(uid)],
        ]
        return APIRequest(
            .delete, try APIPath.object(resource, key), lane: resource.lane, body: options.canonicalBytes)
    }

    /// A token for a service account (TokenRequest), good for `seconds` and for as long as the Pod is there.
    package static func token(
        of account: ObjectKey, seconds: Int64, pod: ObjectReference, uid: String, audience: String?
    ) throws(APIError) -> APIRequest {
        let body: JSONValue = [
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "spec": .compact([
                "expirationSeconds": .integer(seconds), "audiences": audience.map { .strings([$0]) } ?? [],
                "boundObjectRef": [
                    "apiVersion": "v1", "kind": "Pod", "name": .string(pod.key.name), "uid": .string(uid),
                ],
            ]),
        ]
        let path = try APIPath.object(.serviceAccounts, account, subresource: "token")
        return APIRequest(.post, path, lane: .writes, body: body.canonicalBytes)
    }
}
