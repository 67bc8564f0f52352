// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Synchronization

/// Time that stands still until a test moves it.
package final class VirtualClock: RuntimeClock {
    private struct Sleeper {
        var id: UInt64
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var instant = Instant.zero
        var nextID: UInt64 = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<UInt64> = []
        var spent = Duration.zero
    }

    private let epoch: Timestamp
    private let state = Mutex(State())

    /// - Parameter epoch: the wall-clock time at the clock's zero.
    package init(epoch: Timestamp = Timestamp(secondsSinceEpoch: 1_790_000_000)) { self.epoch = epoch }

    package func instant() -> Instant { state.withLock { $0.instant } }

    /// Nothing takes time here but what a test says.
    package func processorTime() -> Duration { state.withLock { $0.spent } }

    /// Whoever works on something now took so long for it.
    package func spend(_ duration: Duration) { state.withLock { $0.spent += duration } }

    package func now() -> Timestamp { epoch + instant().sinceStart }

    package func sleep(until deadline: Instant) async throws(CancellationError) {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let answer: Result<Void, any Error>? = state.withLock { state in
                        if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                        if state.instant >= deadline { return .success(()) }
                        state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                        return nil
                    }
                    if let answer { continuation.resume(with: answer) }
                }
            } onCancel: {
                let sleeper: Sleeper? = state.withLock { state in
                    guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                        state.cancelled.insert(id)
                        return nil
                    }
                    return state.sleepers.remove(at: index)
                }
                sleeper?.continuation.resume(throwing: CancellationError())
            }
        } catch {
            throw CancellationError()
        }
    }

    /// The earliest moment anybody waits for.
    package var nextDeadline: Instant? { state.withLock { $0.sleepers.map(\.deadline).min() } }

    /// Moves time forward and wakes whoever waited for it; they run at the next `settle`.
    package func advance(to instant: Instant) {
        let due: [Sleeper] = state.withLock { state in
            state.instant = max(state.instant, instant)
            let due = state.sleepers.filter { $0.deadline <= state.instant }.sorted {
                ($0.deadline, $0.id) < ($1.deadline, $1.id)
            }
            state.sleepers.removeAll { $0.deadline <= state.instant }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
