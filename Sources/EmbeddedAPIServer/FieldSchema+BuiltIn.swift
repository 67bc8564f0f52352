// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// The lists and maps of the built-in kinds that are not owned the default way
/// (`+listType`, `+listMapKey` and `+mapType` in k8s.io/api).
extension FieldSchema {
    private static func keyed(_ keys: String..., item: FieldSchema = .deduced) -> FieldSchema {
        .listMap(keys: keys, defaults: [:], item: item)
    }

    static let metadata: FieldSchema = .structure(
        [
            "labels": .map(.scalar), "annotations": .map(.scalar), "finalizers": .set,
            "ownerReferences": keyed("uid", item: .atomic),
        ], other: .deduced)

    private static let conditions = keyed("type", item: .structure(["type": .scalar], other: .deduced))

    private static let labelSelector: FieldSchema = .atomic

    private static let container: FieldSchema = .structure(
        [
            "name": .scalar, "image": .scalar, "resources": resources, "securityContext": .deduced,
            "ports": .listMap(
                keys: ["containerPort", "protocol"], defaults: ["protocol": "TCP"],
                item: .structure(["containerPort": .scalar], other: .deduced)),
            "env": keyed(
                "name",
                item: .structure(
                    [
                        "name": .scalar, "value": .scalar,
                        "valueFrom": .structure(
                            [
                                "fieldRef": .atomic, "resourceFieldRef": .atomic, "secretKeyRef": .atomic,
                                "configMapKeyRef": .atomic,
                            ], other: .deduced),
                    ], other: .deduced)),
            "volumeMounts": keyed("mountPath", item: .structure(["mountPath": .scalar], other: .deduced)),
            "volumeDevices": keyed("devicePath"), "envFrom": .atomic, "command": .atomic, "args": .atomic,
        ], other: .deduced)

    private static let resources: FieldSchema = .structure(
        ["limits": .map(.scalar), "requests": .map(.scalar), "claims": keyed("name")], other: .deduced)

    private static let podSpec: FieldSchema = .structure(
        [
            "containers": keyed("name", item: container), "initContainers": keyed("name", item: container),
            "ephemeralContainers": keyed("name", item: container),
            "volumes": keyed(
                "name",
                item: .structure(
                    [
                        "name": .scalar,
                        "configMap": .structure(["items": .atomic], other: .deduced),
                        "secret": .structure(["items": .atomic], other: .deduced),
                        "projected": .structure(["sources": .atomic], other: .deduced),
                    ], other: .deduced)),
            "imagePullSecrets": keyed("name", item: .atomic), "hostAliases": keyed("ip"),
            "topologySpreadConstraints": keyed("topologyKey", "whenUnsatisfiable"), "tolerations": .atomic,
            "nodeSelector": .atomic, "securityContext": .deduced,
        ], other: .deduced)

    private static let template: FieldSchema = .structure(["metadata": metadata, "spec": podSpec], other: .deduced)

    private static func object(spec: FieldSchema, status: FieldSchema = .deduced) -> FieldSchema {
        .structure(["metadata": metadata, "spec": spec, "status": status], other: .deduced)
    }

    private static let statusWithConditions: FieldSchema = .structure(["conditions": conditions], other: .deduced)

    /// The schema of a built-in kind.
    static func builtIn(_ type: ResourceType) -> FieldSchema {
        switch type {
        case .pods:
            let status: FieldSchema = .structure(
                ["conditions": conditions, "podIPs": keyed("ip")], other: .deduced)
            return object(spec: podSpec, status: status)
        case .jobs:
            let status: FieldSchema = .structure(["conditions": .atomic], other: .deduced)
            return object(
                spec: .structure(["template": template, "selector": labelSelector], other: .deduced), status: status)
        case .deployments, .replicaSets:
            return object(
                spec: .structure(["template": template, "selector": labelSelector], other: .deduced),
                status: statusWithConditions)
        case .configMaps, .secrets:
            let members: [String: FieldSchema] = [
                "metadata": metadata, "data": .map(.scalar), "binaryData": .map(.scalar), "stringData": .map(.scalar),
            ]
            return .structure(members, other: .deduced)
        case .serviceAccounts:
            let members: [String: FieldSchema] = [
                "metadata": metadata, "secrets": keyed("name"), "imagePullSecrets": .atomic,
            ]
            return .structure(members, other: .deduced)
        case .nodes:
            let status: FieldSchema = .structure(
                ["conditions": conditions, "addresses": keyed("type")], other: .deduced)
            return object(spec: .structure(["taints": .atomic, "podCIDRs": .set], other: .deduced), status: status)
        default: return object(spec: .deduced, status: statusWithConditions)
        }
    }
}
