// SPDX-License-Identifier: Apache-2.0
import HTTPClientTransport
import HTTPTransport
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ProbeServer

@Suite(.timeLimit(.minutes(1))) struct ProbeServerTests {
    private let isReady = ReadyFlag()

    private final class ReadyFlag: Sendable {
        let value = Mutex(false)
    }

    private func server(_ address: String, on group: any EventLoopGroup) throws -> ProbeServer {
        ProbeServer(
            purpose: "health", address: try ListenAddress(address),
            routes: [
                "/healthz": { ProbeAnswer(200, "ok\n") },
                "/readyz": { [isReady] in
                    isReady.value.withLock { $0 } ? ProbeAnswer(200, "ok\n") : ProbeAnswer(503, "not synced: pods\n")
                },
                "/metrics": { .metrics("watchbill_leader 1\n") },
            ], group: group, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func withServer(_ address: String = "127.0.0.1:0", _ body: (AHCTransport) async throws -> Void) async throws
    {
        try await withRunning({ try server(address, on: $0) }, body)
    }

    private func text(_ response: HTTPResponse) async throws -> String {
        String(decoding: try await response.body.collect(upTo: 1000), as: UTF8.self)
    }

    @Test func `probes and metrics answer as their closures say`() async throws {
        try await withServer { transport in
            let health = try await transport.send(HTTPRequest(.get, "/healthz"))
            #expect(health.status == 200)
            #expect(try await text(health) == "ok\n")
            let notReady = try await transport.send(HTTPRequest(.get, "/readyz?verbose"))
            #expect(notReady.status == 503)
            #expect(try await text(notReady) == "not synced: pods\n")
            isReady.value.withLock { $0 = true }
            let ready = try await transport.send(HTTPRequest(.get, "/readyz"))
            #expect(ready.status == 200)
            let metrics = try await transport.send(HTTPRequest(.get, "/metrics"))
            #expect(metrics.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(try await text(metrics) == "watchbill_leader 1\n")
        }
    }

    @Test func `HEAD has the length and no body`() async throws {
        try await withServer { transport in
            let response = try await transport.send(HTTPRequest(.head, "/healthz"))
            #expect(response.header("content-length") == "3")
            #expect(try await response.body.next() == nil)
        }
    }

    @Test func `other paths, other methods and bodies are refused`() async throws {
        try await withServer { transport in
            let missing = try await transport.send(HTTPRequest(.get, "/debug"))
            #expect(missing.status == 404)
            #expect(try await text(missing) == "not found; there are: /healthz /metrics /readyz\n")
            let method = try await transport.send(HTTPRequest(.delete, "/healthz"))
            #expect(method.status == 405)
            let body = try await transport.send(HTTPRequest(.post, "/healthz", body: [1, 2, 3]))
            #expect(body.status == 413)
        }
    }

    @Test func `headers have a limit`() async throws {
        try await withServer { transport in
            let long = String(repeating: "x", count: 20_000)
            do {
                let response = try await transport.send(
                    HTTPRequest(.get, "/healthz", headers: [HTTPHeader("X-Long", long)]))
                #expect(response.status == 400)
            } catch {
                // Cutting the connection is as good.
            }
        }
    }

    @Test func `every address means IPv4 too`() async throws {
        try await withServer(":0") { transport in
            let response = try await transport.send(HTTPRequest(.get, "/healthz"))
            #expect(response.status == 200)
        }
    }

    @Test func `a port in use is said in words`() async throws {
        let loops = EventLoops()
        let first = try server("127.0.0.1:0", on: loops.group)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await first.run { continuation.yield($0) } }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let second = try server("127.0.0.1:\(port)", on: loops.group)
            let error = await #expect(throws: ProbeServerError.self) { try await second.run() }
            let text = error?.description ?? ""
            #expect(text.hasPrefix("cannot listen on 127.0.0.1:\(port) for health: "))
            #expect(text.contains("in use"))
            #expect(text.hasSuffix("choose another address with --health"))
            await first.stop()
        }
        await loops.shutdown()
    }

    @Test func `cancelling ends it`() async throws {
        let loops = EventLoops()
        let server = try server("127.0.0.1:0", on: loops.group)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let task = Task { try await server.run { continuation.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        _ = await iterator.next()
        task.cancel()
        _ = await task.result
        await loops.shutdown()
    }

    @Test func `stopped before it began, it does not begin`() async throws {
        let loops = EventLoops()
        let server = try server("127.0.0.1:0", on: loops.group)
        await server.stop()
        try await server.run { _ in Issue.record("it listens") }
        await loops.shutdown()
    }

    @Test(arguments: [
        (":8080", nil as String?, 8080), ("127.0.0.1:1", "127.0.0.1", 1), ("[::1]:65535", "::1", 65535),
        ("localhost:0", "localhost", 0),
    ])
    func `an address is read`(text: String, host: String?, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(arguments: ["", "8080", ":", ":x", ":65536", ":-1", "::1:80", "a b:80", "h\u{1B}:1", "0"])
    func `what is no address is refused`(text: String) {
        let error = #expect(throws: ProbeServerError.self) { try ListenAddress(text) }
        #expect(error?.description.contains("\u{1B}") == false)
    }
}
