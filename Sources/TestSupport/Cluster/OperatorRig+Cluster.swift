// SPDX-License-Identifier: Apache-2.0
import Digests
import EmbeddedAPIServer
import Essentials
import KubernetesModel

/// A container as a Pod of the tests has it.
package struct TestContainer: Sendable {
    package var name = "main"
    package var image: String
    /// What the node says it runs; nil leaves it out.
    package var imageID: String?
    package var environment: [String: String] = [:]

    /// Runs `image` with the digest that `text` stands for.
    package init(_ image: String, digestOf text: String) {
        self.image = image
        let end = image.lastIndex(of: ":").flatMap { image[$0...].contains("/") ? nil : $0 } ?? image.endIndex
        imageID = "\(image[..<end])@\(TestDigest.of(text))"
    }

    package init(_ image: String, imageID: String?) {
        self.image = image
        self.imageID = imageID
    }
}

/// Digests that differ when what they stand for does.
package enum TestDigest {
    package static func of(_ text: String) -> String { "sha256:" + SHA256.hex(text.utf8) }
}

/// Objects of a cluster, as the parts of Kubernetes that are not here would make them.
extension OperatorRig {
    package func addNamespace(_ name: String, labels: [String: String] = [:], annotations: [String: String] = [:]) {
        create(
            .namespaces,
            ["metadata": ["name": .string(name), "labels": .stringMap(labels), "annotations": .stringMap(annotations)]])
    }

    package func addNode(_ name: String, os: String = "linux", architecture: String = "amd64") {
        create(.nodes, ["metadata": ["name": .string(name)]])
        patch(
            .nodes, ObjectKey(name: name), subresource: "status",
            ["status": ["nodeInfo": ["operatingSystem": .string(os), "architecture": .string(architecture)]]])
    }

    /// A Pod that runs, or waits for the reason `waiting`.
    package func addPod(
        _ key: ObjectKey, _ containers: [TestContainer], node: String = "node1", owner: JSONValue? = nil,
        labels: [String: String] = [:], annotations: [String: String] = [:], pullSecrets: [String] = [],
        waiting: String? = nil
    ) {
        let specs = containers.map { container -> JSONValue in
            .compact([
                "name": .string(container.name), "image": .string(container.image),
                "env": container.environment.isEmpty
                    ? nil
                    : .array(container.environment.map { ["name": .string($0.key), "value": .string($0.value)] }),
            ])
        }
        create(
            .pods,
            [
                "metadata": .compact([
                    "name": .string(key.name), "namespace": .string(key.namespace), "labels": .stringMap(labels),
                    "annotations": .stringMap(annotations), "ownerReferences": owner.map { [$0] },
                ]),
                "spec": .compact([
                    "nodeName": .string(node), "containers": .array(specs),
                    "imagePullSecrets": pullSecrets.isEmpty ? nil : .array(pullSecrets.map { ["name": .string($0)] }),
                ]),
            ])
        let statuses = containers.map { container -> JSONValue in
            let state: JSONValue =
                waiting.map { ["waiting": ["reason": .string($0)]] } ?? ["running": ["startedAt": .string(now.rfc3339)]]
            return [
                "name": .string(container.name), "image": .string(container.image),
                "imageID": .string(container.imageID ?? ""), "state": state, "ready": .bool(waiting == nil),
                "restartCount": 0,
            ]
        }
        patch(
            .pods, key, subresource: "status",
            ["status": ["phase": waiting == nil ? "Running" : "Pending", "containerStatuses": .array(statuses)]])
    }

    /// A Deployment, its ReplicaSet of a revision, and one Pod that runs.
    package func addDeployment(
        _ key: ObjectKey, _ containers: [TestContainer], revision: Int = 1, node: String = "node1",
        annotations: [String: String] = [:], pullSecrets: [String] = []
    ) {
        if object(.deployments, key) == nil {
            create(.deployments, Self.workload(key.name, in: key.namespace, app: key.name, owner: nil))
        }
        let owner = Self.owner(of: object(.deployments, key), "apps/v1", "Deployment")
        let name = "\(key.name)-\(revision)"
        create(.replicaSets, Self.workload(name, in: key.namespace, app: key.name, owner: owner))
        let set = ObjectKey(namespace: key.namespace, name: name)
        addPod(
            ObjectKey(namespace: key.namespace, name: "\(name)-pod"), containers, node: node,
            owner: Self.owner(of: object(.replicaSets, set), "apps/v1", "ReplicaSet"), labels: ["app": key.name],
            annotations: annotations, pullSecrets: pullSecrets)
    }

    /// The next revision takes the place of the last.
    package func rollOut(
        _ key: ObjectKey, _ containers: [TestContainer], revision: Int, node: String = "node1",
        pullSecrets: [String] = []
    ) {
        addDeployment(key, containers, revision: revision, node: node, pullSecrets: pullSecrets)
        delete(.replicaSets, ObjectKey(namespace: key.namespace, name: "\(key.name)-\(revision - 1)"))
    }

    package static func owner(of object: JSONValue?, _ apiVersion: String, _ kind: String) -> JSONValue {
        .compact([
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": object?.at("metadata", "name"),
            "uid": object?.at("metadata", "uid"), "controller": true,
        ])
    }

    private static func workload(_ name: String, in namespace: String, app: String, owner: JSONValue?) -> JSONValue {
        [
            "metadata": .compact([
                "name": .string(name), "namespace": .string(namespace), "labels": ["app": .string(app)],
                "ownerReferences": owner.map { [$0] },
            ]),
            "spec": [
                "selector": ["matchLabels": ["app": .string(app)]],
                "template": [
                    "metadata": ["labels": ["app": .string(app)]],
                    "spec": ["containers": [["name": "main", "image": "example.org/any:1"]]],
                ],
            ],
        ]
    }
}
