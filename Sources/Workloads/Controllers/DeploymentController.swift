// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning

/// Rolls a Deployment's template out: one ReplicaSet a template, the newest up, the others down.
package enum DeploymentController: Controller {
    package typealias Primary = WholeDeployment

    package static let contract = Contract(
        reads: [WatchedKind(WholeReplicaSet.self), WatchedKind(WholePod.self)],
        writes: [
            WriteGrant(.replicaSets, [.create, .patch, .delete]),
            WriteGrant(.deployments, subresource: "status", [.patch]),
        ])

    static let hashLabel = "pod-template-hash"
    static let revisionAnnotation = "deployment.kubernetes.io/revision"

    package static func plan(_ deployment: WholeDeployment, in world: World, at now: Timestamp) -> Plan {
        let rollout = Rollout(deployment, sets: world.children(WholeReplicaSet.self, of: deployment))
        var plan = Plan()
        if let created = rollout.newSet { plan.create = [created] }
        if !rollout.isPaused || rollout.isScalingOnly {
            plan.apply = rollout.scaling(pods: { world.children(WholePod.self, of: $0).count })
        }
        plan.delete = rollout.outdated.map { Deletion($0) }
        let (status, deadline) = rollout.status(at: now)
        plan.status = status
        if let deadline { plan.wake(at: deadline) }
        return plan
    }
}
