// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning

/// The scheduler of a cluster with one node: what is bound nowhere is bound there.
package enum PodPlacement: SingletonController {
    package static let name = "pod-placement"
    /// The name of the one node.
    package static let nodeName = "local"

    package static let contract = Contract(
        reads: [WatchedKind(WholePod.self)], writes: [WriteGrant(.pods, [.patch])])

    package static func plan(in world: World, at now: Timestamp) -> Plan {
        var plan = Plan()
        let unbound = world[WholePod.self].objects().filter { $0.nodeName.isEmpty && $0.isActive }
        plan.apply = unbound.map { $0.key }.sorted().map { key in
            DesiredObject(.pods, key, body: ["spec": ["nodeName": .string(nodeName)]])
        }
        return plan
    }
}

/// Watches Pods and decides nothing: who runs them looks at the world of its passes.
package enum PodWatch: SingletonController {
    package static let name = "pod-watch"
    package static let contract = Contract(reads: [WatchedKind(WholePod.self)], writes: [])
    package static func plan(in world: World, at now: Timestamp) -> Plan { Plan() }
}
