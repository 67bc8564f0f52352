// SPDX-License-Identifier: Apache-2.0
import Essentials

/// How soon keys whose turns are expensive may run again, by the processor time of their last turns.
///
/// However often something changes, all expensive keys together keep a tenth of one processor busy. What their turns take is a
/// debt that is paid off at that rate; a key runs again once ten times its own last turn, and ten times what is still owed, have
/// passed since that turn began. A key that has been quiet for that long runs at once, and a cheap key always does.
package struct WorkPacing<Key: Hashable & Sendable>: Sendable {
    private struct Turn: Sendable {
        var began: Instant
        var took: Duration
    }

    /// What takes no longer is cheap.
    private static var threshold: Duration { .milliseconds(2) }
    private static var factor: Int { 10 }
    /// Nothing waits longer than this.
    private static var longestWait: Duration { .seconds(5) }
    /// What is owed falls while a key waits, so whoever waits longest meets half of it.
    private static var largestDebt: Duration { longestWait * 2 / factor }

    private var began: [Key: Instant] = [:]
    private var expensive: [Key: Turn] = [:]
    private var debt = Duration.zero
    /// When `debt` was that.
    private var counted = Instant.zero

    package init() {}

    /// A turn of the key begins.
    package mutating func began(_ key: Key, now: Instant) {
        began[key] = now
        expensive[key]?.began = now
    }

    /// That turn is over.
    ///
    /// - Parameter took: of a processor, not of the clock: on a busy machine a cheap turn lasts long, too.
    package mutating func finished(_ key: Key, took: Duration, now: Instant) {
        guard let start = began.removeValue(forKey: key) else { return }
        guard took > Self.threshold else {
            expensive[key] = nil
            return
        }
        expensive[key] = Turn(began: start, took: took)
        debt = min(owed(now: now) + took, Self.largestDebt)
        counted = now
    }

    /// When the key may run again; nil: at once.
    package func earliest(_ key: Key, now: Instant) -> Instant? {
        expensive[key].map { $0.began + min(max($0.took, owed(now: now)) * Self.factor, Self.longestWait) }
    }

    private func owed(now: Instant) -> Duration { max(debt - (now - counted) / Self.factor, .zero) }
}
