// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import HTTPTransport
import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its response between the event loop that fills it and the task that pulls.
///
/// Bytes that arrive while nobody pulls are gathered up to a limit, then the connection waits: one resumption carries
/// many chunks, and a slow reader costs bounded memory.
final class Exchange: HTTPClientResponseDelegate {
    typealias Response = Void
    typealias HeadResult = Result<HTTPResponseHead, TransportError>
    typealias BodyResult = Result<[UInt8]?, TransportError>

    private struct State {
        var headWaiter: CheckedContinuation<HeadResult, Never>?
        var bodyWaiter: CheckedContinuation<BodyResult, Never>?
        /// When the reader began to wait; time in which it did not ask is not the server's silence.
        var waitingSince = NIODeadline.now()
        var gathered: [UInt8] = []
        /// Completed when more bytes are welcome.
        var demand: EventLoopPromise<Void>?
        var task: HTTPClient.Task<Void>?
        var timer: Scheduled<Void>?
        /// True once the request head was written to a connection.
        var isSent = false
        var end: Result<Void, TransportError>?
    }

    private static let gatherLimit = 256 << 10

    private let state = Mutex(State())
    private let loop: any EventLoop
    private let timeout: Duration?
    private let inactivityLimit: Duration?
    private let permission: SendPermission?

    init(_ request: HTTPRequest, on loop: any EventLoop) {
        self.loop = loop
        timeout = request.timeout
        inactivityLimit = request.inactivityLimit
        permission = request.permission
    }

    // MARK: The pulling side

