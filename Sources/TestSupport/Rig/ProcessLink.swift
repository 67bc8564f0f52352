// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import HTTPTransport
import Synchronization

/// What connects one operator process with the API server: it dies with the process, and can be cut or made slow.
package final class ProcessLink: Sendable {
    /// A moment in the life of one write at which the process ends.
    package enum CrashPoint: String, Hashable, Sendable, CaseIterable { case beforeSend, afterCommit, afterAnswer }

    /// The death of a process at its write number `write` (from 0, Leases not counted).
    package struct Crash: Hashable, Sendable {
        package var write: Int
        package var point: CrashPoint

        package init(write: Int, point: CrashPoint) {
            self.write = write
            self.point = point
        }
    }

    private struct State {
        var isDead = false
        var diesAtNextRequest = false
        var isCut = false
        var writes = 0
        var crash: Crash?
        var queueing = Duration.zero
    }

    private let clock: any RuntimeClock
    private let state: Mutex<State>

    init(clock: any RuntimeClock, crash: Crash?) {
        self.clock = clock
        state = Mutex(State(crash: crash))
    }

    /// True when the process reached its crash, or was ended.
    package var isDead: Bool { state.withLock { $0.isDead || $0.diesAtNextRequest } }
    /// Writes put on the connection, Leases not counted.
    package var writeCount: Int { state.withLock { $0.writes } }

    /// While true, nothing arrives any more in either direction; both sides wait until their patience ends.
    package var isCut: Bool {
        get { state.withLock { $0.isCut } }
        set { state.withLock { $0.isCut = newValue } }
    }

    /// How long a write waits in the client before it is put on its connection.
    package var queueing: Duration {
        get { state.withLock { $0.queueing } }
        set { state.withLock { $0.queueing = newValue } }
    }

    /// The process ends: no byte leaves or reaches it any more.
    func die() { state.withLock { $0.isDead = true } }

    /// The connection as the client of this process uses it.
    func transport(to server: any HTTPTransport) -> any HTTPTransport { LinkedTransport(link: self, server: server) }

    // MARK: For the transport

    fileprivate var timeIsUp: Bool { state.withLock { $0.isDead } }

    /// Counts a request; says whether the process dies at it, and when.
    fileprivate func begin(isWrite: Bool) -> CrashPoint? {
        state.withLock { state in
            if state.diesAtNextRequest { state.isDead = true }
            if state.isDead { return .beforeSend }
            guard isWrite else { return nil }
            defer { state.writes += 1 }
            return state.crash?.write == state.writes ? state.crash?.point : nil
        }
    }

    fileprivate func dieAtNextRequest() { state.withLock { $0.diesAtNextRequest = true } }

    /// Waits as long as the caller's patience lasts.
    fileprivate func silence(_ limit: Duration?) async -> TransportError {
        let limit = limit ?? .seconds(3_600)
        do throws(CancellationError) {
            try await clock.sleep(until: clock.instant() + limit)
            return .timedOut(after: limit)
        } catch {
            return .cancelled
        }
    }

    /// Waits in the client's queue.
    fileprivate func queue() async throws(TransportError) {
        let wait = queueing
        if wait == .zero { return }
        do throws(CancellationError) {
            try await clock.sleep(until: clock.instant() + wait)
        } catch {
            throw .cancelled
        }
    }
}

private struct LinkedTransport: HTTPTransport {
    let link: ProcessLink
    let server: any HTTPTransport

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let isWrite = request.method != .get && request.method != .head && !request.url.contains("/leases")
        if isWrite { try await link.queue() }
        if let permission = request.permission, (permission.timeLeft() ?? .zero) <= .zero {
            throw .refused(reason: "the write gate is closed")
        }
        if link.isCut { throw await link.silence(request.timeout) }
        let crash = link.begin(isWrite: isWrite)
        if crash == .beforeSend {
            link.die()
            throw .cancelled
        }
        let response = try await server.send(request)
        if crash == .afterCommit {
            link.die()
            throw .cancelled
        }
        if crash == .afterAnswer { link.dieAtNextRequest() }
        if link.isCut { throw await link.silence(request.timeout) }
        return HTTPResponse(
            status: response.status, headers: response.headers,
            body: LinkedBody(link: link, body: response.body, limit: request.inactivityLimit))
    }
}

private final class LinkedBody: HTTPBody {
    private let link: ProcessLink
    private let body: any HTTPBody
    private let limit: Duration?

    init(link: ProcessLink, body: any HTTPBody, limit: Duration?) {
        self.link = link
        self.body = body
        self.limit = limit
    }

    func next() async throws(TransportError) -> [UInt8]? {
        if link.timeIsUp { throw .cancelled }
        let chunk = try await body.next()
        if link.timeIsUp { throw .cancelled }
        if link.isCut { throw await link.silence(limit) }
        return chunk
    }
}
