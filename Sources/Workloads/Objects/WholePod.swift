// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning

/// A Pod.
package struct WholePod: WholeObject {
    package static let resource = ResourceType.pods
    package var metadata: ObjectMetadata
    package var body: JSONValue

    package init(metadata: ObjectMetadata, body: JSONValue) {
        self.metadata = metadata
        self.body = body
    }

    /// The node that it is bound to; empty before.
    package var nodeName: String { spec["nodeName"]?.stringValue ?? "" }
    package var phase: String { status["phase"]?.stringValue ?? "Pending" }
    package var hasEnded: Bool { phase == "Succeeded" || phase == "Failed" }
    /// Counts towards what a controller wants: it has not ended and is not going.
    package var isActive: Bool { !hasEnded && !metadata.isBeingDeleted }
    package var isReady: Bool { condition("Ready")?["status"] == "True" }
    /// Since when it is ready.
    package var readySince: Timestamp? {
        isReady ? condition("Ready")?["lastTransitionTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) : nil
    }
    /// A Job's Pod: its containers are run. All others only look so.
    package var runsForReal: Bool { metadata.controller?.kind == "Job" }
    package var restartPolicy: String { spec["restartPolicy"]?.stringValue ?? "Always" }

    /// When its last container ended.
    package var finishTime: Timestamp? {
        let statuses = status["containerStatuses"]?.arrayValue ?? []
        return statuses.compactMap { $0.at("state", "terminated", "finishedAt")?.stringValue }
            .compactMap(Timestamp.init(rfc3339:)).max()
    }
}

extension World {
    /// What an object controls, by name.
    package func children<Child: KubernetesObject>(_ kind: Child.Type, of owner: some KubernetesObject) -> [Child] {
        self[kind].objects(in: owner.metadata.namespace)
            .filter { $0.metadata.controller?.uid == owner.metadata.uid }
            .sorted { $0.metadata.name < $1.metadata.name }
    }
}
