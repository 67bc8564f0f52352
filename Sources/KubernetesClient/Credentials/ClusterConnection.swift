// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import Synchronization

/// The connections to one API server: a transport for each group of lanes, the token on each request, and rotation of
/// token, client certificate and CA without a restart.
package final class ClusterConnection: Sendable {
    /// Makes the transport of a lane from what TLS needs now.
    package typealias Maker = @Sendable (Lane, TLSMaterial) throws -> any ClosableTransport

    private struct State {
        var material: TLSMaterial
        var transports: [Lane: any ClosableTransport]
    }

    /// How often certificate files are read again, and how long requests on old connections may still take.
    package static let rotationInterval: Duration = .seconds(300)
    package static let drainTime: Duration = .seconds(60)

    private let credentials: ClusterCredentials
    private let read: FileReading
    private let make: Maker
    private let now: @Sendable () -> Instant
    private let tokens: TokenSource?
    private let state: Mutex<State>

    package init(
        _ credentials: ClusterCredentials, now: @escaping @Sendable () -> Instant,
        read: @escaping FileReading = LocalFile.read, make: @escaping Maker
    ) throws {
        self.credentials = credentials
        self.read = read
        self.make = make
        self.now = now
        tokens = credentials.token.map { TokenSource($0, now: now, read: read) }
        let material = try credentials.material(read: read)
        state = Mutex(State(material: material, transports: try Self.transports(for: material, make)))
    }

    /// The transport of a lane; it stays valid through rotations. Leases go over the connections of the writes.
    package func transport(_ lane: Lane) -> any HTTPTransport { LaneTransport(connection: self, lane: lane.group) }

    /// Watches the certificate files until cancelled. `failed` hears why a rotation could not be done; the old material
    /// serves on.
    package func run(
        sleep: @Sendable (Duration) async throws -> Void, failed: @Sendable (String) -> Void
    ) async {
        do {
            while true {
                try await sleep(Self.rotationInterval)
                let retired: [any ClosableTransport]
                do {
                    retired = try rotate()
                } catch {
                    failed("\(error)")
                    continue
                }
                guard !retired.isEmpty else { continue }
                // Cancelled or not, the old connections are closed.
                let drained = await Result { try await sleep(Self.drainTime) }
                for transport in retired { await transport.shutdown() }
                try drained.get()
            }
        } catch {
            // Cancelled: the connections are closed by `shutdown`.
        }
    }

    /// Closes all connections.
    package func shutdown() async {
        let transports = state.withLock { Array($0.transports.values) }
        for transport in transports { await transport.shutdown() }
    }

    /// Reads the files again; where something changed, new requests go over new connections and the old ones are
    /// returned.
    func rotate() throws -> [any ClosableTransport] {
        let material = try credentials.material(read: read)
        guard state.withLock({ $0.material != material }) else { return [] }
        let transports = try Self.transports(for: material, make)
        return state.withLock { state in
            let retired = Array(state.transports.values)
            state = State(material: material, transports: transports)
            return retired
        }
    }

    private static func transports(
        for material: TLSMaterial, _ make: Maker
    ) throws -> [Lane: any ClosableTransport] {
        var transports: [Lane: any ClosableTransport] = [:]
        for lane in Set(Lane.allCases.map(\.group)) { transports[lane] = try make(lane, material) }
        return transports
    }

    // MARK: Sending

    fileprivate func send(_ request: HTTPRequest, lane: Lane) async throws(TransportError) -> HTTPResponse {
        guard let transport = state.withLock({ $0.transports[lane] }) else {
            throw .refused(reason: "there is no connection for \(lane.rawValue)")
        }
        guard let tokens else { return try await transport.send(request) }
        let token = try current(tokens)
        let sentAt = now()
        let response = try await transport.send(request.authorized(by: token))
        guard response.status == 401 else { return response }
        tokens.reject(sentAt: sentAt)
        let fresh = try current(tokens)
        // Only a read is repeated, and only where there is something new to show.
        guard request.method == .get, fresh != token else { return response }
        return try await transport.send(request.authorized(by: fresh))
    }

    private func current(_ tokens: TokenSource) throws(TransportError) -> Redacted<String> {
        do throws(CredentialsError) {
            return try tokens.current()
        } catch {
            throw .refused(reason: "there is no token to send: \(error)")
        }
    }
}

private struct LaneTransport: HTTPTransport {
    let connection: ClusterConnection
    let lane: Lane

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        try await connection.send(request, lane: lane)
    }
}

extension Lane {
    /// The lane whose connections this one uses.
    var group: Lane { self == .lease ? .writes : self }
}

extension HTTPRequest {
    fileprivate func authorized(by token: Redacted<String>) -> HTTPRequest {
        var request = self
        request.headers.append(HTTPHeader("Authorization", "Bearer \(token.exposed)"))
        return request
    }
}

extension Result where Failure == any Error {
    /// The outcome of an asynchronous step, to be looked at after something that must happen in any case.
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
