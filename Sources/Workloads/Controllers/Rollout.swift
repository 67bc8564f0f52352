// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning

/// How far a Deployment's ReplicaSets have come, and the next step.
///
/// The rule is that of `pkg/controller/deployment` (rolling.go): never more than `replicas + maxSurge` Pods, never fewer than
/// `replicas - maxUnavailable` available ones.
struct Rollout {
    let deployment: WholeDeployment
    let template: PodTemplate
    /// The ReplicaSet of the template as it is now.
    let current: WholeReplicaSet?
    /// All others.
    let old: [WholeReplicaSet]

    init(_ deployment: WholeDeployment, sets: [WholeReplicaSet]) {
        self.deployment = deployment
        template = PodTemplate(deployment.spec["template"])
        let hash = template.hash
        let sets = sets.filter { !$0.metadata.isBeingDeleted }
        current = sets.first { $0.metadata.labels[DeploymentController.hashLabel] == hash }
        let name = current?.metadata.name
        old = sets.filter { $0.metadata.name != name }
    }

    var replicas: Int64 { deployment.spec["replicas"]?.countValue ?? 1 }
    var isPaused: Bool { deployment.spec["paused"]?.boolValue ?? false }
    /// A paused Deployment still follows `replicas` while there is only one ReplicaSet.
    var isScalingOnly: Bool { old.allSatisfy { $0.replicas == 0 } }
    var isRecreating: Bool { deployment.spec.at("strategy", "type") == "Recreate" }

    private var maxSurge: Int64 {
        isRecreating ? 0 : limit("maxSurge", roundingUp: true)
    }
    var unavailableLimit: Int64 {
        if isRecreating { return replicas }
        let count = limit("maxUnavailable", roundingUp: false)
        // Both zero would never get anywhere.
        return min(replicas, count == 0 && maxSurge == 0 ? 1 : count)
    }
    private func limit(_ name: String, roundingUp: Bool) -> Int64 {
        let value = deployment.spec.at("strategy", "rollingUpdate", name) ?? "25%"
        return CountOrShare.count(value, of: replicas, roundingUp: roundingUp) ?? 1
    }

    // MARK: What is written

    private var revision: Int64 {
        let revisions = old.compactMap {
            $0.metadata.annotations[DeploymentController.revisionAnnotation].flatMap { Int64($0) }
        }
        // Anybody may have written them.
        return (revisions.filter { $0 < Int64.max }.max() ?? 0) + 1
    }

    /// The ReplicaSet that the template lacks.
    var newSet: DesiredObject? {
        guard current == nil, !isPaused else { return nil }
        let hash = [DeploymentController.hashLabel: template.hash]
        let labels = template.labels.merging(hash) { _, ours in ours }
        var selector = deployment.spec["selector"] ?? [:]
        var matched = selector["matchLabels"]?.objectValue ?? [:]
        matched[DeploymentController.hashLabel] = .string(template.hash)
        selector["matchLabels"] = .object(matched)
        let running = old.reduce(0) { $0 + max($1.replicas, $1.statusReplicas) }
        let room = isRecreating ? (running == 0 ? replicas : 0) : max(0, min(replicas, replicas + maxSurge - running))
        return DesiredObject(
            .replicaSets,
            ObjectKey(
                namespace: deployment.metadata.namespace,
                name: "\(deployment.metadata.name.prefix(240))-\(template.hash)"),
            labels: labels, annotations: [DeploymentController.revisionAnnotation: "\(revision)"],
            owners: [deployment.ownerReference],
            body: [
                "spec": .compact([
                    "replicas": .integer(room), "selector": selector,
                    "minReadySeconds": deployment.spec["minReadySeconds"],
                    "template": [
                        "metadata": .compact([
                            "labels": .stringMap(labels),
                            "annotations": template.annotations.isEmpty ? nil : .stringMap(template.annotations),
                        ]),
                        "spec": template.spec,
                    ],
                ])
            ])
    }

    /// The ReplicaSets that are to have another number of Pods.
    /// - Parameter pods: how many Pods of a ReplicaSet are there, going ones included.
    func scaling(pods: (WholeReplicaSet) -> Int) -> [DesiredObject] {
        guard let current else { return old.isEmpty || !isRecreating ? [] : scaleDown(to: 0) }
        var scaled: [DesiredObject] = []
        let total = current.replicas + old.reduce(0) { $0 + $1.replicas }
        let oldPods = old.reduce(0) { $0 + pods($1) }
        let wanted: Int64
        if current.replicas > replicas {
            wanted = replicas
        } else if isRecreating {
            wanted = oldPods == 0 ? replicas : current.replicas
        } else {
            wanted = min(replicas, current.replicas + max(0, replicas + maxSurge - total))
        }
        if wanted != current.replicas { scaled.append(Self.scale(current, to: wanted)) }
        if isRecreating { return scaled + scaleDown(to: 0) }
        // What may go: everything above the least that must be available, counting what the newest still lacks as missing.
        let lacking = max(0, current.replicas - current.availableReplicas)
        var excess = total - (replicas - unavailableLimit) - lacking
        for set in old where set.replicas > 0 && excess > 0 {
            let left = max(0, set.replicas - excess)
            excess -= set.replicas - left
            scaled.append(Self.scale(set, to: left))
        }
        return scaled
    }

    private func scaleDown(to count: Int64) -> [DesiredObject] {
        old.filter { $0.replicas != count }.map { Self.scale($0, to: count) }
    }

    private static func scale(_ set: WholeReplicaSet, to count: Int64) -> DesiredObject {
        DesiredObject(.replicaSets, set.key, body: ["spec": ["replicas": .integer(count)]])
    }

    /// Old ReplicaSets beyond those that are kept for going back to.
    var outdated: [WholeReplicaSet] {
        let kept = Int(clamping: max(0, deployment.spec["revisionHistoryLimit"]?.integerValue ?? 10))
        let empty = old.filter { $0.replicas == 0 && $0.statusReplicas == 0 }
            .sorted { revision(of: $0) > revision(of: $1) }
        return Array(empty.dropFirst(kept))
    }

    private func revision(of set: WholeReplicaSet) -> Int64 {
        set.metadata.annotations[DeploymentController.revisionAnnotation].flatMap { Int64($0) } ?? 0
    }
}
