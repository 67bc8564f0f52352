// SPDX-License-Identifier: Apache-2.0
import Essentials
import Foundation
import HTTPTransport
import NIOSSL
import Testing

@testable import HTTPClientTransport

/// Certificates made by openssl for one test: two authorities, a server for 127.0.0.1, one for `watchbill.test`, a
/// client.
private struct Certificates {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = """
            set -e
            for ca in ca other; do
              openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$ca" -keyout $ca.key -out $ca.crt
            done
            issue() {
              openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout $1.key -out $1.csr
              printf "$2" > $1.ext
              openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile $1.ext -out $1.crt
            }
            issue server "subjectAltName=IP:127.0.0.1"
            issue named "subjectAltName=DNS:watchbill.test"
            issue client "extendedKeyUsage=clientAuth"
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "this test needs openssl (apt-get install openssl)")
    }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }

    func server(_ name: String = "server", requiresClient: Bool = false) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(try bytes("\(name).crt")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: try bytes("\(name).key"), format: .pem)))
        if requiresClient {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(try bytes("ca.crt")))
        }
        return configuration
    }

    func identity() throws -> AHCTransport.Identity {
        AHCTransport.Identity(certificateChain: try bytes("client.crt"), privateKey: Redacted(try bytes("client.key")))
    }
}

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private let certificates: Certificates

    init() throws { certificates = try Certificates() }

    private func status(
        server configuration: TLSConfiguration, host: String = "127.0.0.1", tls: AHCTransport.TLS
    ) async throws -> Result<Int, TransportError> {
        let server = try await ScriptedServer(tls: configuration) { _, _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
        }
        let loops = EventLoops()
        let transport = try AHCTransport(.init(baseURL: "https://\(host):\(server.port)", tls: tls), on: loops)
        let result: Result<Int, TransportError>
        do throws(TransportError) {
            result = .success(try await transport.send(HTTPRequest(.get, "/", timeout: .seconds(10))).status)
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        await loops.shutdown()
        try await server.stop()
        return result
    }

    @Test func `additional authorities are trusted beside the public ones, and only they`() async throws {
        let server = try certificates.server()
        let trusting = AHCTransport.TLS.trustingAlso(try certificates.bytes("ca.crt"))
        #expect(try await status(server: server, tls: trusting) == .success(200))
        let others = AHCTransport.TLS.trustingAlso(try certificates.bytes("other.crt"))
        guard case .failure(.notConnected) = try await status(server: server, tls: others) else {
            Issue.record("a server of an unknown authority was believed")
            return
        }
    }

    @Test func `a server with a certificate of our authority is trusted, by address too`() async throws {
        let result = try await status(
            server: certificates.server(), tls: .init(authorities: certificates.bytes("ca.crt")))
        #expect(result == .success(200))
    }

    @Test func `another authority is not trusted and nothing was sent`() async throws {
        for authorities in [try certificates.bytes("other.crt"), nil] {
            let result = try await status(server: certificates.server(), tls: .init(authorities: authorities))
            guard case .failure(.notConnected(let reason)) = result else {
                Issue.record("\(result)")
                continue
            }
            #expect(reason.contains("CERTIFICATE_VERIFY_FAILED"))
        }
    }

    @Test func `the TLS name is verified instead of the address`() async throws {
        let authorities = try certificates.bytes("ca.crt")
        let good = try await status(
            server: certificates.server("named"), tls: .init(authorities: authorities, serverName: "watchbill.test"))
        #expect(good == .success(200))
        for name in ["someone.else", nil] {
            let bad = try await status(
                server: certificates.server("named"), tls: .init(authorities: authorities, serverName: name))
            guard case .failure(let error) = bad else {
                Issue.record("\(bad)")
                continue
            }
            #expect(error.wasNotSent)
        }
    }

    @Test func `a client certificate is shown where the server asks for one`() async throws {
        let server = try certificates.server(requiresClient: true)
        let authorities = try certificates.bytes("ca.crt")
        let with = try await status(
            server: server, tls: .init(authorities: authorities, identity: certificates.identity()))
        #expect(with == .success(200))
        let without = try await status(server: server, tls: .init(authorities: authorities))
        guard case .failure = without else {
            Issue.record("\(without)")
            return
        }
    }

    @Test func `PEM that cannot be read is refused without showing it`() throws {
        let loops = EventLoops()
        let junk = Array("-----BEGIN EC PRIVATE KEY-----\nsecret\n-----END EC PRIVATE KEY-----\n".utf8)
        for tls in [
            AHCTransport.TLS(authorities: junk), AHCTransport.TLS(authorities: []),
            AHCTransport.TLS(identity: .init(certificateChain: junk, privateKey: Redacted(junk))),
            AHCTransport.TLS(
                identity: .init(certificateChain: try certificates.bytes("ca.crt"), privateKey: Redacted(junk))),
        ] {
            let error = #expect(throws: AHCTransport.ConfigurationError.self) {
                try AHCTransport(.init(baseURL: "https://h", tls: tls), on: loops)
            }
            #expect(error?.description.contains("secret") == false)
        }
        #expect("\(try certificates.identity())".contains("***"))
        Task { await loops.shutdown() }
    }
}

extension AHCTransport.TLS {
    fileprivate static func trustingAlso(_ certificates: [UInt8]) -> Self {
        var tls = Self()
        tls.additionalAuthorities = certificates
        return tls
    }
}
