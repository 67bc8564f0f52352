// SPDX-License-Identifier: Apache-2.0

/// An instant of wall-clock time in microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Its text form is RFC 3339 in UTC: whole seconds for object metadata (`Time`), six decimals for Leases (`MicroTime`).
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since the Unix epoch.
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(secondsSinceEpoch seconds: Int64) {
        self.microseconds = seconds.multipliedReportingOverflow(by: 1_000_000).partialValue
    }

    /// Whole seconds since the Unix epoch, rounded down.
    package var seconds: Int64 { microseconds >= 0 ? microseconds / 1_000_000 : (microseconds + 1) / 1_000_000 - 1 }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    package static func + (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: instant.microseconds &+ duration.inMicroseconds)
    }

    package static func - (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: instant.microseconds &- duration.inMicroseconds)
    }

    /// The time from `right` to `left`; negative when `left` is earlier.
    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microseconds &- right.microseconds)
    }
}

extension Duration {
    /// Whole microseconds, rounded towards zero and clamped to what fits.
    package var inMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        return scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000).partialValue
    }

    /// Seconds as a floating-point number, for metrics and texts.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
