// SPDX-License-Identifier: Apache-2.0

/// Exponential back-off with full jitter: attempt n waits a uniformly random time up to `base × factorⁿ`, capped.
///
/// Source of the rule: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
package struct Backoff: Hashable, Sendable {
    package var base: Duration
    package var cap: Duration
    package var factor: Double

    package init(base: Duration, cap: Duration, factor: Double = 2) {
        self.base = base
        self.cap = cap
        self.factor = factor
    }

    /// The longest wait before attempt `attempt` (0 is the first retry).
    package func ceiling(attempt: Int) -> Duration {
        var wait = base
        var step = 0
        while step < attempt, wait < cap {
            wait = wait * factor
            step += 1
        }
        return min(wait, cap)
    }

    /// A wait before attempt `attempt`: between one tenth of the ceiling (so that "at once" never happens) and the ceiling.
    package func delay(attempt: Int, using generator: inout SeededGenerator) -> Duration {
        let ceiling = ceiling(attempt: attempt)
        return ceiling * Double.random(in: 0.1...1, using: &generator)
    }
}
