// SPDX-License-Identifier: Apache-2.0
import Essentials
import Synchronization

/// Wakes one waiting loop. Rings while nobody waits are remembered as one.
package final class Bell: Sendable {
    private enum State {
        case silent
        case rung
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    package init() {}

    /// Wakes the waiter, or lets the next wait return at once.
    package func ring() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .rung }
            guard case .waiting(let continuation) = state else { return nil }
            return continuation
        }
        if let waiter {
            waiter.resume()
        }
    }

    /// Returns after the next ring, at once if one is remembered, or when the task is cancelled.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = state.withLock { state in
                    if case .rung = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                if isRung || Task.isCancelled { ring() }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
        state.withLock { state in
            if case .rung = state { state = .silent }
        }
    }

    /// Returns after the next ring or at `deadline`, whichever comes first.
    package func wait(until deadline: Instant?, on clock: some RuntimeClock) async {
        guard let deadline else { return await wait() }
        if clock.instant() >= deadline { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask {
                do throws(CancellationError) {
                    try await clock.sleep(until: deadline)
                } catch {
                    // Cancelled because the bell rang first.
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
