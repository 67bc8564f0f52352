// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// A small HTTP server that takes bodies: POST to paths below one folder, nothing else.
///
/// Limits, beside those of every small server: 1 MiB a body, and 20 s for it to come.
package final class PostServer: Sendable {
    /// What came.
    package struct Message: Sendable {
        /// Behind the folder: `github` of `/hints/github`.
        package var name: String
        /// Behind the question mark, as it came.
        package var query: String
        /// Names in lower case; of several of one name the first.
        package var headers: [String: String]
        package var body: [UInt8]
    }

    /// Nil for a name that is none; asked before a body is read.
    package typealias Handler = @Sendable (_ name: String) -> (@Sendable (Message) -> ProbeAnswer)?

    package static let bodyLimit = 1 << 20
    private static let timeLimit = Duration.seconds(20)

    private let server: SmallServer

    /// - Parameters:
    ///   - purpose: as the flag is called that sets the address.
    ///   - folder: `/hints/`.
    package init(
        purpose: String, address: ListenAddress, folder: String, group: any EventLoopGroup, logger: Logger,
        handler: @escaping Handler
    ) {
        server = SmallServer(purpose: purpose, address: address, group: group, logger: logger) { request, writer in
            try await Self.respond(to: request, writer, folder, handler)
        }
    }

    /// Serves until `stop` or cancellation. `bound` hears the port once connections are accepted.
    package func run(bound: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws(ProbeServerError) {
        try await server.run(bound: bound)
    }

    /// Accepts no more, lets running answers end, and makes `run` return.
    package func stop() async { await server.stop() }

    @concurrent private static func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ folder: String, _ handler: Handler
    ) async throws {
        let path = request.uri.path
        guard path.hasPrefix(folder), let handle = handler(String(path.dropFirst(folder.count))) else {
            return try await refuse(404, "not found\n", request, writer)
        }
        guard request.method == .post else { return try await refuse(405, "only POST is taken\n", request, writer) }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bodyLimit {
            return try await refuse(413, "a body has 1 MiB at most\n", request, writer)
        }
        let deadline = ContinuousClock.now + timeLimit
        var body: [UInt8] = []
        var refusal: (status: Int, text: String)?
        for try await chunk in request.body {
            if body.count + chunk.readableBytes > bodyLimit { refusal = (413, "a body has 1 MiB at most\n") }
            if ContinuousClock.now >= deadline { refusal = (408, "the body takes too long\n") }
            if refusal != nil { break }
            body += chunk.readableBytesView
        }
        if let refusal { return try await refuse(refusal.status, refusal.text, request, writer) }
        var headers: [String: String] = [:]
        for field in request.headers where headers[field.name.canonicalName] == nil {
            headers[field.name.canonicalName] = field.value
        }
        let message = Message(
            name: String(path.dropFirst(folder.count)), query: request.uri.query ?? "", headers: headers, body: body)
        try await SmallServer.write(handle(message), to: request, writer)
    }

    /// Answers without having read the body, and closes the connection.
    @concurrent private static func refuse(
        _ status: Int, _ text: String, _ request: Request, _ writer: consuming ResponseWriter
    ) async throws {
        try await SmallServer.write(ProbeAnswer(status, text), to: request, writer, closes: true)
        throw SmallServer.BodyRefused()
    }
}
