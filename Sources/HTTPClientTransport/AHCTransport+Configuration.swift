// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Essentials
import HTTPTransport
import NIOCore
import NIOSSL

extension AHCTransport {
    /// How one transport connects.
    package struct Configuration: Sendable {
        /// `https://host:port`, with a path in front of every request's path where the server has one; nil takes
        /// absolute URLs.
        package var baseURL: String?
        package var tls = TLS()
        /// A proxy for everything that goes this way, in a tunnel (CONNECT), plain HTTP too.
        package var proxy: Proxy?
        package var protocols = Protocols.http1AndHTTP2
        /// HTTP/1.1 connections to one host at the same time; further requests wait in line, so a transport for watches
        /// needs at least as many as there are watches. HTTP/2 uses one connection whatever stands here.
        package var connections = 8
        /// Addresses to connect to in place of what these names resolve to; the names are verified all the same.
        package var addresses: [String: String] = [:]
        /// The longest time for name resolution, connection and TLS handshake.
        package var connectTimeout: Duration = .seconds(10)

        package init(baseURL: String? = nil, tls: TLS = TLS()) {
            self.baseURL = baseURL
            self.tls = tls
        }
    }

    /// Where a proxy listens.
    package struct Proxy: Sendable, Equatable {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// What is offered to the server.
    package enum Protocols: Sendable {
        case http1AndHTTP2
        case http1Only
    }

    /// Whom to trust, and who we are.
    package struct TLS: Sendable {
        /// PEM certificates that are trusted instead of the system's.
        package var authorities: [UInt8]?
        /// PEM certificates that are trusted beside these.
        package var additionalAuthorities: [UInt8]?
        /// Our certificate chain and key, both PEM.
        package var identity: Identity?
        /// The name to ask for and to verify instead of the host of the URL.
        package var serverName: String?

        package init(authorities: [UInt8]? = nil, identity: Identity? = nil, serverName: String? = nil) {
            self.authorities = authorities
            self.identity = identity
            self.serverName = serverName
        }
    }

    /// A client certificate.
    package struct Identity: Sendable, Equatable {
        package var certificateChain: [UInt8]
        package var privateKey: Redacted<[UInt8]>

        package init(certificateChain: [UInt8], privateKey: Redacted<[UInt8]>) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
        }
    }

    /// Why a configuration cannot be used.
    package enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
        case baseURL(String)
        case authorities(reason: String)
        case certificate(reason: String)
        case privateKey(reason: String)

        package var description: String {
            switch self {
            case .baseURL(let reason): "the server's URL cannot be used: \(reason)"
            case .authorities(let reason): "the CA certificates are not PEM that can be read: \(reason)"
            case .certificate(let reason): "the client certificate is not PEM that can be read: \(reason)"
            case .privateKey(let reason): "the client key is not PEM that can be read: \(reason)"
            }
        }
    }
}

extension AHCTransport.TLS {
    func configuration() throws(AHCTransport.ConfigurationError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // The library's default still allows TLS 1.0.
        configuration.minimumTLSVersion = .tlsv12
        if let authorities { configuration.trustRoots = .certificates(try Self.certificates(authorities)) }
        if let additionalAuthorities {
            configuration.additionalTrustRoots = [.certificates(try Self.certificates(additionalAuthorities))]
        }
        if let identity {
            do {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(identity.certificateChain)
                    .map(NIOSSLCertificateSource.certificate)
            } catch {
                throw .certificate(reason: TransportError.words(for: error))
            }
            do {
                configuration.privateKey = .privateKey(
                    try NIOSSLPrivateKey(bytes: identity.privateKey.exposed, format: .pem))
            } catch {
                throw .privateKey(reason: "it does not begin like a PEM key or is encrypted")
            }
        }
        return configuration
    }

    private static func certificates(
        _ pem: [UInt8]
    ) throws(AHCTransport.ConfigurationError) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(pem)
            guard !certificates.isEmpty else { throw AHCTransport.ConfigurationError.authorities(reason: "empty") }
            return certificates
        } catch {
            throw .authorities(reason: TransportError.words(for: error))
        }
    }
}
