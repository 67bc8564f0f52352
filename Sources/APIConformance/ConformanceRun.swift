// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan

/// One case at work: the server, and a namespace to work in.
package struct ConformanceRun: Sendable {
    let transport: any HTTPTransport
    let namespace: String

    /// - Parameter namespace: a name that is not in use on that server.
    package init(_ transport: any HTTPTransport, namespace: String) {
        self.transport = transport
        self.namespace = namespace
    }

    struct Reply: Sendable {
        var status: Int
        var json: JSONValue
        var text: String

        var reason: String? { json["reason"]?.stringValue }
        var message: String { json["message"]?.stringValue ?? text }
        var revision: String { json["metadata"]?["resourceVersion"]?.stringValue ?? "" }
        var uid: String { json["metadata"]?["uid"]?.stringValue ?? "" }
        var items: [JSONValue] { json["items"]?.arrayValue ?? [] }
        var names: [String] { items.compactMap { $0.at("metadata", "name")?.stringValue } }
    }

    enum Media: String {
        case json = "application/json"
        case mergePatch = "application/merge-patch+json"
        case jsonPatch = "application/json-patch+json"
        case strategicPatch = "application/strategic-merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }

    var configMaps: String { "/api/v1/namespaces/\(namespace)/configmaps" }
    var pods: String { "/api/v1/namespaces/\(namespace)/pods" }
    var widgets: String { "/apis/conformance.watchbill.dev/v1/namespaces/\(namespace)/widgets" }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, _ media: Media = .json, accept: String? = nil
    ) async throws -> Reply {
        var headers = [HTTPHeader("Accept", accept ?? "application/json"), HTTPHeader("User-Agent", "conformance/1.0")]
        if body != nil { headers.append(HTTPHeader("Content-Type", media.rawValue)) }
        let request = HTTPRequest(method, path, headers: headers, body: body?.canonicalBytes, timeout: .seconds(30))
        let response = try await transport.send(request)
        let bytes = try await response.body.collect(upTo: 16 * 1024 * 1024)
        let json: JSONValue
        do throws(JSONError) { json = try JSONValue(parsing: bytes) } catch { json = .null }
        return Reply(status: response.status, json: json, text: String(decoding: bytes.prefix(500), as: UTF8.self))
    }

    /// A server-side apply of `object` to the path of its collection.
    func apply(
        _ object: JSONValue, at collection: String, manager: String, force: Bool = false, subresource: String = ""
    ) async throws -> Reply {
        let name = object.at("metadata", "name")?.stringValue ?? ""
        let path = "\(collection)/\(name)\(subresource.isEmpty ? "" : "/" + subresource)?fieldManager=\(manager)"
        return try await send(.patch, path + (force ? "&force=true" : ""), object, .apply)
    }

    func configMap(_ name: String, _ data: [String: String] = [:], labels: [String: String] = [:]) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": labels.isEmpty
                ? ["name": .string(name)] : ["name": .string(name), "labels": .stringMap(labels)],
            "data": .stringMap(data),
        ]
    }

    func widget(_ name: String, _ spec: JSONValue? = ["size": 1], status: JSONValue? = nil) -> JSONValue {
        .compact([
            "apiVersion": "conformance.watchbill.dev/v1", "kind": "Widget", "metadata": ["name": .string(name)],
            "spec": spec, "status": status,
        ])
    }

    // MARK: Expectations

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure(message: message()) }
    }

    func expect<Value: Equatable>(_ value: Value, _ wanted: Value, _ what: String) throws {
        if value != wanted { throw ConformanceFailure(message: "\(what): got \(value), wanted \(wanted)") }
    }

    /// Checks a status that is no refusal; returns the reply.
    @discardableResult
    func expect(_ reply: Reply, _ status: Int, _ what: String) throws -> Reply {
        try expect(reply, status, nil, saying: "", what)
    }

    /// Checks status and reason, and that the message says `text`; returns the reply.
    @discardableResult
    func expect(
        _ reply: Reply, _ status: Int, _ reason: String?, saying text: String = "", _ what: String
    ) throws -> Reply {
        if reply.status != status || reply.reason != reason && status >= 400 {
            throw ConformanceFailure(
                message: "\(what): got \(reply.status) \(reply.reason ?? "-") \(reply.message), wanted \(status) "
                    + "\(reason ?? "-")")
        }
        if !text.isEmpty, !reply.message.contains(text) {
            throw ConformanceFailure(message: "\(what): message is \(reply.message), wanted \(text)")
        }
        return reply
    }

    // MARK: Namespace and custom kind

    func createNamespace() async throws {
        let body: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]
        try expect(try await send(.post, "/api/v1/namespaces", body), 201, "create the namespace")
    }

    func deleteNamespace() async throws {
        _ = try await send(.delete, "/api/v1/namespaces/\(namespace)")
    }

    /// Defines the kind `Widget` that the cases use. To be called once a server, before the cases.
    package func defineWidgets() async throws {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        try expect(
            try await apply(Self.widgetDefinition, at: path, manager: "conformance", force: true).status < 300,
            "the definition of Widget is refused")
        // A real server serves a new kind a moment later; asking again is all a client can do.
        for _ in 0..<200 where try await send(.get, "/apis/conformance.watchbill.dev/v1/widgets").status != 200 {}
    }
}
