// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// The columns of built-in kinds (k8s.io/kubernetes `pkg/printers/internalversion/printers.go`).
enum BuiltInColumns {
    typealias Column = Table.Column

    static func columns(of type: ResourceType) -> [Column] {
        switch (type.group, type.plural) {
        case ("", "pods"): PodColumns.columns
        case ("", "namespaces"): [Table.name, text("Status", "status", "phase"), Table.age]
        case ("", "nodes"): nodes
        case ("", "configmaps"):
            [Table.name, number("Data") { $0.memberCount("data") + $0.memberCount("binaryData") }, Table.age]
        case ("", "secrets"): [Table.name, text("Type", "type"), number("Data") { $0.memberCount("data") }, Table.age]
        case ("", "serviceaccounts"):
            [Table.name, number("Secrets") { Int64($0["secrets"]?.arrayValue?.count ?? 0) }, Table.age]
        case ("", "events"), ("events.k8s.io", "events"): events
        case ("", "services"): services
        case ("", "endpoints"): [Table.name, column("Endpoints") { endpoints($0) }, Table.age]
        case ("apps", "deployments"): deployments
        case ("apps", "replicasets"), ("", "replicationcontrollers"): replicaSets
        case ("apps", "statefulsets"):
            [Table.name, column("Ready") { ready($0) }, Table.age] + containers
        case ("apps", "daemonsets"): daemonSets
        case ("batch", "jobs"): jobs
        case ("batch", "cronjobs"): cronJobs
        case ("coordination.k8s.io", "leases"): [Table.name, text("Holder", "spec", "holderIdentity"), Table.age]
        case ("apiextensions.k8s.io", _), ("rbac.authorization.k8s.io", "roles"),
            ("rbac.authorization.k8s.io", "clusterroles"):
            [
                Table.name,
                column("Created At") { .string($0.metadata["creationTimestamp"]?.stringValue ?? "<unknown>") },
            ]
        case ("rbac.authorization.k8s.io", _): [Table.name, column("Role") { role($0) }, Table.age]
        case ("networking.k8s.io", "networkpolicies"):
            [Table.name, column("Pod-Selector") { podSelector($0) }, Table.age]
        case ("scheduling.k8s.io", _):
            [
                Table.name, number("Value") { $0["value"]?.integerValue ?? 0 },
                column("Global-Default") { $0["globalDefault"] ?? false }, Table.age,
            ]
        default: [Table.name, Table.age]
        }
    }

    // MARK: Building blocks

    static func column(
        _ name: String, type: String = "string", wide: Bool = false,
        _ cell: @escaping @Sendable (JSONValue) -> JSONValue
    ) -> Column {
        Column(name: name, type: type, priority: wide ? 1 : 0) { object, _ in cell(object) }
    }

    /// The text under a path, `<none>` without one.
    static func text(_ name: String, wide: Bool = false, _ path: String...) -> Column {
        column(name, wide: wide) { object in
            let value = object.at(path: path.map { $0[...] })?.stringValue ?? ""
            return .string(value.isEmpty ? "" : value)
        }
    }

    static func number(_ name: String, wide: Bool = false, _ value: @escaping @Sendable (JSONValue) -> Int64) -> Column
    {
        column(name, type: "integer", wide: wide) { .integer(value($0)) }
    }

    static func integer(_ name: String, _ path: String...) -> Column {
        number(name) { $0.at(path: path.map { $0[...] })?.integerValue ?? 0 }
    }

    /// `app=web`, or `<none>`.
    static func labels(_ labels: JSONValue?) -> JSONValue {
        let pairs = (labels?.objectValue ?? [:]).sorted { $0.key < $1.key }.map {
            "\($0.key)=\($0.value.stringValue ?? "")"
        }
        return .string(pairs.isEmpty ? "<none>" : pairs.joined(separator: ","))
    }

    /// A label selector as text (k8s.io/apimachinery `FormatLabelSelector`).
    static func selector(_ selector: JSONValue?) -> JSONValue {
        guard let selector else { return "<none>" }
        var terms = (selector["matchLabels"]?.objectValue ?? [:]).sorted { $0.key < $1.key }.map {
            "\($0.key)=\($0.value.stringValue ?? "")"
        }
        for expression in selector["matchExpressions"]?.arrayValue ?? [] {
            let key = expression["key"]?.stringValue ?? ""
            let values = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue).sorted().joined(
                separator: ",")
            switch expression["operator"] {
            case "In": terms.append("\(key) in (\(values))")
            case "NotIn": terms.append("\(key) notin (\(values))")
            case "Exists": terms.append(key)
            default: terms.append("!\(key)")
            }
        }
        return .string(terms.isEmpty ? "<none>" : terms.joined(separator: ","))
    }

    /// Names and images of a template's containers, for the wide form.
    static let containers: [Column] = [
        column("Containers", wide: true) { templateList($0, "name") },
        column("Images", wide: true) { templateList($0, "image") },
    ]

    private static func templateList(_ object: JSONValue, _ member: String) -> JSONValue {
        let template = object.at("spec", "template") ?? object.at("spec", "jobTemplate", "spec", "template")
        let list = (template?.at("spec", "containers")?.arrayValue ?? []).compactMap { $0[member]?.stringValue }
        return .string(list.joined(separator: ","))
    }

    private static func ready(_ object: JSONValue) -> JSONValue {
        let ready = object.at("status", "readyReplicas")?.integerValue ?? 0
        return .string("\(ready)/\(object.at("spec", "replicas")?.integerValue ?? 1)")
    }

    private static func role(_ binding: JSONValue) -> JSONValue {
        .string(
            "\(binding.at("roleRef", "kind")?.stringValue ?? "")/\(binding.at("roleRef", "name")?.stringValue ?? "")")
    }

    private static func podSelector(_ policy: JSONValue) -> JSONValue { selector(policy.at("spec", "podSelector")) }

    private static func endpoints(_ object: JSONValue) -> JSONValue {
        let all = (object["subsets"]?.arrayValue ?? []).flatMap { subset in
            (subset["addresses"]?.arrayValue ?? []).flatMap { address in
                (subset["ports"]?.arrayValue ?? []).map { port in
                    "\(address["ip"]?.stringValue ?? ""):\(port["port"]?.integerValue ?? 0)"
                }
            }
        }
        return .string(all.isEmpty ? "<none>" : all.prefix(3).joined(separator: ","))
    }
}

extension JSONValue {
    /// How many members the object under `name` has.
    func memberCount(_ name: String) -> Int64 { Int64(self[name]?.objectValue?.count ?? 0) }
}
