// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// A kind that the server serves, and how it behaves.
package struct ServedResource: Sendable, Equatable {
    package var type: ResourceType
    package var singular: String
    package var shortNames: [String] = []
    package var categories: [String] = []
    /// `status`, and for Pods `log`.
    package var subresources: Set<String> = []
    /// True when a change of the spec counts up `metadata.generation`.
    package var countsGeneration = false
    /// True for kinds that a CustomResourceDefinition brought.
    package var isCustom = false
    /// The schema of a custom kind, as its definition gives it.
    var openAPI: JSONValue = [:]
    /// The name of a built-in kind's own schema; nil where only `fields` is known.
    var definition: String?
    /// True for a question that is answered at once and never kept.
    var isReview = false
    /// How `kubectl get` shows a custom kind.
    var columns: [CustomColumn] = []
    /// Where a custom kind has its replicas; nil without the subresource.
    var scale: ScalePaths?
    /// What server-side apply knows about the fields.
    var fields: FieldSchema = .deduced
    /// Served for discovery but kept under another version of the same group.
    var storageVersion: String

    var hasStatus: Bool { subresources.contains("status") }
    /// Events of both groups are kept together.
    var table: TableID {
        TableID(group: type == .events ? ResourceType.coreEvents.group : type.group, plural: type.plural)
    }

    package init(_ type: ResourceType, singular: String? = nil, status: Bool = false, generation: Bool = false) {
        self.type = type
        self.singular = singular ?? type.kind.lowercased()
        if status { subresources.insert("status") }
        countsGeneration = generation
        storageVersion = type.version
    }
}

/// Where objects of one kind are kept, whatever the version they are asked for in.
struct TableID: Hashable, Sendable, Comparable {
    var group: String
    var plural: String

    static func < (left: TableID, right: TableID) -> Bool {
        left.group == right.group ? left.plural < right.plural : left.group < right.group
    }
}

extension ServedResource {
    /// The built-in kinds, before any CustomResourceDefinition.
    static var builtIn: [ServedResource] {
        var namespaces = ServedResource(.namespaces, status: true)
        namespaces.shortNames = ["ns"]
        var nodes = ServedResource(.nodes, status: true)
        nodes.shortNames = ["no"]
        var pods = ServedResource(.pods, status: true)
        pods.shortNames = ["po"]
        pods.subresources.insert("log")
        var configMaps = ServedResource(.configMaps)
        configMaps.shortNames = ["cm"]
        var serviceAccounts = ServedResource(.serviceAccounts)
        serviceAccounts.shortNames = ["sa"]
        var coreEvents = ServedResource(.coreEvents)
        coreEvents.shortNames = ["ev"]
        var deployments = ServedResource(.deployments, status: true, generation: true)
        deployments.shortNames = ["deploy"]
        var replicaSets = ServedResource(.replicaSets, status: true, generation: true)
        replicaSets.shortNames = ["rs"]
        var definitions = ServedResource(.customResourceDefinitions, status: true, generation: true)
        definitions.shortNames = ["crd"]
        let all = [
            namespaces, nodes, pods, configMaps, ServedResource(.secrets), serviceAccounts, coreEvents,
            ServedResource(.events), ServedResource(.coreEvents), ServedResource(.jobs, status: true, generation: true),
            deployments, replicaSets,
            ServedResource(.leases), definitions,
        ]
        return all.map { resource in
            var resource = resource
            resource.fields = .builtIn(resource.type)
            return resource
        }
    }
}
