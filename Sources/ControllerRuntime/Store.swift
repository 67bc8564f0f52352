// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Machines
import Planning
import Synchronization

/// One list-and-watch conversation: a kind, and the namespace it is limited to.
package struct WatchScope: Hashable, Sendable {
    private let kind: ObjectIdentifier
    /// Nil for all namespaces.
    package let namespace: String?

    package init<Object: KubernetesObject>(_ kind: Object.Type, namespace: String?) {
        self.kind = ObjectIdentifier(kind)
        self.namespace = namespace
    }
}

/// The one copy of everything that is watched or known. Loops change it; a plan gets it as an immutable `World`.
package final class Store: Sendable {
    private struct State {
        var world: World
        /// The version up to which each conversation has seen everything; present once it has listed.
        var versions: [WatchScope: String] = [:]
    }

    private let state: Mutex<State>

    package init(configuration: OperatorConfiguration) {
        state = Mutex(State(world: World(configuration: configuration)))
    }

    /// The present state of everything, as a value.
    package var world: World { state.withLock { $0.world } }

    /// Replaces what one conversation knows after a list and returns the keys that appeared, changed or vanished.
    package func replace<Object: KubernetesObject>(
        with listed: Snapshot<Object>, version: String, in namespace: String? = nil
    ) -> [ObjectKey] {
        state.withLock { state in
            let before = state.world[Object.self]
            var after = listed
            if let namespace {
                after = before
                after.replace(namespace, by: listed)
            }
            state.world[Object.self] = after
            state.versions[WatchScope(Object.self, namespace: namespace)] = version
            let vanished = before.keys.filter { after[$0] == nil }
            let changed = listed.keys.filter { before[$0] != listed[$0] }
            return changed + vanished
        }
    }

    /// Sets or removes one object as a watch event said; returns whether anything changed of what is kept.
    package func set<Object: KubernetesObject>(
        _ object: Decoded<Object>?, at key: ObjectKey, version: String, in namespace: String? = nil
    ) -> Bool {
        state.withLock { state in
            state.versions[WatchScope(Object.self, namespace: namespace)] = version
            var snapshot = state.world[Object.self]
            let before = snapshot[key]
            let kept = object?.kept(beside: before)
            if kept == before { return false }
            // The snapshot leaves the world while it changes, so that it is not copied.
            state.world[Object.self] = Snapshot()
            snapshot[key] = kept
            state.world[Object.self] = snapshot
            return true
        }
    }

    /// A bookmark: everything up to `version` has been seen.
    package func advance<Object: KubernetesObject>(_ kind: Object.Type, to version: String, in namespace: String? = nil)
    {
        state.withLock { $0.versions[WatchScope(kind, namespace: namespace)] = version }
    }

    /// True when every one of `scopes` has been listed at least once.
    package func isSynced(_ scopes: some Sequence<WatchScope>) -> Bool {
        state.withLock { state in scopes.allSatisfy { state.versions[$0] != nil } }
    }

    /// True when the watch that covers `namespace` has come at least as far as `version`; also when nothing watches the kind.
    package func hasSeen<Object: KubernetesObject>(_ version: String, of kind: Object.Type, in namespace: String)
        -> Bool
    {
        let seen = state.withLock { state in
            state.versions[WatchScope(kind, namespace: nil)] ?? state.versions[WatchScope(kind, namespace: namespace)]
        }
        guard let seen else { return true }
        return ResourceVersion.isReached(version, by: seen)
    }

    /// True when no object with this uid is there, or it is on its way out.
    package func isGone<Object: KubernetesObject>(_ uid: String, of kind: Object.Type, at key: ObjectKey) -> Bool {
        guard let metadata = world[kind][key]?.metadata else { return true }
        return metadata.uid != uid || metadata.isBeingDeleted
    }

    /// Records what is known of a question.
    package func set<Question: FactQuestion>(_ fact: Fact<Question.Answer>, for question: Question) {
        state.withLock { $0.world.set(fact, for: question) }
    }

    /// Drops a question that nobody asks any more.
    package func forget(_ question: AnyQuestion) { state.withLock { $0.world.forget(question) } }
}
