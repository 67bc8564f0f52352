// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A run in virtual time: tasks on one deterministic executor, one clock that only moves when everything has come to rest.
package final class Simulation: Sendable {
    package let executor: SimulationExecutor
    package let clock: VirtualClock

    package init(seed: UInt64? = nil) {
        executor = SimulationExecutor(seed: seed)
        clock = VirtualClock()
    }

    /// Starts a task inside the simulation; it first runs at the next `settle`.
    @discardableResult
    package func start<Success: Sendable>(_ body: @escaping @Sendable () async -> Success) -> Task<Success, Never> {
        Task(executorPreference: executor) { await body() }
    }

    /// Lets everything run that can run without time passing.
    @discardableResult
    package func settle() -> Int { executor.settle() }

    /// Lets time pass, stopping at every moment that somebody waits for.
    package func advance(by duration: Duration) {
        let end = clock.instant() + duration
        settle()
        while let next = clock.nextDeadline, next <= end {
            clock.advance(to: next)
            settle()
        }
        clock.advance(to: end)
        settle()
    }

    /// Runs `body` to its end inside the simulation without letting time pass; nil when it still waits for something.
    package func complete<Success: Sendable>(_ body: @escaping @Sendable () async -> Success) -> Success? {
        let result = Cell<Success>()
        start { result.value = await body() }
        settle()
        return result.value
    }
}
