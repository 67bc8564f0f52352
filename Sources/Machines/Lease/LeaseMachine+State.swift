// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The `spec` of a coordination.k8s.io/v1 Lease. The times are wall clock and for people: no decision is based on them.
package struct LeaseRecord: Equatable, Sendable {
    /// Empty: nobody holds it.
    package var holder: String
    /// When the holder began to lead.
    package var acquireTime: Timestamp?
    /// When the holder last renewed; every renewal has another one.
    package var renewTime: Timestamp?
    /// How long others wait after the last change.
    package var durationSeconds: Int
    /// Grows with every leadership.
    package var transitions: Int

    package init(
        holder: String, acquireTime: Timestamp? = nil, renewTime: Timestamp? = nil, durationSeconds: Int = 0,
        transitions: Int = 0
    ) {
        self.holder = holder
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.durationSeconds = durationSeconds
        self.transitions = transitions
    }
}

extension LeaseMachine {
    /// Where the candidate stands.
    package enum State: Equatable, Sendable {
        /// Not started. Next: following, stopped.
        case idle
        /// Another leads, or nobody. Next: leading, withdrawing, stopped.
        case following
        /// We lead until the gate closes. Next: following (lost), draining.
        case leading(term: Int)
        /// We lead, take no more work and finish what runs. Next: releasing, stopped (lost).
        case draining(term: Int)
        /// Shut down while we may have become the leader without knowing. Next: releasing, stopped.
        case withdrawing
        /// Work is finished, the gate is closed, the lease is being given back. Next: stopped.
        case releasing
        /// Final.
        case stopped
    }

    /// The one request that is under way.
    enum Request: Equatable, Sendable {
        case read
        /// `term` is the leadership that it renews; nil when it shall begin one.
        case write(LeaseRecord, startedAt: Instant, term: Int?)
        case release
    }

    /// The record as it was last seen.
    struct Sighting: Equatable, Sendable {
        var record: LeaseRecord
        var resourceVersion: String
        /// When the record was first seen like this.
        var changedAt: Instant
    }

    /// Why a leadership ended.
    package enum Loss: Equatable, Sendable {
        /// No renewal succeeded in time.
        case renewDeadlinePassed
        /// The lease has another holder.
        case taken(by: String)
        /// The lease was deleted.
        case deleted
    }

    /// What the shell shall do. Effects of one event are performed in order. Each request is answered exactly once, within
    /// its timeout; an answer that comes later than that is not reported.
    package enum Effect: Equatable, Sendable {
        /// GET; then `observed`, `notFound` or `readFailed`.
        case readLease(timeout: Duration)
        /// POST; then `writeSucceeded`, `writeConflicted` (409) or `writeFailed`.
        case createLease(LeaseRecord, timeout: Duration)
        /// PUT with this version as precondition; then as for `createLease`.
        case updateLease(LeaseRecord, resourceVersion: String, timeout: Duration)
        /// The same request, which gives the lease back.
        case releaseLease(LeaseRecord, resourceVersion: String, timeout: Duration)
        /// Work may begin. The term is the fencing number.
        case becameLeader(term: Int)
        /// Work must end; the gate is closed already.
        case lostLeadership(Loss)
        /// Report `timerFired` at this instant. Replaces any earlier timer.
        case setTimer(at: Instant)
        /// Nothing more will happen.
        case finished
    }

    /// Times of the election. Two never lead at once as long as no clock runs faster than another by more than
    /// leaseDuration / renewDeadline.
    package struct Settings: Sendable {
        /// How long others wait after they last saw the record change. A whole number of seconds.
        package var leaseDuration: Duration = .seconds(30)
        /// How long a leader goes on without a renewal.
        package var renewDeadline: Duration = .seconds(20)
        /// Between renewals of a leader and looks of a follower.
        package var retryPeriod: Duration = .seconds(5)
        /// Time to the next try after a request of a leader failed.
        package var hastyRetry: Duration = .seconds(1)
        /// Every request is answered, or given up, within this time.
        package var requestTimeout: Duration = .seconds(5)

        package init() {}
    }
}
