// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The tokens that are there, and who waits for one that is being fetched: each is asked for once at a time.
package struct TokenBook<Waiter: Hashable & Sendable>: Sendable {
    private struct Entry {
        var token: RegistryToken
        var goodUntil: Instant
    }

    private var entries: [TokenDemand: Entry] = [:]
    private var waiting: [TokenDemand: [Waiter]] = [:]

    /// Tokens that are kept.
    package static var limit: Int { 2_000 }

    package init() {}

    package enum Answer: Equatable, Sendable {
        case token(RegistryToken)
        /// The asker is to fetch it, and to report with `fetched` or `failed`.
        case fetch
        /// Somebody does already; what comes of it is told to the waiter.
        case wait
    }

    /// A token is wanted. One that was refused is not given again.
    package mutating func wanted(
        _ demand: TokenDemand, instead refused: RegistryToken?, by waiter: Waiter, now: Instant
    ) -> Answer {
        if let entry = entries[demand], now < entry.goodUntil, entry.token != refused { return .token(entry.token) }
        entries[demand] = nil
        if waiting[demand] != nil {
            waiting[demand]?.append(waiter)
            return .wait
        }
        waiting[demand] = []
        return .fetch
    }

    /// It came; who waited is to be told. A token serves for four fifths of its life, so that none ends on the way.
    package mutating func fetched(_ demand: TokenDemand, _ token: RegistryToken, askedAt: Instant) -> [Waiter] {
        entries[demand] = Entry(token: token, goodUntil: askedAt + token.lifetime / 5 * 4)
        while entries.count > Self.limit, let oldest = entries.min(by: { $0.value.goodUntil < $1.value.goodUntil }) {
            entries[oldest.key] = nil
        }
        return waiting.removeValue(forKey: demand) ?? []
    }

    /// It did not; who waited is to be told. None of them tries at once: all would.
    package mutating func failed(_ demand: TokenDemand) -> [Waiter] { waiting.removeValue(forKey: demand) ?? [] }

    /// The fetcher gives up without an answer: the first who waits is to fetch in its place.
    package mutating func abandoned(_ demand: TokenDemand) -> Waiter? {
        guard var line = waiting[demand], !line.isEmpty else {
            waiting[demand] = nil
            return nil
        }
        let next = line.removeFirst()
        waiting[demand] = line
        return next
    }

    /// A waiter is gone.
    package mutating func left(_ demand: TokenDemand, _ waiter: Waiter) {
        waiting[demand]?.removeAll { $0 == waiter }
    }

    package var count: Int { entries.count }
}
