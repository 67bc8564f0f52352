// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning

/// Keeps as many Pods as a ReplicaSet asks for.
package enum ReplicaSetController: Controller {
    package typealias Primary = WholeReplicaSet

    package static let contract = Contract(
        reads: [WatchedKind(WholePod.self)],
        writes: [
            WriteGrant(.pods, [.create, .delete]), WriteGrant(.replicaSets, subresource: "status", [.patch]),
        ])

    /// How many Pods one pass makes or deletes.
    static let burst = 50

    package static func plan(_ set: WholeReplicaSet, in world: World, at now: Timestamp) -> Plan {
        var plan = Plan()
        let template = PodTemplate(set.spec["template"])
        let pods = world.children(WholePod.self, of: set).filter { !$0.hasEnded }
        let active = pods.filter(\.isActive)
        let missing = Int(clamping: set.replicas) - active.count
        if missing > 0 {
            let numbers = PodTemplate.freeNumbers(min(missing, burst), from: 0, of: set, in: world)
            plan.create = numbers.map { template.pod(of: set, number: $0) }
        } else if missing < 0 {
            plan.delete = active.sorted(by: isLessWanted).prefix(min(-missing, burst)).map { Deletion($0) }
        }
        let wait = Duration.seconds(set.spec["minReadySeconds"]?.integerValue ?? 0)
        let available = active.filter { pod in
            guard let since = pod.readySince else { return false }
            if since + wait <= now { return true }
            plan.wake(at: since + wait)
            return false
        }
        plan.status = .compact([
            "replicas": .integer(Int64(active.count)),
            "fullyLabeledReplicas": Int64(active.count).orNothing,
            "readyReplicas": Int64(active.count(where: \.isReady)).orNothing,
            "availableReplicas": Int64(available.count).orNothing,
            "observedGeneration": .integer(set.metadata.generation),
        ])
        return plan
    }

    /// Who goes first: what is not bound, then what is not ready, then the youngest.
    private static func isLessWanted(_ left: WholePod, _ right: WholePod) -> Bool {
        if left.nodeName.isEmpty != right.nodeName.isEmpty { return left.nodeName.isEmpty }
        if left.isReady != right.isReady { return !left.isReady }
        let (leftAge, rightAge) = (left.metadata.creationTime, right.metadata.creationTime)
        if leftAge != rightAge {
            return (leftAge ?? Timestamp(microseconds: 0)) > (rightAge ?? Timestamp(microseconds: 0))
        }
        return left.metadata.name > right.metadata.name
    }
}
