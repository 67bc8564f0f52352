// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Glibc
import HTTPTransport
import NIOCore
import NIOPosix
import NIOSSL

extension TransportError {
    /// What a failure of the client means: before the head was written nothing has been sent, afterwards nothing is
    /// certain.
    init(_ error: any Error, isSent: Bool) {
        switch error {
        case let known as TransportError: self = known
        case is CancellationError: self = .cancelled
        case let client as HTTPClientError where client == .cancelled: self = .cancelled
        case let client as HTTPClientError where client == .alreadyShutdown:
            self = .refused(reason: "the connections were shut down")
        default:
            let reason = Self.words(for: error)
            self = isSent ? .interrupted(reason: reason) : .notConnected(reason: reason)
        }
    }

    /// The cause for people, control characters escaped, at most 300 characters.
    static func words(for error: any Error) -> String {
        let text = plainWords(for: error)
        let escaped = text.unicodeScalars.prefix(300).map {
            $0.value < 0x20 || $0.value == 0x7F ? $0.escaped(asASCII: true) : String($0)
        }
        return escaped.joined() + (text.unicodeScalars.count > 300 ? "…" : "")
    }

    private static func plainWords(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            let causes = error.connectionErrors.map { plainWords(for: $0.error) }
            if let cause = causes.first { return "\(error.host):\(error.port): \(cause)" }
            let lookup = error.dnsAError ?? error.dnsAAAAError
            return "\(error.host): the name could not be resolved" + (lookup.map { ": \($0)" } ?? "")
        // Its own description says in what call, which tells people nothing.
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as HTTPClientError: return words(for: error)
        case NIOSSLError.handshakeFailed(let cause): return "TLS handshake failed: \(cause)"
        case is NIOSSLExtraError: return "TLS: \(error)"
        case is ChannelError: return "\(error)"
        default: return "\(error)"
        }
    }

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .remoteConnectionClosed: "the server closed the connection"
        case .connectTimeout: "no connection in time"
        case .tlsHandshakeTimeout: "no TLS handshake in time"
        case .getConnectionFromPoolTimeout: "no free connection in time"
        default: error.shortDescription
        }
    }
}
