// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Synchronization

/// The write gate as the client asks it: how much time is left to write, at the moment a request is put on its connection.
package final class LeaderGate: Sendable {
    private enum State {
        case leased(WriteGate)
        /// There is no election: this process is alone by arrangement.
        case open
    }

    private let clock: any RuntimeClock
    private let state = Mutex(State.leased(.closed))

    package init(clock: any RuntimeClock) { self.clock = clock }

    /// What is left; nil when nothing may be written.
    package var timeLeft: Duration? {
        state.withLock { state in
            switch state {
            case .leased(let gate): gate.permit(now: clock.instant())
            case .open: .seconds(3_600)
            }
        }
    }

    func set(_ gate: WriteGate) { state.withLock { $0 = .leased(gate) } }

    /// Opens the gate for good.
    func openWithoutElection() { state.withLock { $0 = .open } }
}
