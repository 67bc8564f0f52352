// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What may still be asked of one host as one account.
///
/// A 429 closes it for as long as the registry says. From what Docker Hub counts, a tenth is left to the nodes: they pull with the
/// same address or account, and a watcher must not be why a Pod does not start.
package struct RegistryBudget: Equatable, Sendable {
    private var closedUntil: Instant?
    /// Requests that the registry counts wait until then.
    private var countedUntil: Instant?
    package private(set) var limit: RateLimit?

    package init() {}

    /// How long a request must wait; nil when it may go. Only GETs of manifests are counted by the registry.
    package func wait(isCounted: Bool, now: Instant) -> Duration? {
        let until = [closedUntil, isCounted ? countedUntil : nil].compactMap(\.self).max()
        return until.flatMap { $0 > now ? $0 - now : nil }
    }

    /// Learns from an answer.
    package mutating func answered(_ response: RegistryResponse, now: Instant) {
        if response.status == 429 {
            if let wait = RetryAfter.wait(response) { closedUntil = max(closedUntil ?? now, now + wait) }
            return
        }
        guard let limit = RateLimit(response) else { return }
        self.limit = limit
        let reserve = limit.limit / 10
        // The window slides: one request comes back every window / limit.
        let missing = reserve - limit.remaining + 1
        countedUntil = missing > 0 ? now + max(limit.window / limit.limit * missing, .seconds(1)) : nil
    }

    /// True when nothing of it holds any more.
    package func isOpen(now: Instant) -> Bool { wait(isCounted: true, now: now) == nil }
}
