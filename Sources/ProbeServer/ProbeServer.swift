// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// A small HTTP server for probes and metrics: GET and HEAD of fixed paths, nothing else. No request bodies.
package final class ProbeServer: Sendable {
    /// What one path answers.
    package typealias Route = @Sendable () -> ProbeAnswer

    private let server: SmallServer

    /// - Parameters:
    ///   - purpose: `health` or `metrics`, as the flag is called that sets the address.
    ///   - routes: answers by path (`/healthz`).
    package init(
        purpose: String, address: ListenAddress, routes: [String: Route], group: any EventLoopGroup, logger: Logger
    ) {
        server = SmallServer(purpose: purpose, address: address, group: group, logger: logger) { request, writer in
            try await Self.respond(to: request, writer, routes)
        }
    }

    /// Serves until `stop` or cancellation. `bound` hears the port once connections are accepted.
    package func run(bound: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws(ProbeServerError) {
        try await server.run(bound: bound)
    }

    /// Accepts no more, lets running answers end, and makes `run` return.
    package func stop() async { await server.stop() }

    @concurrent private static func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ routes: [String: Route]
    ) async throws {
        guard !hasBody(request) else {
            try await SmallServer.write(ProbeAnswer(413, "no body is taken here\n"), to: request, writer, closes: true)
            throw SmallServer.BodyRefused()
        }
        guard request.method == .get || request.method == .head else {
            return try await SmallServer.write(ProbeAnswer(405, "only GET and HEAD are served\n"), to: request, writer)
        }
        guard let route = routes[request.uri.path] else {
            let paths = routes.keys.sorted().joined(separator: " ")
            return try await SmallServer.write(
                ProbeAnswer(404, "not found; there are: \(paths)\n"), to: request, writer)
        }
        try await SmallServer.write(route(), to: request, writer)
    }

    private static func hasBody(_ request: Request) -> Bool {
        request.headers[.transferEncoding] != nil || (request.headers[.contentLength] ?? "0") != "0"
    }
}
