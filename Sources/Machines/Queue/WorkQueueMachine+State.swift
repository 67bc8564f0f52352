// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What can be queued: one object to plan, say.
package protocol WorkKey: Hashable, Comparable, Sendable {
    /// Keys of one group (a namespace) share one place among the groups, however many they are. Constant for a key.
    var group: String { get }
}

/// How urgent a key is.
package enum WorkPriority: Int, Comparable, CaseIterable, Sendable {
    /// First lists, resyncs, wake-ups: nothing is known to have changed.
    case low
    /// Something changed.
    case high

    package static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rawValue < right.rawValue }
}

/// How a turn ended.
package enum WorkOutcome: Equatable, Sendable {
    /// Nothing more to do until something is added.
    case done
    /// Once more after this time, without a failure.
    case again(after: Duration)
    /// Once more after a back-off, or after what the other side asked us to wait, whichever is longer.
    case failed(retryAfter: Duration? = nil)
}

/// One run of one key.
package struct WorkTurn<Key: WorkKey>: Equatable, Sendable {
    /// What runs.
    package var key: Key
    /// Failures in a row before this turn.
    package var attempt: Int
    /// False when a write of the key's last turn has not come back through the watch in time: read live what matters.
    package var hasSeenOwnWrites: Bool

    package init(_ key: Key, attempt: Int = 0, hasSeenOwnWrites: Bool = true) {
        self.key = key
        self.attempt = attempt
        self.hasSeenOwnWrites = hasSeenOwnWrites
    }
}

/// What the shell shall do next.
package enum NextWork<Key: WorkKey>: Equatable, Sendable {
    /// Run this, and ask again at once.
    case run(WorkTurn<Key>)
    /// Ask again at this time, or after the next event.
    case wait(until: Instant)
    /// As many turns run as may; ask again when one is finished.
    case busy
    /// Nothing is queued; ask again after the next event.
    case idle
}

extension WorkQueueMachine {
    /// Where a key stands.
    enum State: Equatable, Sendable {
        /// Not asked for, or held back. Next: delayed, ready.
        case parked
        /// Its time has not come. Next: ready, parked (held back).
        case delayed
        /// In the line of this priority. Next: running, ready (higher priority), parked (held back).
        case ready(WorkPriority)
        /// A turn of it runs. Next: parked, delayed, ready.
        case running
    }

    struct Entry: Sendable {
        var state = State.parked
        /// When it shall run next; nil when nobody has asked for that.
        var due: Instant?
        var priority = WorkPriority.low
        /// The priority of the turn that runs.
        var turnPriority = WorkPriority.low
        var failures = 0
    }

    /// Own writes of a key that its watches have yet to bring back.
    struct Hold: Sendable {
        var tokens: Set<Token>
        /// True until the deadline: the key does not run.
        var isBlocking: Bool
    }

    /// Counters for metrics; they only grow.
    package struct Counts: Equatable, Sendable {
        /// Turns begun.
        package var turns = 0
        /// Turns that failed.
        package var failures = 0
        /// Holds that ended by their deadline.
        package var overdueHolds = 0
    }

    /// Times and shares.
    package struct Settings: Sendable {
        /// Turns at the same time.
        package var concurrency: Int
        /// Between failed turns of one key.
        package var backoff = Backoff(base: .milliseconds(50), cap: .seconds(300))
        /// A `retryAfter` above this is cut.
        package var longestRetryAfter: Duration = .seconds(3_600)
        /// The least time to the next turn that a turn can ask for: a plan that always wants to wake up in the past must not
        /// take a whole core.
        package var shortestAgain: Duration = .milliseconds(100)
        /// While both wait, one low key is taken for so many high ones…
        package var highShare = 4
        /// …and every other one once the low key whose turn it is has waited so long.
        package var ageLimit: Duration = .seconds(30)
        /// How long a key is held back at most for its own writes.
        package var holdLimit: Duration = .seconds(5)
        /// How long it is remembered after that that they were not seen.
        package var holdMemory: Duration = .seconds(600)

        package init(concurrency: Int = 4) { self.concurrency = concurrency }
    }
}
