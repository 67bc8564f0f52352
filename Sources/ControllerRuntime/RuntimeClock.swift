// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc

/// Where time comes from above the IO border: the system's clocks, or virtual ones in ring 3.
package protocol RuntimeClock: Sendable {
    /// Wall-clock time, for what is written into objects.
    func now() -> Timestamp
    /// Monotonic time that runs through suspension, for every decision about elapsed time.
    func instant() -> Instant
    /// Processor time of the calling thread so far; what lies between two calls without a suspension is what that took.
    func processorTime() -> Duration
    /// Returns at `deadline`, or throws `CancellationError` as soon as the task is cancelled.
    func sleep(until deadline: Instant) async throws(CancellationError)
}

/// The machine's own clocks.
package struct SystemClock: RuntimeClock {
    private let start = ContinuousClock.now

    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    package func instant() -> Instant { Instant(sinceStart: start.duration(to: .now)) }

    package func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    package func sleep(until deadline: Instant) async throws(CancellationError) {
        do {
            try await Task.sleep(until: start.advanced(by: deadline.sinceStart), clock: .continuous)
        } catch {
            throw CancellationError()
        }
    }
}
