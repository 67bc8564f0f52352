// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import KubernetesModel
import Synchronization
import Workloads

/// What the worker of a Pod is told while it works.
final class PodControl: Sendable {
    private struct State {
        var pod: WholePod
        /// Set when the Pod is to end: how long its programs have for that.
        var grace: Duration?
        /// The object is gone from the API.
        var isGone = false
    }

    private let state: Mutex<State>
    let bell = Bell()

    init(_ pod: WholePod) { state = Mutex(State(pod: pod)) }

    var pod: WholePod { state.withLock { $0.pod } }
    var isGone: Bool { state.withLock { $0.isGone } }
    /// How long its programs have to end; nil while they may run.
    var grace: Duration? { state.withLock { $0.grace } }

    func update(_ pod: WholePod) {
        let isNew = state.withLock { state in
            state.pod = pod
            guard pod.metadata.isBeingDeleted, state.grace == nil else { return false }
            let seconds =
                pod.body.at("metadata", "deletionGracePeriodSeconds")?.integerValue
                ?? pod.spec["terminationGracePeriodSeconds"]?.integerValue ?? 30
            state.grace = .seconds(max(0, seconds))
            return true
        }
        if isNew { bell.ring() }
    }

    func vanished() {
        state.withLock { state in
            state.isGone = true
            let seconds = state.pod.spec["terminationGracePeriodSeconds"]?.integerValue ?? 30
            state.grace = state.grace ?? .seconds(max(0, seconds))
        }
        bell.ring()
    }

    /// Waits, but no longer than until the Pod is to end.
    func pause(_ duration: Duration, on clock: any RuntimeClock) async {
        let end = clock.instant() + duration
        while grace == nil, clock.instant() < end, !Task.isCancelled { await bell.wait(until: end, on: clock) }
    }
}
