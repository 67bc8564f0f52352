// SPDX-License-Identifier: Apache-2.0

/// Why a registry gave no usable answer. Names the host and never a credential.
package struct RegistryError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Error, Equatable, Sendable {
        /// 404: no such repository, tag or digest; or the registry hides what it does not let us see.
        case notFound
        /// 401 or 403, after whatever credentials there are, and none, were tried.
        case unauthorized
        /// 429, or a request held back because of an earlier one; what the registry asks us to wait, when it says so.
        case rateLimited(retryAfter: Duration?)
        /// No connection, no answer in time, or 5xx.
        case unreachable(String)
        /// An answer that no registry gives: what is wrong with it.
        case invalid(String)
    }

    package var host: String
    /// Repository with tag or digest.
    package var subject: String
    package var reason: Reason
    /// Of the answer that the reason was found in; nil where there was none.
    package var httpStatus: Int?

    package init(host: String, subject: String, reason: Reason, httpStatus: Int? = nil) {
        self.host = host
        self.subject = subject
        self.reason = reason
        self.httpStatus = httpStatus
    }

    package var description: String {
        let what =
            switch reason {
            case .notFound: "is not there"
            case .unauthorized: "needs credentials that were not given, or is not there"
            case .rateLimited(let wait): "was refused, too many requests" + (wait.map { "; wait \($0)" } ?? "")
            case .unreachable(let why): "could not be asked for: \(why)"
            case .invalid(let why): "was answered with something unusable: \(why)"
            }
        return "\(subject) on registry \(host) \(what)"
    }
}
