// SPDX-License-Identifier: Apache-2.0

/// Sends a request and answers with its response; the body is pulled chunk by chunk.
///
/// Two things conform: the client over sockets and the embedded API server, so everything above runs on either.
package protocol HTTPTransport: Sendable {
    /// Sends `request` and returns once the response head is there. Cancelling the task abandons the exchange.
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

/// One request. The host is the transport's business where `url` is only a path (`/api/v1/pods?limit=500`).
package struct HTTPRequest: Sendable, Equatable {
    package var method: HTTPMethod
    /// Absolute URL, or a path that starts with `/` for transports that are bound to one server.
    package var url: String
    /// In order, names in any case, repeated names allowed.
    package var headers: [HTTPHeader]
    package var body: [UInt8]?
    /// The longest time from sending to the response head; nil leaves it to the transport.
    package var timeout: Duration?
    /// The longest silence while the body arrives; nil means none is too long.
    package var inactivityLimit: Duration?
    /// Asked again when the request is put on a connection; nil means always allowed.
    package var permission: SendPermission?

    package init(
        _ method: HTTPMethod, _ url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil, timeout: Duration? = nil,
        inactivityLimit: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.inactivityLimit = inactivityLimit
    }
}

package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

package struct HTTPHeader: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The head of a response, and its body to pull.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [HTTPHeader]
    package var body: any HTTPBody

    package init(status: Int, headers: [HTTPHeader] = [], body: any HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, in any case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// A response body: chunks in order, cut anywhere, nil at its end. Pulled by one task at a time; dropping it closes the exchange.
package protocol HTTPBody: AnyObject, Sendable {
    func next() async throws(TransportError) -> [UInt8]?
}

extension HTTPBody {
    /// The whole body, or an error as soon as it is longer than `limit` bytes.
    package func collect(upTo limit: Int) async throws(TransportError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try await next() {
            guard bytes.count + chunk.count <= limit else { throw .tooLarge(limit: limit) }
            bytes += chunk
        }
        return bytes
    }
}

/// Why an exchange did not happen or was cut. What the server answered, whatever its status, is never one of these.
package enum TransportError: Error, Equatable, Sendable {
    /// Nothing was sent: name resolution, connection or TLS handshake failed.
    case notConnected(reason: String)
    /// The exchange broke after the request may have reached the server; its outcome is unknown.
    case interrupted(reason: String)
    /// No answer, or no byte of the body, within the allowed time; the outcome of a write is unknown.
    case timedOut(after: Duration)
    /// The body was longer than the reader allows.
    case tooLarge(limit: Int)
    /// The request was held back before it was sent (the write gate was closed).
    case refused(reason: String)
    /// The task was cancelled.
    case cancelled

    /// True when it is certain that the server has not seen the request.
    package var wasNotSent: Bool {
        switch self {
        case .notConnected, .refused: true
        case .interrupted, .timedOut, .tooLarge, .cancelled: false
        }
    }
}
