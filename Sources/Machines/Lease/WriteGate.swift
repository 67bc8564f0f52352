// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The right to write, as a value that closes by itself. It stands where a request is put on the connection.
///
/// A lease alone does not fence: a leader that was paused believes in it. The gate is open until the renew deadline after
/// the *start* of the last renewal that succeeded; others may lead only the lease duration after they saw that renewal,
/// which is later by ten seconds and more. The clock must run through suspension.
package struct WriteGate: Equatable, Sendable {
    /// Start of the last successful renewal; nil when the gate is closed.
    package private(set) var renewedAt: Instant?
    /// How long the gate is open after that.
    package private(set) var window: Duration
    /// Fencing number: every leadership has a higher one.
    package private(set) var term: Int

    /// A gate that lets nothing through.
    package static let closed = WriteGate(renewedAt: nil, window: .zero, term: 0)

    package init(renewedAt: Instant?, window: Duration, term: Int) {
        self.renewedAt = renewedAt
        self.window = window
        self.term = term
    }

    /// What is left of the lease: a write that starts now must have ended, or be given up, within this time. Nil: no write.
    package func permit(now: Instant) -> Duration? {
        guard let closesAt, now < closesAt else { return nil }
        return min(closesAt - now, window)
    }

    /// When the gate closes if nothing is renewed.
    package var closesAt: Instant? { renewedAt.map { $0 + window } }
}
