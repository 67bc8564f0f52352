// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import Synchronization

/// What the probes answer: alive as long as the process can answer, ready once every kind has been listed.
package final class Health: Sendable {
    private struct Watch: Hashable {
        var resource: String
        var namespace: String?
    }

    private struct State {
        var expected: Set<Watch> = []
        var synced: Set<Watch> = []
        var blockages: [Watch: String] = [:]
        var isEnding = false
    }

    private let state = Mutex(State())

    package init() {}

    /// True from the moment an orderly end was asked for.
    package var isEnding: Bool {
        get { state.withLock { $0.isEnding } }
        set { state.withLock { $0.isEnding = newValue } }
    }

    /// Nil when ready; otherwise what is missing, for people.
    package var obstacle: String? {
        state.withLock { state in
            if state.isEnding { return "shutting down" }
            let missing = state.expected.subtracting(state.synced)
            guard !missing.isEmpty else { return nil }
            let names = missing.map { watch in
                let scope = watch.namespace.map { " in namespace \($0)" } ?? ""
                return watch.resource + scope + (state.blockages[watch].map { " (\($0))" } ?? "")
            }
            return "not listed yet: " + names.sorted().joined(separator: ", ")
        }
    }

    func expect<Object: KubernetesObject>(_ kind: Object.Type, namespace: String?) {
        state.withLock { _ = $0.expected.insert(Self.watch(kind, namespace)) }
    }

    func synced<Object: KubernetesObject>(_ kind: Object.Type, namespace: String?) {
        state.withLock { _ = $0.synced.insert(Self.watch(kind, namespace)) }
    }

    func set<Object: KubernetesObject>(blockage: String?, of kind: Object.Type, namespace: String?) {
        state.withLock { $0.blockages[Self.watch(kind, namespace)] = blockage }
    }

    private static func watch<Object: KubernetesObject>(_ kind: Object.Type, _ namespace: String?) -> Watch {
        Watch(
            resource: Object.resource.qualifiedPlural + (Object.isMetadataOnly ? " (metadata)" : ""),
            namespace: namespace)
    }
}
