// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import Synchronization
import Testing

@testable import KubernetesClient

@Suite struct RotationTests {
    private func token(_ request: HTTPRequest?) -> String? {
        request?.headers.last { $0.name == "Authorization" }?.value
    }

    /// A connection with a token file and a CA file; each transport that is made is kept.
    private final class Rig: Sendable {
        typealias Made = (lane: Lane, material: TLSMaterial, transport: ClosableScript)

        final class Log: Sendable {
            let made = Mutex<[Made]>([])
        }

        let files = FakeFiles(["/token": "one", "/ca": "CA 1"])
        let log = Log()
        let connection: ClusterConnection

        init(token: ClusterCredentials.Token?, _ script: @escaping @Sendable (HTTPRequest, Int) -> Answer) throws {
            var credentials = ClusterCredentials(server: "https://h", source: "test")
            credentials.authorities = .file("/ca")
            credentials.token = token ?? .file("/token", fallback: nil)
            connection = try ClusterConnection(credentials, now: files.now, read: files.read) { [log] lane, material in
                let transport = ClosableScript(script)
                log.made.withLock { $0.append((lane, material, transport)) }
                return transport
            }
        }

        func transports(_ lane: Lane) -> [ClosableScript] {
            log.made.withLock { $0.filter { $0.lane == lane }.map(\.transport) }
        }
    }

    private func rig(
        token: ClusterCredentials.Token? = nil,
        _ script: @escaping @Sendable (HTTPRequest, Int) -> Answer = { _, _ in answer(200) }
    ) throws -> Rig { try Rig(token: token, script) }

    @Test func `a token file is read again after a minute, less ten seconds in hand`() async throws {
        let rig = try rig()
        let transport = rig.connection.transport(.lists)
        for (step, expected) in [(Duration.zero, "one"), (.seconds(49), "one"), (.seconds(1), "two")] {
            rig.files.advance(by: step)
            _ = try await transport.send(HTTPRequest(.get, "/"))
            #expect(token(rig.transports(.lists).first?.requests.last) == "Bearer \(expected)")
            rig.files["/token"] = "two\n"
        }
        #expect(rig.files.reads.filter { $0 == "/token" }.count == 2)
    }

    @Test func `while a token file cannot be read the last good one serves`() async throws {
        let rig = try rig()
        let transport = rig.connection.transport(.lists)
        _ = try await transport.send(HTTPRequest(.get, "/"))
        for bad in [nil, "", " \n"] {
            rig.files["/token"] = bad
            rig.files.advance(by: .seconds(60))
            _ = try await transport.send(HTTPRequest(.get, "/"))
            #expect(token(rig.transports(.lists).first?.requests.last) == "Bearer one")
        }
        rig.files["/token"] = "new"
        _ = try await transport.send(HTTPRequest(.get, "/"))
        #expect(token(rig.transports(.lists).first?.requests.last) == "Bearer new")
    }

