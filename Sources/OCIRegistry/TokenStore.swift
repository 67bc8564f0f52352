// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel
import Synchronization

/// The shell of a `TokenBook`: whoever asks first for a token fetches it, the others wait for what comes.
final class TokenStore: Sendable {
    private enum News {
        case came(RegistryToken)
        case failed(TokenFailure)
        /// Whoever fetched has given up.
        case yourTurn
    }

    private struct State {
        var book = TokenBook<Int>()
        var waiters: [Int: CheckedContinuation<News, Never>] = [:]
        /// For who is about to wait.
        var mail: [Int: News] = [:]
        var next = 0
    }

    private enum Turn {
        case given(RegistryToken)
        case fetch
        case wait(Int)
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Instant

    init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// A token, not the one that was refused. `send` carries out requests on behalf of all who want it.
    func token(
        for demand: TokenDemand, instead refused: RegistryToken?,
        send: (RegistryRequest) async throws(RegistryClient.Failure) -> RegistryResponse
    ) async throws(TokenFailure) -> RegistryToken {
        let turn = state.withLock { state -> Turn in
            let waiter = state.next
            state.next += 1
            return switch state.book.wanted(demand, instead: refused, by: waiter, now: now()) {
            case .token(let token): .given(token)
            case .fetch: .fetch
            case .wait: .wait(waiter)
            }
        }
        switch turn {
        case .given(let token): return token
        case .fetch: return try await fetch(demand, send)
        case .wait(let waiter):
            switch await news(for: waiter, demand) {
            case .came(let token): return token
            case .failed(let failure): throw failure
            case .yourTurn: return try await fetch(demand, send)
            }
        }
    }

    private func fetch(
        _ demand: TokenDemand, _ send: (RegistryRequest) async throws(RegistryClient.Failure) -> RegistryResponse
    ) async throws(TokenFailure) -> RegistryToken {
        let askedAt = now()
        do throws(TokenFailure) {
            let token = try await ask(demand, send)
            tell(.came(token)) { $0.fetched(demand, token, askedAt: askedAt) }
            return token
        } catch {
            if Task.isCancelled {
                // Not the server's fault: somebody else is to try.
                tell(.yourTurn) { $0.abandoned(demand).map { [$0] } ?? [] }
            } else {
                tell(.failed(error)) { $0.failed(demand) }
            }
            throw error
        }
    }

    private func ask(
        _ demand: TokenDemand, _ send: (RegistryRequest) async throws(RegistryClient.Failure) -> RegistryResponse
    ) async throws(TokenFailure) -> RegistryToken {
        let requests = demand.requests
        for (index, request) in requests.enumerated() {
            let response: RegistryResponse
            do throws(RegistryClient.Failure) {
                response = try await send(request)
            } catch {
                throw TokenFailure(error.reason, httpStatus: error.httpStatus)
            }
            if index + 1 < requests.count, response.status == 404 || response.status == 405 { continue }
            return try RegistryToken(response)
        }
        throw TokenFailure(.unauthorized)
    }

    /// Event and news are one step, so that nobody is told twice or not at all.
    private func tell(_ news: News, _ event: (inout TokenBook<Int>) -> [Int]) {
        let told = state.withLock { state in
            event(&state.book).compactMap { waiter -> CheckedContinuation<News, Never>? in
                if let continuation = state.waiters.removeValue(forKey: waiter) { return continuation }
                state.mail[waiter] = news
                return nil
            }
        }
        for waiter in told { waiter.resume(returning: news) }
    }

    private func news(for waiter: Int, _ demand: TokenDemand) async -> News {
        let news = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let news = state.withLock { state -> News? in
                    if let news = state.mail.removeValue(forKey: waiter) { return news }
                    state.waiters[waiter] = continuation
                    return nil
                }
                if let news { continuation.resume(returning: news) }
            }
        } onCancel: {
            let cancelled = News.failed(TokenFailure(.unreachable("cancelled")))
            let continuation = state.withLock { state in
                state.book.left(demand, waiter)
                let continuation = state.waiters.removeValue(forKey: waiter)
                if continuation == nil, state.mail[waiter] == nil { state.mail[waiter] = cancelled }
                return continuation
            }
            continuation?.resume(returning: cancelled)
        }
        state.withLock { $0.mail[waiter] = nil }
        return news
    }
}
