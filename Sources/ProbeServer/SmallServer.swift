// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// What the operator's small HTTP servers have in common: where they listen, how they end, and their limits: 16 KiB of
/// headers, 64 connections, 30 s for a silent one.
final class SmallServer: Sendable {
    /// Answers one request.
    typealias Responder = @concurrent @Sendable (Request, consuming ResponseWriter) async throws -> Void

    private let purpose: String
    private let address: ListenAddress
    private let group: any EventLoopGroup
    private let logger: Logger
    private let responder: Responder
    private let running = Running()

    init(
        purpose: String, address: ListenAddress, group: any EventLoopGroup, logger: Logger,
        responder: @escaping Responder
    ) {
        self.purpose = purpose
        self.address = address
        self.group = group
        self.logger = logger
        self.responder = responder
    }

    /// Serves until `stop` or cancellation. `bound` hears the port once connections are accepted.
    func run(bound: @escaping @Sendable (_ port: Int) -> Void) async throws(ProbeServerError) {
        var reason = "no address"
        for host in address.candidates {
            do {
                return try await serve(on: host, bound: bound)
            } catch let error as IOError {
                reason = error.description
                // Only a kernel without that family is a reason to try the next.
                guard error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL else { break }
            } catch {
                reason = "\(error)"
                break
            }
        }
        throw .cannotListen(purpose: purpose, address: address.description, reason: reason)
    }

    /// Accepts no more, lets running answers end, and makes `run` return.
    func stop() async { await running.stop() }

    private func serve(on host: String, bound: @escaping @Sendable (Int) -> Void) async throws {
        var limits = HTTP1Channel.Configuration.DecoderConfiguration()
        limits.maxHeaderFieldSize = 8 << 10
        limits.maxHeaderListSize = 16 << 10
        limits.maxHeaderFieldCount = 64
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { [responder] request, writer, _ in try await responder(request, writer) },
                configuration: .init(idleTimeout: .seconds(30), httpDecoderConfiguration: limits)),
            configuration: ServerConfiguration(
                address: .hostname(host, port: address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(64, logger: logger)),
            onServerRunning: { channel in bound(channel.localAddress?.port ?? 0) },
            eventLoopGroup: group, logger: logger)
        guard await running.begin(server) else { return }
        do {
            try await server.run()
            await running.end()
        } catch {
            await running.end()
            throw error
        }
    }

    /// - Parameter closes: says that no other request is answered on this connection.
    @concurrent static func write(
        _ answer: ProbeAnswer, to request: Request, _ writer: consuming ResponseWriter, closes: Bool = false
    ) async throws {
        let body = ByteBuffer(string: answer.text)
        var head = HTTPResponse(status: .init(code: answer.status))
        head.headerFields[.contentType] = answer.contentType
        head.headerFields[.contentLength] = "\(body.readableBytes)"
        head.headerFields[.cacheControl] = "no-store"
        head.headerFields[.xContentTypeOptions] = "nosniff"
        if closes { head.headerFields[.connection] = "close" }
        try await writer.write(
            response: head, body: request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: body))
    }

    /// Thrown where closing the connection saves reading the rest of a body.
    struct BodyRefused: Error {}
}

/// The server that runs, to be stopped from another task.
private actor Running {
    private var server: Server<HTTP1Channel>?
    private var isStopped = false

    /// False when it was stopped before it began.
    func begin(_ server: Server<HTTP1Channel>) -> Bool {
        self.server = server
        return !isStopped
    }

    /// Lets go of the server while its event loop still runs, which it needs to be torn down.
    func end() { server = nil }

    func stop() async {
        isStopped = true
        do {
            try await server?.shutdownGracefully()
        } catch {
            // It stopped by itself.
        }
    }
}
