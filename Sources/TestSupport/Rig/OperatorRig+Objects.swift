// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel

/// What people and the rest of the cluster do: everything through the API, as `admin`.
extension OperatorRig {
    package struct Reply: Sendable {
        package var status: Int
        package var object: JSONValue
    }

    /// Sends one request as `admin`, and lets everything that follows from it happen without time passing.
    @discardableResult
    package func send(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, as media: String = "application/json"
    ) -> Reply {
        let transport = server.transport(user: "admin")
        let request = HTTPRequest(
            method, path, headers: [HTTPHeader("Content-Type", media), HTTPHeader("User-Agent", "admin")],
            body: body?.canonicalBytes)
        let reply = simulation.complete { () -> Reply? in
            do {
                let response = try await transport.send(request)
                let bytes = try await response.body.collect(upTo: 64 << 20)
                return Reply(status: response.status, object: try JSONValue(parsing: bytes))
            } catch {
                return nil
            }
        }
        return reply.flatMap(\.self) ?? Reply(status: 0, object: .null)
    }

    @discardableResult
    package func create(_ type: ResourceType, _ object: JSONValue) -> Reply {
        let namespace = object.at("metadata", "namespace")?.stringValue
        var object = object
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        return send(.post, type.collectionPath(namespace: type.isNamespaced ? namespace : nil), object)
    }

    /// Merges `patch` into an object, or into one of its subresources.
    @discardableResult
    package func patch(_ type: ResourceType, _ key: ObjectKey, subresource: String? = nil, _ patch: JSONValue) -> Reply
    {
        send(.patch, type.path(key, subresource: subresource), patch, as: "application/merge-patch+json")
    }

    /// Puts `content` in the place of what an object holds beside its metadata; makes the object when it is not there.
    @discardableResult
    package func replace(_ type: ResourceType, _ key: ObjectKey, with content: JSONValue) -> Reply {
        var object = content
        var metadata: [String: JSONValue] = ["name": .string(key.name)]
        if type.isNamespaced { metadata["namespace"] = .string(key.namespace) }
        guard let found = self.object(type, key) else {
            object["metadata"] = .object(metadata)
            return create(type, object)
        }
        metadata["resourceVersion"] = found.at("metadata", "resourceVersion")
        object["metadata"] = .object(metadata)
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        return send(.put, type.path(key), object)
    }

    @discardableResult
    package func delete(_ type: ResourceType, _ key: ObjectKey) -> Reply { send(.delete, type.path(key)) }

    package func object(_ type: ResourceType, _ key: ObjectKey) -> JSONValue? { server.object(type, key) }

    package func objects(_ type: ResourceType, in namespace: String? = nil) -> [JSONValue] {
        server.objects(type).filter {
            namespace == nil || $0.at("metadata", "namespace")?.stringValue == namespace
        }
    }
}

// MARK: Witness

extension OperatorRig {
    /// What processes of the operator tried to write since record number `start`, Leases aside; refused writes included.
    package func writes(since start: Int = 0) -> [AuditRecord] {
        server.audit.dropFirst(start).filter {
            $0.isWrite && $0.user != "admin" && $0.resource != .leases
        }
    }

    /// The number of the next audit record.
    package var auditMark: Int { server.audit.count }

    /// The status of a condition of an object, with its reason: `False/InvalidSpec`; nil when it has none.
    package func condition(_ condition: String, of type: ResourceType, _ key: ObjectKey) -> String? {
        let conditions = object(type, key)?.at("status", "conditions")?.arrayValue ?? []
        guard let found = conditions.first(where: { $0["type"]?.stringValue == condition }) else { return nil }
        return (found["status"]?.stringValue ?? "") + "/" + (found["reason"]?.stringValue ?? "")
    }
}
