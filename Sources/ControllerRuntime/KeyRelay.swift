// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Leads from the fact loop to the dispatcher, which is made after it because it needs it.
final class KeyRelay: Sendable {
    private let dispatcher = Mutex<Dispatcher?>(nil)

    func connect(to dispatcher: Dispatcher) { self.dispatcher.withLock { $0 = dispatcher } }

    func relay(_ keys: Set<PlanKey>) { dispatcher.withLock { $0 }?.answered(keys) }
}
