// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import Synchronization
import Testing

@testable import HTTPClientTransport

/// Runs `body` with a transport bound to a server that follows `script`.
func withServer(
    limit connections: Int = 8, basePath: String = "",
    script: @escaping @Sendable (_ request: String, _ index: Int) -> [Step],
    _ body: (AHCTransport, ScriptedServer) async throws -> Void
) async throws {
    let server = try await ScriptedServer(script: script)
    let loops = EventLoops()
    var configuration = AHCTransport.Configuration(baseURL: "http://127.0.0.1:\(server.port)\(basePath)")
    configuration.connections = connections
    let transport = try AHCTransport(configuration, on: loops)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(transport, server))
    } catch {
        result = .failure(error)
    }
    await transport.shutdown()
    await loops.shutdown()
    try await server.stop()
    try result.get()
}

@Suite(.timeLimit(.minutes(1))) struct AHCTransportTests {
    @Test func `a request arrives as it was written and its response comes back`() async throws {
        try await withServer(basePath: "/k8s/c-1/") { _, _ in
            [.send("HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\nhello")]
        } _: { transport, server in
            let response = try await transport.send(
                HTTPRequest(
                    .patch, "/api/v1/namespaces/a/pods?labelSelector=a%3Db%2Cc%20in%20%28d%29&fieldManager=w",
                    headers: [HTTPHeader("Content-Type", "application/json")], body: Array("{}".utf8)))
            #expect(response.status == 201)
            #expect(response.headers.filter { $0.name.lowercased() == "x-a" }.map(\.value) == ["1", "2"])
            #expect(try await response.body.collect(upTo: 100) == Array("hello".utf8))
            let request = try #require(server.requests.first)
            #expect(
                request.hasPrefix(
                    "PATCH /k8s/c-1/api/v1/namespaces/a/pods?labelSelector=a%3Db%2Cc%20in%20%28d%29&fieldManager=w HTTP/1.1\r\n"
                ))
            #expect(request.hasSuffix("\r\n\r\n{}"))
            #expect(!request.lowercased().contains("accept-encoding"))
            #expect(request.contains("127.0.0.1:\(server.port)\r\n"))
        }
    }

    @Test func `through a proxy it asks for a tunnel, for plain HTTP too`() async throws {
        let proxy = try await ScriptedServer { request, _ in
            if request.hasPrefix("CONNECT registry.example:443 ") {
                return [.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), .close]
            }
            return request.hasPrefix("CONNECT")
                ? [.send("HTTP/1.1 200 OK\r\n\r\n")]
                : [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")]
        }
        let loops = EventLoops()
        var configuration = AHCTransport.Configuration()
        configuration.proxy = .init(host: "127.0.0.1", port: proxy.port)
        let transport = try AHCTransport(configuration, on: loops)
        // Errors are looked at when the client is shut down, which it insists on.
        let plain = await Result { () async throws -> [UInt8] in
            try await transport.send(HTTPRequest(.get, "http://registry.example:5000/v2/", timeout: .seconds(10)))
                .body.collect(upTo: 10)
        }
        let refused = await Result { () async throws -> Int in
            try await transport.send(HTTPRequest(.get, "https://registry.example/v2/", timeout: .seconds(10))).status
        }
        await transport.shutdown()
        await loops.shutdown()
        #expect(try plain.get() == Array("hi".utf8))
        #expect(throws: TransportError.self) { try refused.get() }
        let requests = proxy.requests
        #expect(requests.first?.hasPrefix("CONNECT registry.example:5000 HTTP/1.1\r\n") == true, "\(requests)")
        #expect(requests.contains { $0.hasPrefix("GET /v2/ HTTP/1.1\r\n") }, "\(requests)")
        #expect(requests.contains { $0.hasPrefix("CONNECT registry.example:443 HTTP/1.1\r\n") }, "\(requests)")
        try await proxy.stop()
    }

    @Test(arguments: [
        "/api/v1/namespaces/a%2Fb", "/a?x=%25%2B%26%C3%A9", "/x:y@z/;,=", "/v2/a/b/manifests/sha256:abc",
    ])
    func `percent-encoding is left alone`(path: String) async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 204 No Content\r\n\r\n")]
        } _: { transport, server in
            let response = try await transport.send(HTTPRequest(.get, path))
            #expect(try await response.body.next() == nil)
            #expect(server.requests.first?.hasPrefix("GET \(path) HTTP/1.1\r\n") == true, "\(server.requests)")
        }
    }

    @Test func `a redirect is an answer, not a journey`() async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")]
        } _: { transport, server in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(response.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `compressed bytes stay compressed`() async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nzzzz")]
        } _: { transport, _ in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(try await response.body.collect(upTo: 10) == Array("zzzz".utf8))
        }
    }

    @Test func `no response head in time is a timeout with an unknown outcome`() async throws {
        try await withServer { _, _ in
            [.silence]
        } _: { transport, server in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(.post, "/", body: [1], timeout: .milliseconds(60)))
            }
            #expect(error == .timedOut(after: .milliseconds(60)))
            #expect(error?.wasNotSent == false)
            await server.waitUntilIdle()
        }
    }

    @Test func `a request that never got a connection was certainly not sent`() async throws {
        try await withServer(limit: 1) { _, _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .silence]
        } _: { transport, server in
            let first = try await transport.send(HTTPRequest(.get, "/watch"))
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(.post, "/", body: [1], timeout: .milliseconds(60)))
            }
            #expect(error?.wasNotSent == true, "\(String(describing: error))")
            #expect(server.requests.count == 1)
            withExtendedLifetime(first) {}
        }
    }

    @Test func `a refused connection was certainly not sent and is told at once`() async throws {
        let server = try await ScriptedServer { _, _ in [] }
        let port = server.port
        try await server.stop()
        let loops = EventLoops()
        let transport = try AHCTransport(.init(baseURL: "http://127.0.0.1:\(port)"), on: loops)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(HTTPRequest(.post, "/", body: [1]))
        }
        guard case .notConnected(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("refused"))
        await transport.shutdown()
        await loops.shutdown()
    }

    @Test func `a connection cut before the response has an unknown outcome`() async throws {
        try await withServer { _, _ in
            [.close]
        } _: { transport, _ in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(.post, "/", body: [1]))
            }
            #expect(error == .interrupted(reason: "the server closed the connection"))
        }
    }

    @Test(arguments: ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"])
    func `a body cut in the middle gives its bytes and then the error`(rest: String) async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\n" + rest), .close]
        } _: { transport, _ in
            let body = try await transport.send(HTTPRequest(.get, "/")).body
            #expect(try await body.next() == Array("half".utf8))
            let error = await #expect(throws: TransportError.self) { try await body.next() }
            guard case .interrupted = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `silence in the body ends it after the limit, bytes before it do not`() async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), .silence]
        } _: { transport, server in
            let body = try await transport.send(HTTPRequest(.get, "/", inactivityLimit: .milliseconds(80))).body
            #expect(try await body.next() == [UInt8(ascii: "a")])
            let clock = ContinuousClock()
            let begin = clock.now
            await #expect(throws: TransportError.timedOut(after: .milliseconds(80))) { try await body.next() }
            #expect(clock.now - begin >= .milliseconds(79))
            await server.waitUntilIdle()
        }
    }

    @Test func `a timeout for the head does not limit the body`() async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .silence]
        } _: { transport, _ in
            let request = HTTPRequest(.get, "/", timeout: .milliseconds(40), inactivityLimit: .milliseconds(120))
            let body = try await transport.send(request).body
            await #expect(throws: TransportError.timedOut(after: .milliseconds(120))) { try await body.next() }
        }
    }

    @Test func `a slow reader slows the server down and loses nothing`() async throws {
        let size = 32 << 20
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"), .sendBytes(size, chunk: 64 << 10)]
        } _: { transport, server in
            let body = try await transport.send(HTTPRequest(.get, "/")).body
            // The first bytes are read, then the reader looks away until the server can send no more.
            var count = try #require(try await body.next()).count
            var before = -1
            while server.sentBytes != before {
                before = server.sentBytes
                for _ in 0..<2000 { await Task.yield() }
            }
            #expect(before < size)
            while let chunk = try await body.next() { count += chunk.count }
            #expect(count == size)
        }
    }

    @Test func `dropping the body closes the connection`() async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .silence]
        } _: { transport, server in
            _ = try await transport.send(HTTPRequest(.get, "/watch"))
            await server.waitUntilIdle()
            #expect(server.accepted == 1)
        }
    }

    @Test func `cancelling the task ends the wait for head and body`() async throws {
        try await withServer { request, _ in
            request.contains("/head") ? [.silence] : [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .silence]
        } _: { transport, server in
            for path in ["/head", "/body"] {
                let task = Task { () -> TransportError? in
                    do {
                        _ = try await transport.send(HTTPRequest(.get, path)).body.next()
                        return nil
                    } catch let error as TransportError {
                        return error
                    }
                }
                while !server.requests.contains(where: { $0.contains(path) }) { await Task.yield() }
                task.cancel()
                let error = try await task.value
                #expect(error == .cancelled)
            }
            await server.waitUntilIdle()
        }
    }

    @Test func `a request queued past its permission is held back when its turn comes`() async throws {
        try await withServer(limit: 1) { _, index in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"), index == 0 ? .silence : .send("x")]
        } _: { transport, server in
            let holder = try await transport.send(HTTPRequest(.get, "/slow"))
            let isLeader = Mutex(true)
            var write = HTTPRequest(.delete, "/", body: Array("{}".utf8))
            write.permission = SendPermission { isLeader.withLock { $0 } ? .seconds(5) : nil }
            let queued = Task { [write] in try await transport.send(write) }
            isLeader.withLock { $0 = false }
            // Only now does the one connection become free.
            let task = Task { try await holder.body.next() }
            task.cancel()
            _ = await task.result
            let error = await #expect(throws: TransportError.self) { _ = try await queued.value }
            #expect(error?.wasNotSent == true)
            #expect(!server.requests.contains { $0.contains("DELETE") })
        }
    }

    @Test func `a body is sent while the permission holds`() async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
        } _: { transport, server in
            var write = HTTPRequest(.delete, "/", body: Array("{}".utf8))
            write.permission = SendPermission { .seconds(1) }
            let response = try await transport.send(write)
            #expect(response.status == 200)
            #expect(server.requests.first?.hasSuffix("\r\n\r\n{}") == true)
        }
    }

    @Test func `after shutdown every request is refused`() async throws {
        try await withServer { _, _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
        } _: { transport, _ in
            await transport.shutdown()
            await #expect(throws: TransportError.refused(reason: "the connections were shut down")) {
                try await transport.send(HTTPRequest(.get, "/"))
            }
        }
    }

    @Test(arguments: ["", "ftp://x", "http+unix://x/", "relative"])
    func `without a server only absolute http URLs are taken`(url: String) async throws {
        let loops = EventLoops()
        let transport = try AHCTransport(on: loops)
        let error = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(.get, url)) }
        #expect(error?.wasNotSent == true)
        await transport.shutdown()
        await loops.shutdown()
    }

    @Test(arguments: [
        ("https://h", "https://h", "", nil as String?), ("https://h:6443/a/b//", "https://h:6443", "/a/b", nil),
        ("http://[::1]:80", "http://[::1]:80", "", nil),
    ])
    func `a base URL is taken apart`(url: String, origin: String, path: String, connectHost: String?) throws {
        let endpoint = try Endpoint(url, serverName: nil)
        #expect([endpoint.origin, endpoint.path] == [origin, path])
        #expect(endpoint.connectHost == connectHost)
    }

    @Test func `a name for TLS takes the place of the host`() throws {
        let endpoint = try Endpoint("https://[fd00::1]:6443/x", serverName: "kubernetes")
        #expect(endpoint.origin == "https://kubernetes:6443")
        #expect(endpoint.connectHost == "fd00::1")
        #expect(endpoint.authority == "[fd00::1]:6443")
    }

    @Test(arguments: ["h:1", "ftp://h", "https://", "https://u:p@h", "https://h?x", "https://h h", "https://[]:1"])
    func `a base URL that cannot be used is refused without repeating it`(url: String) {
        let error = #expect(throws: AHCTransport.ConfigurationError.self) { try Endpoint(url, serverName: nil) }
        #expect(error?.description.contains("u:p") == false)
    }
}

extension Result where Failure == any Error {
    /// What becomes of an asynchronous call.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
