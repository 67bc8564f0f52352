// SPDX-License-Identifier: Apache-2.0
import HTTPTransport
import JSONScan

/// Why a request to the API server did not do what was asked. Never holds a credential: only the method and path are
/// repeated.
package enum APIError: Error, Equatable, Sendable {
    /// The server answered and said no.
    case status(APIStatus, request: String)
    /// There was no answer, or only part of one.
    case transport(TransportError, request: String)
    /// The answer is not the JSON that was asked for.
    case decoding(JSONError, request: String)

    /// What the server said, if it was the server who refused.
    package var status: APIStatus? { if case .status(let status, _) = self { status } else { nil } }

    /// True when it is certain that the server did not act on the request.
    package var wasNotDone: Bool {
        switch self {
        // 500, 502, 503 and 504 may come from a proxy, or after the write was committed.
        case .status(let status, _): status.code < 500
        case .transport(let error, _): error.wasNotSent
        case .decoding: false
        }
    }

    static func invalidName(_ name: String, of what: String) -> APIError {
        .transport(.refused(reason: "\(quoted(name)) is no name of a \(what)"), request: "nothing")
    }
}

extension APIError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .status(let status, let request): "\(request): \(status)"
        case .transport(let error, let request): "\(request): \(Self.words(for: error))"
        case .decoding(let error, let request): "\(request): the answer could not be read: \(error)"
        }
    }

    private static func words(for error: TransportError) -> String {
        switch error {
        case .notConnected(let reason): "no connection: \(reason)"
        case .interrupted(let reason): "the connection broke: \(reason)"
        case .timedOut(let limit): "no answer within \(limit)"
        case .tooLarge(let limit): "the answer is longer than \(limit) bytes"
        case .refused(let reason): "not sent: \(reason)"
        case .cancelled: "cancelled"
        }
    }
}

/// For messages: in quotes, control characters escaped, at most 128 characters.
func quoted(_ text: String) -> String { "`\(shown(text, limit: 128))`" }

/// For messages: control characters escaped, at most `limit` characters.
func shown(_ text: String, limit: Int) -> String {
    let scalars = text.unicodeScalars
    let head = scalars.prefix(limit).map { scalar in
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return head.joined() + (scalars.count > limit ? "…" : "")
}
