// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// What a kept object means for the server itself: a definition brings its kind.
    mutating func afterWrite(_ object: JSONValue, _ served: ServedResource, _ now: Timestamp) {
        guard served.type == .customResourceDefinitions, !object.isBeingDeleted else { return }
        let versions = CustomDefinition.resources(object)
        guard let first = versions.first else { return }
        catalog.replace(first.table, with: versions)
        var accepted = object
        let conditions = ["NamesAccepted", "Established"].map { type -> JSONValue in
            let known = object.at("status", "conditions")?.arrayValue?.first { $0["type"] == .string(type) }
            return known ?? [
                "type": .string(type), "status": "True", "lastTransitionTime": .string(now.rfc3339),
                "reason": type == "NamesAccepted" ? "NoConflicts" : "InitialNamesAccepted",
                "message": type == "NamesAccepted" ? "no conflicts found" : "the initial names have been accepted",
            ]
        }
        accepted["status"] = .compact([
            "conditions": .array(conditions), "acceptedNames": object.at("spec", "names"),
            "storedVersions": [.string(first.storageVersion)],
        ])
        if accepted != object { store.put(accepted, in: served.table, at: ObjectKey(name: object.name)) }
    }

    /// With its definition, a kind and all its objects go.
    mutating func forgetDefinition(_ definition: JSONValue, _ now: Timestamp) {
        guard let first = CustomDefinition.resources(definition).first else { return }
        for (key, _) in store.objects(in: first.table) { store.remove(from: first.table, at: key) }
        catalog.replace(first.table, with: [])
    }
}

/// Reads a CustomResourceDefinition as far as serving it needs.
enum CustomDefinition {
    /// One entry for each served version, the stored one first.
    static func resources(_ definition: JSONValue) -> [ServedResource] {
        let spec = definition["spec"] ?? [:]
        guard let group = spec["group"]?.stringValue, let names = spec["names"], let kind = names["kind"]?.stringValue,
            let plural = names["plural"]?.stringValue
        else { return [] }
        let versions = (spec["versions"]?.arrayValue ?? []).filter { $0["served"] == true }
        let stored = spec["versions"]?.arrayValue?.first { $0["storage"] == true }?["name"]?.stringValue
        let resources = versions.compactMap { version -> ServedResource? in
            guard let name = version["name"]?.stringValue else { return nil }
            var resource = ServedResource(
                ResourceType(
                    group: group, version: name, kind: kind, plural: plural, isNamespaced: spec["scope"] != "Cluster"),
                singular: names["singular"]?.stringValue, status: version.at("subresources", "status") != nil,
                generation: true)
            resource.shortNames = (names["shortNames"]?.arrayValue ?? []).compactMap(\.stringValue)
            resource.categories = (names["categories"]?.arrayValue ?? []).compactMap(\.stringValue)
            resource.isCustom = true
            resource.storageVersion = stored ?? name
            resource.openAPI = version.at("schema", "openAPIV3Schema") ?? [:]
            resource.fields = .custom(resource.openAPI)
            resource.columns = (version["additionalPrinterColumns"]?.arrayValue ?? []).compactMap(CustomColumn.init)
            resource.scale = version.at("subresources", "scale").flatMap(ScalePaths.init)
            if resource.scale != nil { resource.subresources.insert("scale") }
            return resource
        }
        return resources.sorted { $0.type.version == stored && $1.type.version != stored }
    }
}
