// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel
import Synchronization
import Testing

/// A server on a clock that moves only when told to.
final class ServerFixture: Sendable {
    let clock: VirtualClock
    let server: EmbeddedAPIServer

    init(_ options: EmbeddedAPIServer.Options = .init()) {
        let clock = VirtualClock()
        self.clock = clock
        server = EmbeddedAPIServer(options: options) { clock.now }
    }

    func advance(_ duration: Duration) {
        clock.advance(duration)
        server.timePassed()
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, type: String = "application/json",
        user: String = "admin"
    ) async throws -> (status: Int, json: JSONValue) {
        let response = try await respond(method, path, body, type: type, user: user)
        let bytes = try await response.body.collect(upTo: 1 << 24)
        return (response.status, (try? JSONValue(parsing: bytes)) ?? .null)
    }

    func respond(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, type: String = "application/json",
        user: String = "admin"
    ) async throws -> HTTPResponse {
        try await server.transport(user: user).send(
            HTTPRequest(method, path, headers: [HTTPHeader("Content-Type", type)], body: body?.canonicalBytes))
    }

    @discardableResult
    func make(_ name: String, owners: [JSONValue] = [], finalizers: [String] = []) async throws -> JSONValue {
        var metadata: JSONValue = ["name": .string(name)]
        if !owners.isEmpty { metadata["ownerReferences"] = .array(owners) }
        if !finalizers.isEmpty { metadata["finalizers"] = .strings(finalizers) }
        let reply = try await send(.post, Self.configMaps, ["metadata": metadata])
        #expect(reply.status == 201, "\(reply.json)")
        return reply.json
    }

    func owner(_ object: JSONValue) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap", "name": object.at("metadata", "name") ?? .null,
            "uid": object.at("metadata", "uid") ?? .null,
        ]
    }

    var names: [String] {
        server.objects(.configMaps).compactMap { $0.at("metadata", "name")?.stringValue }
    }

    static let configMaps = "/api/v1/namespaces/default/configmaps"
}

final class VirtualClock: Sendable {
    private let time = Mutex(Timestamp(secondsSinceEpoch: 1_800_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Reads events line by line, whatever the chunks.
final class EventReader {
    private let body: any HTTPBody
    private var buffer: [UInt8] = []
    private(set) var chunks = 0

    init(_ body: any HTTPBody) { self.body = body }

    func next() async throws -> (type: String, object: JSONValue)? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let event = try JSONValue(parsing: Array(buffer[..<end]))
                buffer.removeFirst(end + 1)
                return (event["type"]?.stringValue ?? "", event["object"] ?? .null)
            }
            guard let chunk = try await body.next() else { return nil }
            chunks += 1
            buffer += chunk
        }
    }

    /// `ADDED a` and so on; the rest until the stream ends.
    func rest() async throws -> [String] {
        var all: [String] = []
        while let event = try await next() {
            all.append("\(event.type) \(event.object.at("metadata", "name")?.stringValue ?? "-")")
        }
        return all
    }
}
