// SPDX-License-Identifier: Apache-2.0

/// Why a list, a watch or another request to the API server brought no answer that can be used.
package enum RequestFailure: Error, Equatable, Sendable {
    /// No connection came about: refused, name not resolved, TLS refused. The server has seen nothing.
    case unreachable
    /// The connection was cut or a deadline passed. The server may have seen the request.
    case interrupted
    /// An answer came and could not be read.
    case unreadable
    /// The server answered with an error, as HTTP status or as an ERROR event of a watch.
    case refused(APIRefusal)
}

/// The parts of a `Status` object, or of a bare HTTP error, on which a client's next step depends.
package struct APIRefusal: Error, Equatable, Sendable {
    /// HTTP status code, also the `code` of an ERROR event; 0 when absent.
    package var code: Int
    /// `Expired`, `Gone`, `Forbidden`, …; empty when absent.
    package var reason: String
    /// The reasons in `details.causes`.
    package var causes: [String]
    /// For people, and for servers that name no cause.
    package var message: String
    /// From the `Retry-After` header or `details.retryAfterSeconds`.
    package var retryAfter: Duration?

    package init(
        code: Int, reason: String = "", causes: [String] = [], message: String = "", retryAfter: Duration? = nil
    ) {
        self.code = code
        self.reason = reason
        self.causes = causes
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The version or the continue token is too old. Reason is `Expired`, up to 1.17 `Gone`; the code alone will do too.
    package var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

    /// The server has not come to the asked version yet, or never will (etcd restored from a backup).
    package var isVersionTooLarge: Bool {
        guard code == 504 || code == 0 else { return false }
        return causes.contains("ResourceVersionTooLarge") || message.contains("Too large resource version")
    }
}
