// SPDX-License-Identifier: Apache-2.0
import HTTPClientTransport
import NIOCore
import Testing

@testable import ProbeServer

/// A server that serves until it is stopped, as all of the operator's small ones do.
protocol StoppableServer: Sendable {
    func run(bound: @escaping @Sendable (_ port: Int) -> Void) async throws(ProbeServerError)
    func stop() async
}

extension ProbeServer: StoppableServer {}
extension PostServer: StoppableServer {}

/// Runs `body` with a client of a running server, then stops the server and waits for its end.
func withRunning(
    _ make: (any EventLoopGroup) throws -> some StoppableServer, _ body: (AHCTransport) async throws -> Void
) async throws {
    let loops = EventLoops()
    let server = try make(loops.group)
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run { continuation.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let transport = try AHCTransport(.init(baseURL: "http://127.0.0.1:\(port)"), on: loops)
        try await body(transport)
        await transport.shutdown()
        await server.stop()
        try await group.waitForAll()
    }
    await loops.shutdown()
}
