// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension Rollout {
    /// The status, and when to look again whether it still gets on.
    func status(at now: Timestamp) -> (JSONValue, deadline: Timestamp?) {
        let sets = old + (current.map { [$0] } ?? [])
        let total = sets.reduce(0) { $0 + $1.statusReplicas }
        let ready = sets.reduce(0) { $0 + $1.readyReplicas }
        let available = sets.reduce(0) { $0 + $1.availableReplicas }
        let updated = current?.statusReplicas ?? 0
        let isComplete = updated == replicas && total == replicas && available >= replicas
        let before = deployment.status
        let hasProgressed =
            before["updatedReplicas"]?.integerValue ?? 0 < updated
            || before["readyReplicas"]?.integerValue ?? 0 < ready
            || before["availableReplicas"]?.integerValue ?? 0 < available
            || before["observedGeneration"]?.integerValue != deployment.metadata.generation
        let (progress, deadline) = progressing(isComplete: isComplete, hasProgressed: hasProgressed, at: now)
        let status = JSONValue.compact([
            "observedGeneration": .integer(deployment.metadata.generation),
            "replicas": total.orNothing, "updatedReplicas": updated.orNothing, "readyReplicas": ready.orNothing,
            "availableReplicas": available.orNothing,
            "unavailableReplicas": max(0, replicas - available).orNothing,
            "conditions": [self.available(available, at: now), progress],
        ])
        return (status, deadline)
    }

    private func available(_ count: Int64, at now: Timestamp) -> JSONValue {
        let isAvailable = count >= replicas - (isRecreating ? 0 : unavailableLimit)
        let condition =
            isAvailable
            ? WorkloadCondition(
                type: "Available", isTrue: true, reason: "MinimumReplicasAvailable",
                message: "Deployment has minimum availability.")
            : WorkloadCondition(
                type: "Available", isTrue: false, reason: "MinimumReplicasUnavailable",
                message: "Deployment does not have minimum availability.")
        return condition.json(after: deployment.condition("Available"), at: now, timeField: "lastUpdateTime")
    }

    private func progressing(
        isComplete: Bool, hasProgressed: Bool, at now: Timestamp
    ) -> (JSONValue, deadline: Timestamp?) {
        let previous = deployment.condition("Progressing")
        let limit = Duration.seconds(deployment.spec["progressDeadlineSeconds"]?.integerValue ?? 600)
        let last = previous?["lastUpdateTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) ?? now
        let name = current.map { "ReplicaSet \"\($0.metadata.name)\"" } ?? "A new ReplicaSet"
        let condition: WorkloadCondition
        var deadline: Timestamp?
        if isComplete {
            condition = WorkloadCondition(
                type: "Progressing", isTrue: true, reason: "NewReplicaSetAvailable",
                message: "\(name) has successfully progressed.")
        } else if !hasProgressed, previous?["reason"] == "ProgressDeadlineExceeded" || now >= last + limit {
            condition = WorkloadCondition(
                type: "Progressing", isTrue: false, reason: "ProgressDeadlineExceeded",
                message: "\(name) has timed out progressing.")
        } else {
            condition = WorkloadCondition(
                type: "Progressing", isTrue: true, reason: "ReplicaSetUpdated", message: "\(name) is progressing.")
            deadline = (hasProgressed ? now : last) + limit
        }
        let isMoving = hasProgressed && !isComplete
        return (
            condition.json(
                after: previous, at: now, timeField: "lastUpdateTime", hasProgressed: isMoving), deadline
        )
    }
}
