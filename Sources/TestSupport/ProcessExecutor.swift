// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The tasks of one process within a simulation: while it is paused, none of them runs, and time goes on without it.
package final class ProcessExecutor: TaskExecutor {
    private struct State {
        var isPaused = false
        /// What would have run, in order.
        var held: [UnownedJob] = []
    }

    private let simulation: SimulationExecutor
    private let state = Mutex(State())

    init(_ simulation: SimulationExecutor) { self.simulation = simulation }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isHeld = state.withLock { state in
            if state.isPaused { state.held.append(job) }
            return state.isPaused
        }
        if !isHeld { simulation.enqueue(job, of: self) }
    }

    func pause() { state.withLock { $0.isPaused = true } }

    func resume() {
        let held = state.withLock { state in
            defer { state = State() }
            return state.held
        }
        for job in held { simulation.enqueue(job, of: self) }
    }
}
