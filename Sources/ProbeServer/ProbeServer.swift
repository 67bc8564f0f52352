// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// A small HTTP server for probes and metrics: GET and HEAD of fixed paths, nothing else.
///
/// Limits: no request bodies, 16 KiB of headers, 64 connections, 30 s for a silent one.
package final class ProbeServer: Sendable {
    /// What one path answers.
    package typealias Route = @Sendable () -> ProbeAnswer

    private let purpose: String
    private let address: ListenAddress
    private let routes: [String: Route]
    private let group: any EventLoopGroup
    private let logger: Logger
    private let running = Running()

    /// - Parameters:
    ///   - purpose: `health` or `metrics`, as the flag is called that sets the address.
    ///   - routes: answers by path (`/healthz`).
    package init(
        purpose: String, address: ListenAddress, routes: [String: Route], group: any EventLoopGroup, logger: Logger
    ) {
        self.purpose = purpose
        self.address = address
        self.routes = routes
        self.group = group
        self.logger = logger
    }

    /// Serves until `stop` or cancellation. `bound` hears the port once connections are accepted.
    package func run(bound: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws(ProbeServerError) {
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
    package func stop() async { await running.stop() }

    private func serve(on host: String, bound: @escaping @Sendable (Int) -> Void) async throws {
        var limits = HTTP1Channel.Configuration.DecoderConfiguration()
        limits.maxHeaderFieldSize = 8 << 10
        limits.maxHeaderListSize = 16 << 10
        limits.maxHeaderFieldCount = 64
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { [routes] request, writer, _ in try await Self.respond(to: request, writer, routes) },
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

    @concurrent private static func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ routes: [String: Route]
    ) async throws {
        guard !hasBody(request) else {
            try await write(ProbeAnswer(413, "no body is taken here\n"), to: request, writer)
            // Closing the connection saves reading the body.
            throw BodyRefused()
        }
        guard request.method == .get || request.method == .head else {
            return try await write(ProbeAnswer(405, "only GET and HEAD are served\n"), to: request, writer)
        }
        guard let route = routes[request.uri.path] else {
            let paths = routes.keys.sorted().joined(separator: " ")
            return try await write(ProbeAnswer(404, "not found; there are: \(paths)\n"), to: request, writer)
        }
        try await write(route(), to: request, writer)
    }

    private static func hasBody(_ request: Request) -> Bool {
        request.headers[.transferEncoding] != nil || (request.headers[.contentLength] ?? "0") != "0"
    }

    @concurrent private static func write(
        _ answer: ProbeAnswer, to request: Request, _ writer: consuming ResponseWriter
    ) async throws {
        let body = ByteBuffer(string: answer.text)
        var head = HTTPResponse(status: .init(code: answer.status))
        head.headerFields[.contentType] = answer.contentType
        head.headerFields[.contentLength] = "\(body.readableBytes)"
        head.headerFields[.cacheControl] = "no-store"
        head.headerFields[.xContentTypeOptions] = "nosniff"
        try await writer.write(
            response: head, body: request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: body))
    }

    private struct BodyRefused: Error {}
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
