// SPDX-License-Identifier: Apache-2.0
import Essentials

/// How many requests are looked at: so many at once, and so many a second in the long run.
package struct HintGate: Sendable {
    /// At once.
    package static let burst = 100
    /// A second.
    package static let rate = 20

    private var tokens = Double(burst)
    private var filledAt = Instant.zero

    package init() {}

    /// False for one too many.
    package mutating func admits(now: Instant) -> Bool {
        let passed = max(now - filledAt, .zero)
        tokens = min(Double(Self.burst), tokens + passed / .seconds(1) * Double(Self.rate))
        filledAt = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
