// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import Synchronization

/// The way into the server, as one user.
struct ServerTransport: HTTPTransport {
    let server: EmbeddedAPIServer
    let user: String

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if Task.isCancelled { throw .cancelled }
        let now = server.now()
        switch server.state.withLock({ $0.handle(request, user: user, now: now) }) {
        case .failure(let error): throw error
        case .hang(let id): throw await server.hang(id, timeout: request.timeout)
        case .response(let status, let headers, let body, let faults):
            let headers = headers + [HTTPHeader("Content-Length", String(body.count))]
            return HTTPResponse(status: status, headers: headers, body: shaped(BytesBody(body), faults))
        case .stream(let body, let faults):
            let headers = [HTTPHeader("Content-Type", "text/plain"), HTTPHeader("Transfer-Encoding", "chunked")]
            return HTTPResponse(status: 200, headers: headers, body: shaped(body, faults))
        case .watch(let id, let faults):
            let headers = [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("Transfer-Encoding", "chunked"),
            ]
            return HTTPResponse(status: 200, headers: headers, body: shaped(WatchBody(server: server, id: id), faults))
        }
    }

    private func shaped(_ body: any HTTPBody, _ faults: FaultSet) -> any HTTPBody {
        guard faults.cutAfterBytes != nil || !faults.chunkSizes.isEmpty else { return body }
        return ShapedBody(body, sizes: faults.chunkSizes, cutAfter: faults.cutAfterBytes)
    }
}

/// The events of one watch, one chunk each.
final class WatchBody: HTTPBody {
    private let server: EmbeddedAPIServer
    private let id: Int

    init(server: EmbeddedAPIServer, id: Int) {
        self.server = server
        self.id = id
    }

    deinit {
        let now = server.now()
        server.state.withLock { [id] in $0.close(id, now) }
    }

    func next() async throws(TransportError) -> [UInt8]? {
        while true {
            if Task.isCancelled { throw .cancelled }
            let now = server.now()
            switch server.state.withLock({ $0.step(id, now: now) }) {
            case .chunk(let bytes): return bytes
            case .failure(let error): throw error
            case .end:
                server.state.withLock { $0.reportIdle(now) }
                return nil
            case .wait: await server.park(id, now)
            }
        }
    }
}

/// A body in pieces of other sizes, or cut off.
final class ShapedBody: HTTPBody {
    private struct Rest: Sendable {
        var bytes: ArraySlice<UInt8> = []
        var delivered = 0
        var sizeIndex = 0
    }

    private let body: any HTTPBody
    private let sizes: [Int]
    private let cutAfter: Int?
    private let rest = Mutex(Rest())

    init(_ body: any HTTPBody, sizes: [Int], cutAfter: Int?) {
        self.body = body
        self.sizes = sizes
        self.cutAfter = cutAfter
    }

    func next() async throws(TransportError) -> [UInt8]? {
        if rest.withLock({ $0.bytes.isEmpty }) {
            guard cutAfter != 0 else { throw .interrupted(reason: "injected: connection reset") }
            guard let chunk = try await body.next() else { return nil }
            rest.withLock { $0.bytes = chunk[...] }
        }
        return try rest.withLock { rest throws(TransportError) in
            var count = rest.bytes.count
            if !sizes.isEmpty {
                count = min(count, sizes[rest.sizeIndex % sizes.count])
                rest.sizeIndex += 1
            }
            if let cutAfter {
                guard rest.delivered < cutAfter else { throw .interrupted(reason: "injected: connection reset") }
                count = min(count, cutAfter - rest.delivered)
            }
            let piece = Array(rest.bytes.prefix(count))
            rest.bytes = rest.bytes.dropFirst(count)
            rest.delivered += count
            return piece
        }
    }
}

extension EmbeddedAPIServer {
    /// Waits until something for the watch `id` has happened, or the task is cancelled.
    func park(_ id: Int, _ now: Timestamp) async {
        await wait(id) { state in
            if state.hasWork(id, now: now) { return false }
            return true
        }
    }

    /// Never answers: returns the error when the caller gives up or its timeout has passed.
    func hang(_ id: Int, timeout: Duration?) async -> TransportError {
        await wait(id) { _ in true }
        return state.withLock { state in
            state.parking.deadlines[id] = nil
            if state.parking.cancelled.remove(id) != nil { return .cancelled }
            return timeout.map { .timedOut(after: $0) } ?? .interrupted(reason: "injected: connection reset")
        }
    }

    private func wait(_ id: Int, if mustWait: @Sendable (borrowing ServerState) -> Bool) async {
        let now = now()
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let waits = state.withLock { state in
                    guard !state.parking.cancelled.contains(id), mustWait(state) else { return false }
                    state.parking.waiting[id] = continuation
                    state.reportIdle(now)
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.parking.cancelled.insert(id)
                return state.parking.waiting.removeValue(forKey: id)
            }
            waiting?.resume()
        }
    }
}
