// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A kind of object as the API serves it: group, version, kind, plural name and scope.
package struct ResourceType: Hashable, Sendable {
    /// Empty for the core group.
    package var group: String
    package var version: String
    package var kind: String
    /// Lower-case plural, as in request paths.
    package var plural: String
    package var isNamespaced: Bool

    package init(group: String, version: String, kind: String, plural: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// `v1` or `apps/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `pods` or `deployments.apps`, as RBAC and messages name it.
    package var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The path of the collection: `/api/v1/namespaces/NS/pods`, or of all namespaces when `namespace` is nil.
    package func collectionPath(namespace: String?) -> String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        guard isNamespaced, let namespace else { return "\(root)/\(plural)" }
        return "\(root)/namespaces/\(namespace)/\(plural)"
    }

    /// The path of one object, or of one of its subresources (`status`, `log`).
    package func path(_ key: ObjectKey, subresource: String? = nil) -> String {
        let object = collectionPath(namespace: isNamespaced ? key.namespace : nil) + "/" + key.name
        return subresource.map { "\(object)/\($0)" } ?? object
    }
}

extension ResourceType {
    package static let namespaces = ResourceType(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)
    package static let nodes = ResourceType(
        group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)
    package static let pods = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")
    package static let configMaps = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    package static let secrets = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")
    package static let serviceAccounts = ResourceType(
        group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts")
    package static let coreEvents = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
    package static let events = ResourceType(group: "events.k8s.io", version: "v1", kind: "Event", plural: "events")
    package static let jobs = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")
    package static let deployments = ResourceType(
        group: "apps", version: "v1", kind: "Deployment", plural: "deployments")
    package static let replicaSets = ResourceType(
        group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets")
    package static let leases = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")
    package static let customResourceDefinitions = ResourceType(
        group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions",
        isNamespaced: false)
}
