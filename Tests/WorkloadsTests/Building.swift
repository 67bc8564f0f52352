// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import JSONScan
import KubernetesModel
import Planning

@testable import Workloads

/// Objects as an API server gives them.
enum Building {
    static let now = Timestamp(secondsSinceEpoch: 1_000_000)

    static func object<Object: WholeObject>(_ kind: Object.Type, _ text: String) throws -> Object {
        var scanner = JSONScanner(Array(text.utf8))
        return try Object(from: &scanner)
    }

    /// A Pod that an owner controls.
    static func pod(
        _ name: String, of owner: some KubernetesObject, phase: String = "Running", isReady: Bool = true,
        finished: Timestamp? = nil, node: String = "local"
    ) -> WholePod {
        var metadata = ObjectMetadata(name: name, namespace: "shop", uid: "uid-\(name)", resourceVersion: "1")
        metadata.ownerReferences = [owner.ownerReference]
        let ready: JSONValue = [
            "type": "Ready", "status": isReady ? "True" : "False",
            "lastTransitionTime": .string((now - .seconds(60)).rfc3339),
        ]
        let status = JSONValue.compact([
            "phase": .string(phase), "conditions": [ready],
            "containerStatuses": finished.map { [["state": ["terminated": ["finishedAt": .string($0.rfc3339)]]]] },
        ])
        return WholePod(metadata: metadata, body: ["spec": ["nodeName": .string(node)], "status": status])
    }

    static func world(_ pods: [WholePod], _ sets: [WholeReplicaSet] = []) -> World {
        var world = World(configuration: OperatorConfiguration())
        world[WholePod.self] = Snapshot(pods)
        world[WholeReplicaSet.self] = Snapshot(sets)
        return world
    }
}
