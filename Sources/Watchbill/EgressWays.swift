// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import Essentials
import HTTPClientTransport
import HTTPTransport
import Notifications

/// The ways out of the cluster, as the operator's configuration has them: to registries, and to the receivers of notices.
struct EgressWays {
    let registries: EgressTransport
    let deliveries: DeliveryRoute

    init(_ egress: OperatorConfiguration.Egress, on loops: EventLoops) throws {
        var configuration = AHCTransport.Configuration()
        if !egress.authorities.isEmpty { configuration.tls.additionalAuthorities = Array(egress.authorities.utf8) }
        let plain = configuration
        func way(through proxy: String) throws -> AHCTransport? {
            guard let address = ProxyAddress(proxy) else { return nil }
            var proxied = plain
            proxied.proxy = .init(host: address.host, port: address.port)
            return try AHCTransport(proxied, on: loops)
        }
        do {
            let (http, https) = (try way(through: egress.httpProxy), try way(through: egress.httpsProxy))
            let exceptions = ProxyExceptions(egress.noProxy)
            registries = EgressTransport(
                direct: try AHCTransport(plain, on: loops), http: http, https: https, exceptions: exceptions)
            deliveries = DeliveryRoute(
                allowed: HostRules(egress.allow), exceptions: exceptions, httpProxy: http, httpsProxy: https,
                resolve: HostResolver.addresses(of:)
            ) { host, address throws(DeliveryRoute.DeliveryObstacle) in
                var direct = plain
                // One connection for one message: the address that was judged holds for no other.
                direct.addresses = [host: address.description]
                direct.connections = 1
                do { return try AHCTransport(direct, on: loops) } catch {
                    throw DeliveryRoute.DeliveryObstacle(.receiverUnreachable, "\(error)")
                }
            }
        } catch {
            throw CommandFailure(
                what: "\(error)", place: "egress in --config", remedy: "correct the configuration file", code: .usage)
        }
    }
}
