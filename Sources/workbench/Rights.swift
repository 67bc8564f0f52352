// SPDX-License-Identifier: Apache-2.0
import Essentials
import Planning

/// The objects that give the operator its rights: an account, a role for everywhere, a role for its own namespace.
struct Rights {
    var rules: AccessRules
    var namespace: String

    private static let name = "watchbill"
    private static let api: JSONValue = "rbac.authorization.k8s.io/v1"

    var objects: [JSONValue] {
        [
            ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(isNamespaced: true)],
            [
                "apiVersion": Self.api, "kind": "ClusterRole", "metadata": metadata(isNamespaced: false),
                "rules": AccessRules.json(rules.everywhere),
            ],
            binding("ClusterRole"),
            [
                "apiVersion": Self.api, "kind": "Role", "metadata": metadata(isNamespaced: true),
                "rules": AccessRules.json(rules.operatorNamespace),
            ],
            binding("Role"),
        ]
    }

    private func metadata(isNamespaced: Bool) -> JSONValue {
        .compact([
            "name": .string(Self.name), "namespace": isNamespaced ? .string(namespace) : nil,
            "labels": [
                "app.kubernetes.io/name": "watchbill", "app.kubernetes.io/part-of": "watchbill",
                "watchbill.dev/operator": "true",
            ],
        ])
    }

    private func binding(_ role: String) -> JSONValue {
        [
            "apiVersion": Self.api, "kind": .string(role + "Binding"),
            "metadata": metadata(isNamespaced: role == "Role"),
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": .string(role), "name": .string(Self.name)],
            "subjects": [["kind": "ServiceAccount", "name": .string(Self.name), "namespace": .string(namespace)]],
        ]
    }
}
