// SPDX-License-Identifier: Apache-2.0

/// Sends each request directly or by way of a proxy, as its scheme and host decide.
package struct EgressTransport: ClosableTransport {
    private let direct: any ClosableTransport
    private let http: (any ClosableTransport)?
    private let https: (any ClosableTransport)?
    private let exceptions: ProxyExceptions

    /// - Parameters:
    ///   - http: the way for `http://`, nil for the direct one; `https` likewise.
    ///   - exceptions: hosts that are reached directly all the same.
    package init(
        direct: any ClosableTransport, http: (any ClosableTransport)?, https: (any ClosableTransport)?,
        exceptions: ProxyExceptions
    ) {
        self.direct = direct
        self.http = http
        self.https = https
        self.exceptions = exceptions
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        try await way(to: request.url).send(request)
    }

    package func shutdown() async {
        await direct.shutdown()
        await http?.shutdown()
        await https?.shutdown()
    }

    private func way(to url: String) -> any ClosableTransport {
        let isSecure = url.hasPrefix("https://")
        guard let proxied = isSecure ? https : http, let marker = url.firstRange(of: "://") else { return direct }
        let authority = url[marker.upperBound...].prefix { !"/?#".contains($0) }
        var host = authority
        var port = isSecure ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), let number = Int(authority[authority.index(after: colon)...]) {
            host = authority[..<colon]
            port = number
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return exceptions.covers(host: String(host), port: port) ? direct : proxied
    }
}
