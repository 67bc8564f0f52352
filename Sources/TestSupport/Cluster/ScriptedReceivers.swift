// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning
import Synchronization

/// The receivers of channels as a test says they are, and everything that they accepted: the witness of deliveries.
package final class ScriptedReceivers: FactSource {
    private struct State {
        var accepted: [Delivery] = []
        var failures: [ObjectKey: FactFailure] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// The receiver of a channel fails from now on, or works again.
    package func fail(_ channel: ObjectKey, _ failure: FactFailure?) {
        state.withLock { $0.failures[channel] = failure }
    }

    /// In the order in which they came, repetitions included.
    package var accepted: [Delivery] { state.withLock { $0.accepted } }

    package func ask(_ question: Delivery) async -> Result<Delivery.Answer, FactFailure> {
        state.withLock { state in
            if let failure = state.failures[question.channel] { return .failure(failure) }
            state.accepted.append(question)
            return .success(Delivery.Answer())
        }
    }
}
