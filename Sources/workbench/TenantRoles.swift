// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// Roles for tenants, aggregated to Kubernetes' own: who may view a namespace sees our objects in it, who may edit it edits
/// policies. What is found is written by the operator only, because a report is believed in other namespaces too.
enum TenantRoles {
    static var view: JSONValue {
        rule(CustomResourceDefinition.all.map(\.resource.plural).sorted(), ["get", "list", "watch"])
    }

    static var edit: JSONValue {
        rule(
            [Channel.resource.plural, ImageWatch.resource.plural, ScanPolicy.resource.plural],
            ["create", "delete", "deletecollection", "patch", "update"])
    }

    static var objects: [JSONValue] {
        [
            role("watchbill-view", view, into: ["view", "edit", "admin"]),
            role("watchbill-edit", edit, into: ["edit", "admin"]),
            role("watchbill-admin", edit, into: ["admin"]),
        ]
    }

    private static func rule(_ resources: [String], _ verbs: [String]) -> JSONValue {
        [
            "apiGroups": [.string(CustomResourceDefinition.group)], "resources": .strings(resources),
            "verbs": .strings(verbs),
        ]
    }

    private static func role(_ name: String, _ rule: JSONValue, into roles: [String]) -> JSONValue {
        var labels = ["app.kubernetes.io/name": "watchbill", "app.kubernetes.io/part-of": "watchbill"]
        for role in roles { labels["rbac.authorization.k8s.io/aggregate-to-\(role)"] = "true" }
        return [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": ["name": .string(name), "labels": .stringMap(labels)], "rules": [rule],
        ]
    }
}
