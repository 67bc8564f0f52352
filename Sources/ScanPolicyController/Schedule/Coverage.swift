// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// Where policies look, and where so little is known that nothing may be pruned.
struct Coverage {
    /// How long reports of unused images are kept, by namespace that some policy looks into.
    private(set) var retention: [String: Duration] = [:]
    /// Namespaces that only suspended policies look into, or of which too little is known.
    private(set) var frozen: Set<String> = []
    /// A policy that may look anywhere cannot be read.
    private(set) var isAllFrozen = false
    /// Images that wait for a fact: reports of these repositories may be theirs.
    private var unresolved: Set<NamedRepository> = []

    private struct NamedRepository: Hashable {
        var namespace: String
        var repository: String
    }

    init(_ policies: [Decoded<ScanPolicy>], _ demands: [PolicyDemand], in world: World) {
        var policiesByKey: [ObjectKey: ScanPolicy] = [:]
        for entry in policies {
            guard case .object(let policy) = entry else {
                freeze(entry.metadata.namespace, in: world)
                continue
            }
            policiesByKey[policy.key] = policy
        }
        var active: Set<String> = []
        for demand in demands {
            guard let policy = policiesByKey[demand.policy] else { continue }
            if demand.stall != nil {
                freeze(demand.policy.namespace, in: world)
                continue
            }
            for part in demand.parts {
                let namespace = part.namespace
                let local = part.local.value
                retention[namespace] = max(retention[namespace] ?? .zero, policy.spec.effectiveRetention)
                if !policy.spec.isSuspended { active.insert(namespace) }
                if local.isUnseen { frozen.insert(namespace) }
                for image in [local.unresolved, local.notPullable].joined() {
                    guard let repository = image.repository else { continue }
                    unresolved.insert(NamedRepository(namespace: namespace, repository: repository))
                }
                for repository in local.undecided {
                    unresolved.insert(NamedRepository(namespace: namespace, repository: repository))
                }
            }
        }
        frozen.formUnion(Set(retention.keys).subtracting(active))
    }

    /// A policy of the root namespace may look everywhere; any other one only around itself.
    private mutating func freeze(_ namespace: String, in world: World) {
        if namespace == world.configuration.operatorNamespace { isAllFrozen = true }
        frozen.insert(namespace)
    }

    /// True when nothing is known that would speak against pruning the reports of a repository in a namespace.
    func isSettled(_ namespace: String, _ repository: String?) -> Bool {
        guard !isFrozen(namespace) else { return false }
        guard let repository else { return true }
        return !unresolved.contains(NamedRepository(namespace: namespace, repository: repository))
    }

    /// True when everything that is demanded anywhere is known.
    var isComplete: Bool { !isAllFrozen && frozen.isEmpty && unresolved.isEmpty }

    /// True when too little is known of who looks into a namespace.
    func isFrozen(_ namespace: String) -> Bool { isAllFrozen || frozen.contains(namespace) }

    func covers(_ namespace: String) -> Bool { retention[namespace] != nil }
}
