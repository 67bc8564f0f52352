// SPDX-License-Identifier: Apache-2.0
import Essentials
import Synchronization

/// Runs tasks one at a time on the calling thread, in an order that follows from a seed.
///
/// When nothing is left to run, every task waits for time or for another task: that is quiescence, so no test needs to sleep.
/// Everything must be started with this executor as its preference, and nothing may wait for a thread of its own.
package final class SimulationExecutor: TaskExecutor {
    private struct State {
        /// Each with the executor that it belongs to.
        var jobs: [(job: UnownedJob, owner: UnownedTaskExecutor)] = []
        var generator: SeededGenerator?
    }

    private let state: Mutex<State>

    /// Without a seed the order is first in, first out.
    package init(seed: UInt64? = nil) { state = Mutex(State(generator: seed.map(SeededGenerator.init(seed:)))) }

    package func enqueue(_ job: consuming ExecutorJob) {
        enqueue(UnownedJob(job), of: self)
    }

    /// Takes a job of a process of the simulation.
    func enqueue(_ job: UnownedJob, of owner: some TaskExecutor) {
        let owner = UnownedTaskExecutor(ordinary: owner)
        state.withLock { $0.jobs.append((job, owner)) }
    }

    /// Runs until nothing is runnable and returns the number of steps; gives up after `limit`, which means a hot loop.
    @discardableResult
    package func settle(limit: Int = 5_000_000) -> Int {
        var steps = 0
        while steps < limit, let (job, owner) = next() {
            job.runSynchronously(on: owner)
            steps += 1
        }
        return steps
    }

    private func next() -> (UnownedJob, UnownedTaskExecutor)? {
        state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            guard var generator = state.generator else { return state.jobs.removeFirst() }
            // One of the next few: interleavings, without starving anything.
            let index = Int.random(in: 0..<min(state.jobs.count, 4), using: &generator)
            state.generator = generator
            return state.jobs.remove(at: index)
        }
    }
}