    /// Starts the exchange and waits for the response head.
    func head(
        start: @Sendable () -> HTTPClient.Task<Void>
    ) async throws(TransportError) -> HTTPResponseHead {
        let result: HeadResult = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard register(continuation) else { return }
                scheduleHeadTimer()
                let task = start()
                task.futureResult.whenComplete { self.completed($0) }
                adopt(task)
            }
        } onCancel: {
            finish(.failure(.cancelled), isLocal: true)
        }
        return try result.get()
    }

    /// The bytes that came since the last call, nil at the end of the body.
    func next() async throws(TransportError) -> [UInt8]? {
        if let ready = take() { return try ready.get() }
        let result: BodyResult = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let ready = wait(continuation) { continuation.resume(returning: ready) }
            }
        } onCancel: {
            finish(.failure(.cancelled), isLocal: true)
        }
        return try result.get()
    }

    /// The reader has gone: what is still to come is not wanted.
    func abandon() { finish(.failure(.cancelled), isLocal: true) }

    /// A request body that asks for permission at the moment the connection wants its bytes.
    func body(_ bytes: ByteBuffer) -> HTTPClient.Body {
        .stream(contentLength: Int64(bytes.readableBytes)) { [self] writer in
            guard let permission, permission.timeLeft() == nil else { return writer.write(.byteBuffer(bytes)) }
            // The server has seen a head without its body at most, which it cannot act on.
            let refusal = TransportError.refused(reason: "the time in which this request may be sent has passed")
            finish(.failure(refusal), isLocal: true)
            return loop.makeFailedFuture(refusal)
        }
    }

    private func register(_ continuation: CheckedContinuation<HeadResult, Never>) -> Bool {
        let end = state.withLock { state in
            if state.end == nil { state.headWaiter = continuation }
            return state.end
        }
        guard let end else { return true }
        continuation.resume(returning: end.flatMap { .failure(.cancelled) })
        return false
    }

    private func adopt(_ task: HTTPClient.Task<Void>) {
        let isOver = state.withLock { state in
            if state.end == nil { state.task = task }
            return state.end != nil
        }
        if isOver { task.cancel() }
    }

    private func take() -> BodyResult? {
        let (result, demand) = state.withLock { state -> (BodyResult?, EventLoopPromise<Void>?) in
            guard state.gathered.isEmpty else {
                defer { (state.gathered, state.demand) = ([], nil) }
                return (.success(state.gathered), state.demand)
            }
            return (state.end.map { $0.map { nil } }, nil)
        }
        demand?.succeed()
        return result
    }

    private func wait(_ continuation: CheckedContinuation<BodyResult, Never>) -> BodyResult? {
        let (ready, needsTimer) = state.withLock { state -> (Bool, Bool) in
            guard state.gathered.isEmpty, state.end == nil else { return (true, false) }
            state.bodyWaiter = continuation
            state.waitingSince = .now()
            return (false, inactivityLimit != nil && state.timer == nil)
        }
        if needsTimer, let inactivityLimit { scheduleSilenceTimer(in: TimeAmount(inactivityLimit)) }
        return ready ? take() : nil
    }

    // MARK: Time

    private func scheduleHeadTimer() {
        guard let timeout else { return }
        setTimer(
            loop.scheduleTask(in: TimeAmount(timeout)) { [self] in
                let isSent = state.withLock { $0.isSent }
                let error: TransportError =
                    isSent ? .timedOut(after: timeout) : .notConnected(reason: "no connection within \(timeout)")
                finish(.failure(error), isLocal: true)
            })
    }

    private func scheduleSilenceTimer(in delay: TimeAmount) {
        setTimer(loop.scheduleTask(in: delay) { [self] in checkSilence() })
    }

    private func checkSilence() {
        guard let inactivityLimit else { return }
        let limit = TimeAmount(inactivityLimit)
        let left = state.withLock { state -> TimeAmount? in
            guard state.end == nil else { return nil }
            return state.bodyWaiter == nil ? limit : state.waitingSince + limit - .now()
        }
        guard let left else { return }
        if left <= .zero {
            finish(.failure(.timedOut(after: inactivityLimit)), isLocal: true)
        } else {
            scheduleSilenceTimer(in: left)
        }
    }

    private func setTimer(_ timer: Scheduled<Void>) {
        let isOver = state.withLock { state in
            state.timer = timer
            return state.end != nil
        }
        if isOver { timer.cancel() }
    }

    // MARK: The event loop's side

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        state.withLock { $0.isSent = true }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let (waiter, timer) = state.withLock { state in
            defer { (state.headWaiter, state.timer) = (nil, nil) }
            return (state.headWaiter, state.timer)
        }
        timer?.cancel()
        waiter?.resume(returning: .success(head))
        return loop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        guard buffer.readableBytes > 0 else { return loop.makeSucceededVoidFuture() }
        let (waiter, demand) = state.withLock {
            state -> (CheckedContinuation<BodyResult, Never>?, EventLoopPromise<Void>?) in
            guard state.end == nil else { return (nil, nil) }
            if let waiter = state.bodyWaiter {
                state.bodyWaiter = nil
                return (waiter, nil)
            }
            state.gathered.append(contentsOf: buffer.readableBytesView)
            guard state.gathered.count >= Self.gatherLimit else { return (nil, nil) }
            let demand = loop.makePromise(of: Void.self)
            state.demand = demand
            return (nil, demand)
        }
        waiter?.resume(returning: .success(Array(buffer.readableBytesView)))
        return demand?.futureResult ?? loop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {}

    private func completed(_ result: Result<Void, any Error>) {
        let isSent = state.withLock { $0.isSent }
        finish(result.mapError { TransportError($0, isSent: isSent) }, isLocal: false)
    }

    /// Ends the exchange once; what was gathered can still be read unless the end came from our side.
    private func finish(_ end: Result<Void, TransportError>, isLocal: Bool) {
        let ended = state.withLock { state -> State? in
            guard state.end == nil else { return nil }
            let before = state
            state = State()
            state.end = end
            if !isLocal { state.gathered = before.gathered }
            return before
        }
        guard let ended else { return }
        ended.timer?.cancel()
        if isLocal { ended.task?.cancel() }
        ended.demand?.succeed()
        ended.headWaiter?.resume(returning: end.flatMap { .failure(.interrupted(reason: "the response had no head")) })
        ended.bodyWaiter?.resume(returning: end.map { nil })
    }
}
