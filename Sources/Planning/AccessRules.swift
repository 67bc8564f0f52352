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
        /// The only objects that it is about; empty for all.
        package var names: Set<String> = []
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
        _ resource: ResourceType, _ subresource: String? = nil, _ verbs: Set<String>, _ scope: Scope,
        names: Set<String> = []
    ) {
        let rule = Rule(
            group: resource.group, resource: subresource.map { "\(resource.plural)/\($0)" } ?? resource.plural,
            isNamespaced: resource.isNamespaced, verbs: verbs, names: names)
        switch scope {
        case .everywhere: Self.add(rule, to: &everywhere)
        case .operatorNamespace: Self.add(rule, to: &operatorNamespace)
        }
    }

    /// Adds what answering for an explanation takes: new ConfigMaps anywhere, but changes to those of its name alone.
    package mutating func addExplanations() {
        add(.configMaps, nil, ["create"], .everywhere)
        add(.configMaps, nil, ["delete", "get", "patch"], .everywhere, names: [Explanation.name])
    }

    /// Rules as they stand in a Role, sorted, resources with the same group and verbs together.
    package static func json(_ rules: [Rule]) -> JSONValue {
        var merged: [[[String]]: [String]] = [:]
        for rule in rules {
            merged[[[rule.group], rule.verbs.sorted(), rule.names.sorted()], default: []].append(rule.resource)
        }
        func order(_ entry: (key: [[String]], value: [String])) -> [String] {
            [entry.key[0][0], entry.value.sorted().joined()] + entry.key[2]
        }
        return .array(
            merged.sorted { order($0).lexicographicallyPrecedes(order($1)) }.map { key, resources in
                .compact([
                    "apiGroups": .strings(key[0]), "resources": .strings(resources.sorted()),
                    "resourceNames": key[2].isEmpty ? nil : .strings(key[2]), "verbs": .strings(key[1]),
                ])
            })
    }

    /// A server-side apply of an object that is not there asks for `create` too.
    private static func verbs(of grant: WriteGrant) -> Set<String> {
        var verbs = Set(grant.verbs.map(\.rawValue))
        if grant.verbs.contains(.patch), grant.subresource == nil { verbs.insert("create") }
        return verbs
    }

    private static func add(_ rule: Rule, to rules: inout [Rule]) {
        if let index = rules.firstIndex(where: {
            $0.group == rule.group && $0.resource == rule.resource && $0.names == rule.names
        }) {
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
