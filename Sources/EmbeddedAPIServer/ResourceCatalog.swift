// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

/// All kinds that are served now.
struct ResourceCatalog: Sendable {
    private(set) var resources: [ServedResource]

    init(forKubectl: Bool = false) {
        resources = forKubectl ? ServedResource.forKubectl : ServedResource.builtIn
    }

    func resource(group: String, version: String, plural: String) -> ServedResource? {
        resources.first { $0.type.group == group && $0.type.version == version && $0.type.plural == plural }
    }

    func resource(_ type: ResourceType) -> ServedResource? { resources.first { $0.type == type } }

    /// The kind that an owner reference or a manifest means.
    func resource(apiVersion: String, kind: String) -> ServedResource? {
        resources.first { $0.type.apiVersion == apiVersion && $0.type.kind == kind }
    }

    func resource(in table: TableID) -> ServedResource? { resources.first { $0.table == table } }

    func serves(group: String, version: String) -> Bool {
        resources.contains { $0.type.group == group && $0.type.version == version }
    }

    /// Puts the versions of one kind in place of those it had before.
    mutating func replace(_ table: TableID, with versions: [ServedResource]) {
        resources.removeAll { $0.table == table && $0.isCustom }
        resources += versions
    }

    /// Groups in order of their first appearance, each with its versions.
    var groups: [(name: String, versions: [String])] {
        var order: [String] = []
        var versions: [String: [String]] = [:]
        for type in resources.map(\.type) {
            if versions[type.group] == nil { order.append(type.group) }
            if versions[type.group]?.contains(type.version) != true {
                versions[type.group, default: []].append(type.version)
            }
        }
        return order.map { ($0, versions[$0] ?? []) }
    }
}
