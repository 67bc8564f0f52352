// SPDX-License-Identifier: Apache-2.0
import HTTPClientTransport
import HTTPTransport
import Logging
import NIOCore
import Testing

@testable import ProbeServer

@Suite(.timeLimit(.minutes(1))) struct PostServerTests {
    /// Runs `body` with a client of a server that echoes what came to `/hints/echo`.
    private func withServer(_ body: (AHCTransport) async throws -> Void) async throws {
        try await withRunning(
            { group in
                PostServer(
                    purpose: "hints", address: try ListenAddress("127.0.0.1:0"), folder: "/hints/", group: group,
                    logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
                ) { name in
                    guard name == "echo" else { return nil }
                    return { message in
                        ProbeAnswer(202, "\(message.query) \(message.headers["x-proof"] ?? "") \(message.body.count)")
                    }
                }
            }, body)
    }

    @Test func `a body comes with its query and headers`() async throws {
        try await withServer { transport in
            let response = try await transport.send(
                HTTPRequest(
                    .post, "/hints/echo?token=a", headers: [HTTPHeader("X-Proof", "p")],
                    body: [UInt8](repeating: 0x20, count: PostServer.bodyLimit)))
            #expect(response.status == 202)
            let body = try await response.body.collect(upTo: 100)
            #expect(String(decoding: body, as: UTF8.self) == "token=a p \(PostServer.bodyLimit)")
        }
    }

    @Test func `other paths, other methods and larger bodies are refused`() async throws {
        try await withServer { transport in
            let other = try await transport.send(HTTPRequest(.post, "/hints/other", body: [1]))
            #expect(other.status == 404)
            let elsewhere = try await transport.send(HTTPRequest(.post, "/elsewhere", body: [1]))
            #expect(elsewhere.status == 404)
            let method = try await transport.send(HTTPRequest(.get, "/hints/echo"))
            #expect(method.status == 405)
            let large = [UInt8](repeating: 0x20, count: PostServer.bodyLimit + 1)
            do {
                let response = try await transport.send(HTTPRequest(.post, "/hints/echo", body: large))
                #expect(response.status == 413)
            } catch {
                // Cutting the connection is as good.
            }
            let empty = try await transport.send(HTTPRequest(.post, "/hints/echo", body: []))
            #expect(empty.status == 202)
        }
    }
}
