// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Essentials
import HTTPTransport
import NIOCore
import NIOHTTP1

/// HTTP over sockets: connection pool, TLS, HTTP/1.1 and 2. No redirects are followed and nothing is decompressed
/// (API servers send watches as several gzip members, which one-shot decompression breaks).
package struct AHCTransport: ClosableTransport {
    private let client: HTTPClient
    private let endpoint: Endpoint?

    package init(
        _ configuration: Configuration = Configuration(), on loops: EventLoops
    ) throws(ConfigurationError) {
        if let baseURL = configuration.baseURL {
            endpoint = try Endpoint(baseURL, serverName: configuration.tls.serverName)
        } else {
            endpoint = nil
        }
        var settings = HTTPClient.Configuration(tlsConfiguration: try configuration.tls.configuration())
        settings.redirectConfiguration = .disallow
        settings.proxy = configuration.proxy.map { .server(host: $0.host, port: $0.port) }
        settings.decompression = .disabled
        settings.httpVersion = configuration.protocols == .http1Only ? .http1Only : .automatic
        settings.timeout = .init(connect: TimeAmount(configuration.connectTimeout))
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, configuration.connections)
        // Who calls has its own back-off and wants to know at once.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.dnsOverride = configuration.addresses
        if let host = endpoint?.connectHost, let name = configuration.tls.serverName {
            settings.dnsOverride = [name: host]
        }
        client = HTTPClient(eventLoopGroup: loops.group, configuration: settings)
    }

    /// Cuts what is under way and closes the connections; afterwards every request is refused.
    package func shutdown() async {
        do {
            try await client.shutdown()
        } catch {
            // Shut down before: nothing is left to close.
        }
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let loop = client.eventLoopGroup.any()
        let exchange = Exchange(request, on: loop)
        let prepared = try prepare(request, exchange: exchange)
        let head = try await exchange.head { [client] in
            // Not `delegateAndChannel`: a required loop would let requests overflow the limit of connections.
            client.execute(request: prepared, delegate: exchange, eventLoop: .delegate(on: loop))
        }
        return HTTPResponse(
            status: Int(head.status.code), headers: head.headers.map { HTTPHeader($0.name, $0.value) },
            body: ExchangeBody(exchange))
    }

    private func prepare(
        _ request: HTTPRequest, exchange: Exchange
    ) throws(TransportError) -> HTTPClient.Request {
        var headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        let url: String
        if let endpoint {
            guard request.url.utf8.first == UInt8(ascii: "/") else {
                throw .refused(reason: "this connection is bound to one server and takes paths only")
            }
            url = endpoint.origin + endpoint.path + request.url
            if endpoint.connectHost != nil, !headers.contains(name: "Host") {
                headers.add(name: "Host", value: endpoint.authority)
            }
        } else {
            guard request.url.hasPrefix("https://") || request.url.hasPrefix("http://") else {
                throw .refused(reason: "an absolute URL with https or http is needed")
            }
            url = request.url
        }
        do {
            return try HTTPClient.Request(
                url: url, method: NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue), headers: headers,
                body: request.body.map { exchange.body(ByteBuffer(bytes: $0)) })
        } catch {
            throw .refused(reason: TransportError.words(for: error))
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let microseconds = duration.inMicroseconds
        // TimeAmount counts nanoseconds in 64 bits; anything beyond a century is "never".
        self = .microseconds(min(max(microseconds, 0), 3_155_760_000_000_000))
    }
}
