// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// What somebody wants to do, as RBAC sees it.
struct Wish {
    var verb: String
    var group: String
    /// Plural, or `plural/subresource`.
    var resource: String
    var namespace: String
    var name: String
}

/// One rule of a Role or ClusterRole.
struct PolicyRule {
    private let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    func allows(_ wish: Wish) -> Bool {
        func has(_ list: String, _ value: String) -> Bool {
            (json[list]?.arrayValue ?? []).contains { $0 == "*" || $0.stringValue == value }
        }
        let names = json["resourceNames"]?.arrayValue ?? []
        let subresource = wish.resource.split(separator: "/", maxSplits: 1).dropFirst().first.map { "*/\($0)" }
        return has("verbs", wish.verb) && has("apiGroups", wish.group)
            && (has("resources", wish.resource) || subresource.map { has("resources", $0) } == true)
            && (names.isEmpty || names.contains(.string(wish.name)))
    }

    /// As a rules review lists it.
    var reviewed: JSONValue {
        .compact([
            "verbs": json["verbs"] ?? [], "apiGroups": json["apiGroups"], "resources": json["resources"],
            "resourceNames": json["resourceNames"],
        ])
    }
}

/// Rights from Roles and their bindings (k8s.io/kubernetes `plugin/pkg/auth/authorizer/rbac`), for users without a grant list.
extension ServerState {
    func isUnrestricted(_ user: String) -> Bool { unrestrictedUsers.contains(user) }

    func allows(_ user: String, _ wish: Wish) -> Bool {
        isUnrestricted(user) || rules(of: user, in: wish.namespace).contains { $0.allows(wish) }
    }

    /// All rules that hold for `user` in a namespace; an empty one leaves only what holds everywhere.
    func rules(of user: String, in namespace: String) -> [PolicyRule] {
        let group = "rbac.authorization.k8s.io"
        let everywhere = store.objects(in: TableID(group: group, plural: "clusterrolebindings"))
        let here = store.objects(in: TableID(group: group, plural: "rolebindings")).filter {
            !namespace.isEmpty && $0.key.namespace == namespace
        }
        return (everywhere + here).filter { binds($0.value, user) }.flatMap { key, binding -> [PolicyRule] in
            let isCluster = binding.at("roleRef", "kind") == "ClusterRole"
            let table = TableID(group: group, plural: isCluster ? "clusterroles" : "roles")
            let name = binding.at("roleRef", "name")?.stringValue ?? ""
            let role = store[table, ObjectKey(namespace: isCluster ? "" : key.namespace, name: name)]
            if name == "cluster-admin", isCluster, role == nil {
                return [PolicyRule(["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]])]
            }
            return (role?["rules"]?.arrayValue ?? []).map(PolicyRule.init)
        }
    }

    private func binds(_ binding: JSONValue, _ user: String) -> Bool {
        let groups = Self.groups(of: user)
        return (binding["subjects"]?.arrayValue ?? []).contains { subject in
            let name = subject["name"]?.stringValue ?? ""
            switch subject["kind"] {
            case "User": return name == user
            case "Group": return groups.contains(name)
            case "ServiceAccount":
                let namespace = subject["namespace"]?.stringValue ?? binding.namespace
                return user == "system:serviceaccount:\(namespace):\(name)"
            default: return false
            }
        }
    }
}
