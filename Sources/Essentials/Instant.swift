// SPDX-License-Identifier: Apache-2.0

/// A reading of a clock that never jumps and runs through suspension; only differences mean anything.
package struct Instant: Hashable, Comparable, Sendable {
    /// Time since the clock's own zero (process start, or zero in a test).
    package var sinceStart: Duration

    package init(sinceStart: Duration) { self.sinceStart = sinceStart }

    /// The clock's own zero.
    package static let zero = Instant(sinceStart: .zero)

    package static func < (left: Instant, right: Instant) -> Bool { left.sinceStart < right.sinceStart }
    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(sinceStart: instant.sinceStart + duration)
    }
    package static func - (left: Instant, right: Instant) -> Duration { left.sinceStart - right.sinceStart }
}
