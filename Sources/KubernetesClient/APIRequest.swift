// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

/// Connections that do not wait for each other: a slow list delays no write, a stuck write no lease renewal.
package enum Lane: String, CaseIterable, Sendable {
    /// Lease requests; they share a connection pool with the writes but never wait at the write gate.
    case lease
    /// Writes and reads of single objects.
    case writes
    case watches
    /// Lists and logs.
    case lists
}

/// One request to the API server, ready to be sent: a value, so that tests compare it.
package struct APIRequest: Sendable, Equatable {
    package var method: HTTPMethod
    /// Path and query, percent-encoded.
    package var path: String
    package var lane: Lane
    package var accept = "application/json"
    package var contentType = "application/json"
    package var body: [UInt8]?
    /// The longest time until the response head.
    package var timeout: Duration
    /// The longest silence in the body.
    package var inactivityLimit: Duration

    package init(
        _ method: HTTPMethod, _ path: String, lane: Lane, body: [UInt8]? = nil, timeout: Duration = .seconds(30),
        inactivityLimit: Duration = .seconds(30)
    ) {
        self.method = method
        self.path = path
        self.lane = lane
        self.body = body
        self.timeout = timeout
        self.inactivityLimit = inactivityLimit
    }

    /// True for what changes something on the server; those wait at the write gate.
    package var isWrite: Bool { method != .get && method != .head }

    /// What is done, in Kubernetes' words: `get`, `list`, `watch`, `log`, `create`, `update`, `patch`, `apply`,
    /// `apply-status`, `delete`.
    package var verb: String {
        let place = path.prefix { $0 != "?" }
        switch method {
        case .get, .head:
            if place.hasSuffix("/log") { return "log" }
            switch lane {
            case .watches: return "watch"
            case .lists: return "list"
            case .lease, .writes: return "get"
            }
        case .post: return "create"
        case .put: return "update"
        case .patch:
            guard contentType.hasPrefix("application/apply-patch") else { return "patch" }
            return place.hasSuffix("/status") ? "apply-status" : "apply"
        case .delete: return "delete"
        }
    }

    /// Method and path without the query, for errors and logs.
    package var summary: String { "\(method.rawValue) \(path.prefix { $0 != "?" })" }

    /// Its form on the wire, with `User-Agent` and without credentials.
    func wire(userAgent: String) -> HTTPRequest {
        var headers = [HTTPHeader("User-Agent", userAgent), HTTPHeader("Accept", accept)]
        if body != nil { headers.append(HTTPHeader("Content-Type", contentType)) }
        return HTTPRequest(
            method, path, headers: headers, body: body, timeout: timeout, inactivityLimit: inactivityLimit)
    }
}
