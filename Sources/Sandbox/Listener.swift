// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// Serves an embedded API server over TLS.
///
/// Limits: bodies up to 3 MiB, 64 KiB of headers, 256 connections, two minutes for a silent one that waits for no answer. What a
/// watch has to say is pulled as the client takes it, so a slow client costs its place in the history and no memory.
package final class Listener: Sendable {
    private static let bodyLimit = 3 << 20

    private let server: EmbeddedAPIServer
    private let address: SandboxAddress
    private let tls: TLSConfiguration
    private let adminToken: String
    private let group: any EventLoopGroup
    private let logger: Logger

    package init(
        _ server: EmbeddedAPIServer, address: SandboxAddress, certificate: [UInt8], key: [UInt8], adminToken: String,
        group: any EventLoopGroup, logger: Logger
    ) throws(SandboxError) {
        self.server = server
        self.address = address
        self.adminToken = adminToken
        self.group = group
        // What clients do wrong and how connections end is no news.
        var quiet = logger
        quiet.logLevel = .critical
        self.logger = quiet
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(certificate)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            tls = configuration
        } catch {
            throw .state(path: "server.crt", reason: "\(error)")
        }
    }

    /// Serves until the task is cancelled. `bound` hears the port once connections are accepted.
    package func run(bound: @escaping @Sendable (_ port: Int) async -> Void) async throws(SandboxError) {
        var limits = HTTP1Channel.Configuration.DecoderConfiguration()
        limits.maxHeaderFieldSize = 32 << 10
        limits.maxHeaderListSize = 64 << 10
        limits.maxHeaderFieldCount = 128
        do {
            let http = HTTP1Channel(
                responder: { [self] request, writer, _ in try await respond(to: request, writer) },
                configuration: .init(idleTimeout: .seconds(120), httpDecoderConfiguration: limits))
            let server = Server(
                childChannelSetup: try TLSChannel(http, tlsConfiguration: tls),
                configuration: ServerConfiguration(
                    address: .hostname(address.host, port: address.port),
                    availableConnectionsDelegate: MaximumAvailableConnections(256, logger: logger)),
                onServerRunning: { channel in await bound(channel.localAddress?.port ?? 0) },
                eventLoopGroup: group, logger: logger)
            try await server.run()
        } catch let error as IOError {
            throw .cannotListen(address: address.description, reason: error.description)
        } catch is CancellationError {
            return
        } catch {
            throw .cannotListen(address: address.description, reason: "\(error)")
        }
    }

    // MARK: One request

    @concurrent private func respond(to request: Request, _ writer: consuming ResponseWriter) async throws {
        guard let user = user(of: request) else {
            return try await refuse(request, 401, "Unauthorized", "Unauthorized", writer)
        }
        guard let method = WireMethod(rawValue: request.method.rawValue) else {
            return try await refuse(
                request, 405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
                writer)
        }
        var body: [UInt8]?
        if Self.hasBody(request) {
            guard let collected = try await Self.collect(request) else {
                return try await refuse(
                    request, 413, "RequestEntityTooLarge", "Request entity too large: limit is \(Self.bodyLimit)",
                    writer)
            }
            body = collected
        }
        let headers = request.headers.map { HTTPHeader($0.name.rawName, $0.value) }
        let answer: WireResponse
        do throws(TransportError) {
            answer = try await server.transport(user: user).send(
                WireRequest(method, request.uri.string, headers: headers, body: body))
        } catch {
            return try await refuse(request, 500, "InternalError", "Internal error occurred", writer)
        }
        if answer.header("Transfer-Encoding") != nil {
            try await Self.stream(answer, to: request, writer)
        } else {
            try await Self.write(answer, to: request, writer)
        }
    }

    /// Who sends this: the admin, a service account, or whom the admin says to speak for.
    private func user(of request: Request) -> String? {
        guard let header = request.headers[.authorization] else {
            return ["/healthz", "/livez", "/readyz", "/version"].contains(request.uri.path) ? "system:anonymous" : nil
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = String(parts[1])
        guard Self.equal(token, adminToken) else { return server.user(ofToken: token) }
        if let name = HTTPField.Name("Impersonate-User"), let other = request.headers[name], !other.isEmpty {
            return other
        }
        return "admin"
    }

    /// In a time that says nothing about where they differ.
    private static func equal(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func hasBody(_ request: Request) -> Bool {
        request.headers[.transferEncoding] != nil || (request.headers[.contentLength] ?? "0") != "0"
    }

    /// Nil when it is longer than the limit.
    @concurrent private static func collect(_ request: Request) async throws -> [UInt8]? {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bodyLimit { return nil }
        var body: [UInt8] = []
        for try await part in request.body {
            body += part.readableBytesView
            if body.count > bodyLimit { return nil }
        }
        return body
    }

    // MARK: Answers

    private static func head(_ answer: WireResponse) -> HTTPTypes.HTTPResponse {
        var head = HTTPTypes.HTTPResponse(status: .init(code: answer.status))
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) { head.headerFields[name] = header.value }
        }
        head.headerFields[.cacheControl] = "no-cache, private"
        return head
    }

    @concurrent private static func write(
        _ answer: WireResponse, to request: Request, _ writer: consuming ResponseWriter
    ) async throws {
        let bytes = try await answer.body.collect(upTo: .max)
        let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        try await writer.write(response: head(answer), body: body)
    }

    /// Chunk by chunk, each when the client has taken the last; ends when the client goes.
    @concurrent private static func stream(
        _ answer: WireResponse, to request: Request, _ writer: consuming ResponseWriter
    ) async throws {
        var head = head(answer)
        head.headerFields[.transferEncoding] = "chunked"
        // Once somebody listens for the client's going, the connection serves nothing else.
        head.headerFields[.connection] = "close"
        var out = try await writer.writeHead(head)
        // A request whose body was read is no watch and no log: nothing else streams.
        try await request.body.consumeWithCancellationOnInboundClose { _ in
            while let chunk = try await answer.body.next() {
                try await out.write(ByteBuffer(bytes: chunk))
            }
            // Before this returns, for then the connection is closed.
            try await out.finish(nil)
        }
    }

    @concurrent private func refuse(
        _ request: Request, _ code: Int, _ reason: String, _ message: String, _ writer: consuming ResponseWriter
    ) async throws {
        let status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(reason), "code": .integer(Int64(code)),
        ]
        var head = HTTPTypes.HTTPResponse(status: .init(code: code))
        head.headerFields[.contentType] = "application/json"
        // What is left of a body is not worth reading.
        head.headerFields[.connection] = "close"
        let body = ByteBuffer(bytes: status.canonicalBytes)
        head.headerFields[.contentLength] = "\(body.readableBytes)"
        try await writer.write(response: head, body: ResponseBody(byteBuffer: body))
        if Self.hasBody(request) { throw BodyRefused() }
    }

    private struct BodyRefused: Error {}
}

/// Where a sandbox listens; a port alone means this machine only.
package struct SandboxAddress: Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String?, port: Int) {
        self.host = host ?? "127.0.0.1"
        self.port = port
    }

    package var description: String { url(port: port).replacing("https://", with: "") }

    /// What clients connect to.
    package func url(port: Int) -> String {
        let shown = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host
        return "https://\(shown.contains(":") ? "[\(shown)]" : shown):\(port)"
    }
}
