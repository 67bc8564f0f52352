// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel

/// The top-level workloads behind Pods: what people deployed.
package struct WorkloadOwners {
    private let replicaSets: Snapshot<ReplicaSetOwner>
    private let jobs: Snapshot<JobOwner>

    /// The owners that a world holds; what is asked of them is read then, not now.
    package init(in world: World) {
        replicaSets = world[ReplicaSetOwner.self]
        jobs = world[JobOwner.self]
    }

    /// Follows controllers upwards: ReplicaSet to Deployment (or Rollout, …), Job to CronJob; any other kind stands as it is.
    ///
    /// Nil while the step in between has not been seen; then nothing is known of the top.
    package func top(of pod: Pod) -> ScanReport.Workload? {
        guard let owner = pod.metadata.controller else { return .init(kind: "Pod", name: pod.metadata.name) }
        let key = ObjectKey(namespace: pod.metadata.namespace, name: owner.name)
        let step: ObjectMetadata?
        switch (Self.group(of: owner), owner.kind) {
        case ("apps", "ReplicaSet"): step = replicaSets[key]?.metadata
        case ("batch", "Job"): step = jobs[key]?.metadata
        default: return .init(kind: owner.kind, name: owner.name)
        }
        // Another object under the same name is not the one that made the Pod.
        guard let step, step.uid == owner.uid else { return nil }
        guard let top = step.controller else { return .init(kind: owner.kind, name: owner.name) }
        return .init(kind: top.kind, name: top.name)
    }

    private static func group(of owner: OwnerReference) -> Substring {
        owner.apiVersion.utf8.firstIndex(of: UInt8(ascii: "/")).map { owner.apiVersion[..<$0] } ?? ""
    }
}
