// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// The rights that a set of contracts needs, as RBAC rules; the least there is.
package struct AccessRules: Sendable {
    /// One right: verbs on a resource or its subresource.
    package struct Rule: Hashable, Sendable {
        package var group: String
        /// `pods`, `pods/log`.
        package var resource: String
        package var isNamespaced: Bool
        package var verbs: Set<String>
    }

    /// Needed in every watched namespace, or in the whole cluster.
    package private(set) var everywhere: [Rule] = []
    /// Needed in the operator's namespace only.
    package private(set) var operatorNamespace: [Rule] = []

    package init(_ contracts: [Contract]) {
        for contract in contracts {
            for read in contract.reads { add(read.kind.resource, nil, ["get", "list", "watch"], read.scope) }
            for fact in contract.facts {
                for access in fact.apiAccess { add(access.resource, access.subresource, access.verbs, .everywhere) }
            }
            for grant in contract.writes { add(grant.resource, grant.subresource, Self.verbs(of: grant), grant.scope) }
        }
    }

    /// Adds a right that no contract states: the runtime's own.
    package mutating func add(
        _ resource: ResourceType, _ subresource: String? = nil, _ verbs: Set<String>, _ scope: Scope
    ) {
        let rule = Rule(
            group: resource.group, resource: subresource.map { "\(resource.plural)/\($0)" } ?? resource.plural,
            isNamespaced: resource.isNamespaced, verbs: verbs)
        switch scope {
        case .everywhere: Self.add(rule, to: &everywhere)
        case .operatorNamespace: Self.add(rule, to: &operatorNamespace)
        }
    }

    /// Rules as they stand in a Role, sorted, resources with the same group and verbs together.
    package static func json(_ rules: [Rule]) -> JSONValue {
        var merged: [[String]: [String]] = [:]
        for rule in rules { merged[[rule.group] + rule.verbs.sorted(), default: []].append(rule.resource) }
        return .array(
            merged.sorted { ($0.key[0], $0.value.sorted().joined()) < ($1.key[0], $1.value.sorted().joined()) }.map {
                key, resources in
                [
                    "apiGroups": [.string(key[0])], "resources": .strings(resources.sorted()),
                    "verbs": .strings(key.dropFirst()),
                ]
            })
    }

    /// A server-side apply of an object that is not there asks for `create` too.
    private static func verbs(of grant: WriteGrant) -> Set<String> {
        var verbs = Set(grant.verbs.map(\.rawValue))
        if grant.verbs.contains(.patch), grant.subresource == nil { verbs.insert("create") }
        return verbs
    }

    private static func add(_ rule: Rule, to rules: inout [Rule]) {
        if let index = rules.firstIndex(where: { $0.group == rule.group && $0.resource == rule.resource }) {
            rules[index].verbs.formUnion(rule.verbs)
        } else {
            rules.append(rule)
        }
    }
}

/// Something that answering a question reads from the API.
package struct APIAccess: Hashable, Sendable {
    package var resource: ResourceType
    package var subresource: String?
    package var verbs: Set<String>

    package init(_ resource: ResourceType, subresource: String? = nil, verbs: Set<String> = ["get"]) {
        self.resource = resource
        self.subresource = subresource
        self.verbs = verbs
    }
}
