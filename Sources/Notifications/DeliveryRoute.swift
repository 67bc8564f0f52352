// SPDX-License-Identifier: Apache-2.0
import CustomResources
import HTTPTransport

/// How a message may leave: over HTTPS to addresses that anybody could reach, and wherever the operator's owner allows.
///
/// A tenant writes the URL, and the operator stands inside the cluster: it must not become the tenant's arm.
package struct DeliveryRoute: Sendable {
    /// Hosts that may have private addresses and speak plain HTTP.
    private let allowed: HostRules
    private let exceptions: ProxyExceptions
    private let httpProxy: (any HTTPTransport)?
    private let httpsProxy: (any HTTPTransport)?
    private let resolve: @Sendable (String) async -> [IPAddress]
    private let direct: @Sendable (_ host: String, IPAddress) throws(DeliveryObstacle) -> any ClosableTransport

    /// - Parameters:
    ///   - exceptions: hosts that are reached without the proxies.
    ///   - resolve: the addresses of a name; empty when it has none.
    ///   - direct: a transport that connects to this address when the host is asked for.
    package init(
        allowed: HostRules, exceptions: ProxyExceptions, httpProxy: (any HTTPTransport)?,
        httpsProxy: (any HTTPTransport)?,
        resolve: @escaping @Sendable (String) async -> [IPAddress],
        direct: @escaping @Sendable (_ host: String, IPAddress) throws(DeliveryObstacle) -> any ClosableTransport
    ) {
        self.allowed = allowed
        self.exceptions = exceptions
        self.httpProxy = httpProxy
        self.httpsProxy = httpsProxy
        self.resolve = resolve
        self.direct = direct
    }

    /// Why nothing can be sent.
    package struct DeliveryObstacle: Error, Hashable, Sendable {
        package var reason: DeliveryReason
        package var message: String

        package init(_ reason: DeliveryReason, _ message: String) {
            self.reason = reason
            self.message = message
        }
    }

    /// What to send by, and what to do with it afterwards.
    package struct Way: Sendable {
        package let transport: any HTTPTransport
        package let close: @Sendable () async -> Void
    }

    /// Finds the way. The address that was judged is the one that is connected to: a name that changes meanwhile leads nowhere else.
    ///
    /// - Parameter name: what the receiver is called in errors.
    package func way(to url: WebhookURL, as name: String) async throws(DeliveryObstacle) -> Way {
        let isAllowed = allowed.match(host: url.host, port: url.port)
        guard url.isSecure || isAllowed else {
            throw DeliveryObstacle(
                .addressForbidden,
                "messages leave over https:// only; for \(name) the operator's configuration does not allow http:// in egress.allow"
            )
        }
        let proxy = exceptions.covers(host: url.host, port: url.port) ? nil : url.isSecure ? httpsProxy : httpProxy
        if let proxy {
            // The proxy finds the address of a name, and is there to judge it.
            if let address = IPAddress(url.host) { try judge(address, url, name, isAllowed) }
            return Way(transport: proxy, close: {})
        }
        let addresses: [IPAddress]
        if let address = IPAddress(url.host) { addresses = [address] } else { addresses = await resolve(url.host) }
        guard let address = addresses.first else {
            throw DeliveryObstacle(.receiverUnreachable, "the name of \(name) has no address")
        }
        for address in addresses { try judge(address, url, name, isAllowed) }
        let transport = try direct(url.host, address)
        return Way(transport: transport, close: { await transport.shutdown() })
    }

    private func judge(
        _ address: IPAddress, _ url: WebhookURL, _ name: String, _ isAllowed: Bool
    ) throws(DeliveryObstacle) {
        if address.isPublic || isAllowed || allowed.match(host: address.description, port: url.port) { return }
        throw DeliveryObstacle(
            .addressForbidden,
            "\(name) has an address that is not a public one; the operator's configuration does not allow it in egress.allow"
        )
    }
}
