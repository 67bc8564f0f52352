// SPDX-License-Identifier: Apache-2.0
import Essentials

/// How soon keys whose turns are expensive may run again, by what their last turns took.
///
/// However often something changes, all expensive keys together keep a tenth of one processor busy: a turn of one of them
/// begins no sooner than ten times what one turn of each takes after its last one began. A key that has been quiet for that
/// long runs at once, and a cheap key always does.
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

    private var began: [Key: Instant] = [:]
    private var expensive: [Key: Turn] = [:]
    private var total = Duration.zero

    package init() {}

    /// A turn of the key begins.
    package mutating func began(_ key: Key, now: Instant) {
        began[key] = now
        expensive[key]?.began = now
    }

    /// That turn is over, and took so long.
    package mutating func finished(_ key: Key, took: Duration) {
        guard let start = began.removeValue(forKey: key) else { return }
        if let before = expensive.removeValue(forKey: key) { total -= before.took }
        guard took > Self.threshold else { return }
        expensive[key] = Turn(began: start, took: took)
        total += took
    }

    /// When the key may run again; nil: at once.
    package func earliest(_ key: Key) -> Instant? {
        expensive[key].map { $0.began + min(total * Self.factor, Self.longestWait) }
    }
}
