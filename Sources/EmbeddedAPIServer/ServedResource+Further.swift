// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

extension ServedResource {
    /// The built-in kinds that a person with kubectl expects beyond those that the operator uses.
    static let further: [ServedResource] = [
        core("Service", "services", ["svc"], status: true),
        core("Endpoints", "endpoints", ["ep"]),
        core("PersistentVolumeClaim", "persistentvolumeclaims", ["pvc"], status: true),
        core("PersistentVolume", "persistentvolumes", ["pv"], isNamespaced: false, status: true),
        core("ResourceQuota", "resourcequotas", ["quota"], status: true),
        core("LimitRange", "limitranges", ["limits"]),
        core("PodTemplate", "podtemplates", []),
        core("ReplicationController", "replicationcontrollers", ["rc"], status: true),
        kind("apps", "StatefulSet", "statefulsets", ["sts"], status: true, generation: true),
        kind("apps", "DaemonSet", "daemonsets", ["ds"], status: true, generation: true),
        kind("apps", "ControllerRevision", "controllerrevisions", []),
        kind("batch", "CronJob", "cronjobs", ["cj"], status: true, generation: true),
        kind("discovery.k8s.io", "EndpointSlice", "endpointslices", []),
        kind("networking.k8s.io", "NetworkPolicy", "networkpolicies", ["netpol"], generation: true),
        kind("networking.k8s.io", "Ingress", "ingresses", ["ing"], status: true, generation: true),
        kind(
            "autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", ["hpa"], version: "v2", status: true),
        kind("policy", "PodDisruptionBudget", "poddisruptionbudgets", ["pdb"], status: true, generation: true),
        kind("rbac.authorization.k8s.io", "Role", "roles", []),
        kind("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", []),
        kind("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", [], isNamespaced: false),
        kind("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", [], isNamespaced: false),
        kind("scheduling.k8s.io", "PriorityClass", "priorityclasses", ["pc"], isNamespaced: false),
        kind("storage.k8s.io", "StorageClass", "storageclasses", ["sc"], isNamespaced: false),
        review("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
        review("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
        review("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews"),
    ]

    private static func core(
        _ kind: String, _ plural: String, _ shortNames: [String], isNamespaced: Bool = true, status: Bool = false
    ) -> ServedResource {
        Self.kind("", kind, plural, shortNames, isNamespaced: isNamespaced, status: status)
    }

    private static func kind(
        _ group: String, _ kind: String, _ plural: String, _ shortNames: [String], version: String = "v1",
        isNamespaced: Bool = true, status: Bool = false, generation: Bool = false
    ) -> ServedResource {
        let type = ResourceType(
            group: group, version: version, kind: kind, plural: plural, isNamespaced: isNamespaced)
        var resource = ServedResource(type, status: status, generation: generation)
        resource.shortNames = shortNames
        return resource
    }

    /// A question that is answered at once and never kept.
    private static func review(_ group: String, _ kind: String, _ plural: String) -> ServedResource {
        var resource = Self.kind(group, kind, plural, [], isNamespaced: false)
        resource.isReview = true
        return resource
    }

    /// Which kinds `kubectl get all` shows.
    private static let all: Set<String> = [
        "pods", "replicationcontrollers", "services", "daemonsets", "deployments", "replicasets", "statefulsets",
        "horizontalpodautoscalers", "cronjobs", "jobs",
    ]

    private static let scalable: Set<String> = ["deployments", "replicasets", "statefulsets", "replicationcontrollers"]

    /// All built-in kinds as kubectl knows them, with Kubernetes' own schemas.
    static var forKubectl: [ServedResource] {
        (builtIn + further).map { resource in
            var resource = resource
            let plural = resource.type.plural
            if all.contains(plural) { resource.categories.append("all") }
            if scalable.contains(plural) { resource.subresources.insert("scale") }
            if plural == "customresourcedefinitions" { resource.categories.append("api-extensions") }
            if plural == "serviceaccounts" { resource.subresources.insert("token") }
            resource.definition = BuiltInSchemas.shared.name(resource.type)
            resource.fields = BuiltInSchemas.shared.fields(resource.type)
            return resource
        }
    }
}