    @Test func `without any token nothing is sent`() async throws {
        let rig = try rig()
        rig.files["/token"] = nil
        let error = await #expect(throws: TransportError.self) {
            try await rig.connection.transport(.writes).send(HTTPRequest(.post, "/"))
        }
        #expect(error?.wasNotSent == true)
        #expect(rig.transports(.writes).first?.requests.isEmpty == true)
    }

    @Test func `401 drops the token, and a GET is sent again with the new one`() async throws {
        let rig = try rig { request, _ in
            answer(request.headers.contains(HTTPHeader("Authorization", "Bearer two")) ? 200 : 401)
        }
        let transport = rig.connection.transport(.watches)
        _ = try await transport.send(HTTPRequest(.get, "/"))
        rig.files["/token"] = "two"
        let response = try await transport.send(HTTPRequest(.get, "/"))
        #expect(response.status == 200)
        #expect(rig.transports(.watches).first?.requests.count == 3)
    }

    @Test func `401 for a write is handed on, and the next request has the new token`() async throws {
        let rig = try rig { request, _ in
            answer(request.headers.contains(HTTPHeader("Authorization", "Bearer two")) ? 200 : 401)
        }
        let transport = rig.connection.transport(.writes)
        _ = try await transport.send(HTTPRequest(.post, "/"))
        rig.files["/token"] = "two"
        #expect(try await transport.send(HTTPRequest(.post, "/")).status == 401)
        #expect(try await transport.send(HTTPRequest(.post, "/")).status == 200)
        #expect(rig.transports(.writes).first?.requests.count == 3)
    }

    @Test func `401 with the same token again is an answer, not a loop`() async throws {
        for token in [ClusterCredentials.Token.file("/token", fallback: nil), .fixed(Redacted("x"))] {
            let rig = try rig(token: token) { _, _ in answer(401) }
            #expect(try await rig.connection.transport(.lists).send(HTTPRequest(.get, "/")).status == 401)
            #expect(rig.transports(.lists).first?.requests.count == 1)
        }
    }

    @Test func `leases go over the connections of the writes`() async throws {
        let rig = try rig()
        _ = try await rig.connection.transport(.lease).send(HTTPRequest(.get, "/lease"))
        #expect(rig.transports(.writes).first?.requests.map(\.url) == ["/lease"])
        #expect(rig.transports(.lease).isEmpty)
    }

    @Test func `a changed CA makes new connections, and the old ones are closed after they drained`() async throws {
        let rig = try rig()
        let transport = rig.connection.transport(.lists)
        let waits = Mutex<[Duration]>([])
        await rig.connection.run { duration in
            let count = waits.withLock { waits in
                waits.append(duration)
                return waits.count
            }
            switch count {
            // The first look finds nothing new.
            case 1: break
            case 2: rig.files["/ca"] = "CA 2"
            case 3:
                #expect(rig.transports(.lists).map(\.isClosed) == [false, false])
                _ = try await transport.send(HTTPRequest(.get, "/after"))
            default: throw CancellationError()
            }
        } failed: {
            Issue.record("\($0)")
        }
        #expect(waits.withLock { $0 } == [.seconds(300), .seconds(300), .seconds(60), .seconds(300)])
        #expect(rig.transports(.lists).map(\.isClosed) == [true, false])
        #expect(rig.transports(.lists).map { $0.requests.map(\.url) } == [[], ["/after"]])
        #expect(rig.log.made.withLock { $0.last?.material.authorities } == Array("CA 2".utf8))
        await rig.connection.shutdown()
        #expect(rig.transports(.lists).map(\.isClosed) == [true, true])
    }

    @Test func `a CA that cannot be read is reported and the old one serves on`() async throws {
        let rig = try rig()
        rig.files["/ca"] = nil
        let failures = Mutex<[String]>([])
        let count = Mutex(0)
        await rig.connection.run { _ in
            if count.withLock({
                $0 += 1; return $0
            }) > 2 {
                throw CancellationError()
            }
        } failed: { message in
            failures.withLock { $0.append(message) }
        }
        #expect(failures.withLock { $0.count } == 2)
        #expect(failures.withLock { $0.first?.contains("/ca") } == true)
        #expect(try await rig.connection.transport(.lists).send(HTTPRequest(.get, "/")).status == 200)
    }

    @Test func `cancelling while the old connections drain still closes them`() async throws {
        let rig = try rig()
        rig.files["/ca"] = "CA 2"
        let count = Mutex(0)
        await rig.connection.run { _ in
            if count.withLock({
                $0 += 1; return $0
            }) == 2 {
                throw CancellationError()
            }
        } failed: { _ in
        }
        #expect(rig.transports(.lists).map(\.isClosed) == [true, false])
    }

    @Test func `a file of this machine is read whole, a missing one says which`() throws {
        #expect(try !LocalFile.read("/proc/self/status").isEmpty)
        let error = #expect(throws: CredentialsError.self) { try LocalFile.read("/nowhere/token") }
        #expect(error?.description == "/nowhere/token: it cannot be read: No such file or directory")
        #expect(throws: CredentialsError.self) { try LocalFile.read("/dev/zero") }
        #expect(throws: CredentialsError.self) { try LocalFile.read("/") }
    }
}

/// A scripted transport that remembers that it was closed.
final class ClosableScript: ClosableTransport {
    private let script: ScriptedTransport
    private let closed = Mutex(false)

    var requests: [HTTPRequest] { script.requests }
    var isClosed: Bool { closed.withLock { $0 } }

    init(_ script: @escaping @Sendable (HTTPRequest, Int) -> Answer) { self.script = ScriptedTransport(script) }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { try await script.send(request) }
    func shutdown() async { closed.withLock { $0 = true } }
}
