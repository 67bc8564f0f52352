// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// `/api` and `/apis` with all their resources at once, where the client takes that (KEP-3352).
    func aggregatedDiscovery(_ parts: [String], accept: String) -> Answer? {
        guard parts == ["api"] || parts == ["apis"] else { return nil }
        let isWanted = accept.split(separator: ",").contains { wish in
            Set(wish.split(separator: ";").map { $0.filter { $0 != " " } }).isSuperset(of: [
                "application/json", "g=apidiscovery.k8s.io", "v=v2", "as=APIGroupDiscoveryList",
            ])
        }
        guard isWanted else { return nil }
        let groups = catalog.groups.filter { $0.name.isEmpty == (parts == ["api"]) }
        let items = groups.map { group -> JSONValue in
            let versions = group.versions.map { version -> JSONValue in
                [
                    "version": .string(version), "freshness": "Current",
                    "resources": .array(served(group.name, version).map(discovered)),
                ]
            }
            return [
                "metadata": group.name.isEmpty ? ["creationTimestamp": .null] : ["name": .string(group.name)],
                "versions": .array(versions),
            ]
        }
        return .typed(
            mediaType: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            [
                "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
                "items": .array(items),
            ])
    }

    private func discovered(_ resource: ServedResource) -> JSONValue {
        let subresources = resource.subresourceKinds.map { subresource -> JSONValue in
            [
                "subresource": .string(subresource.name), "responseKind": Self.kind(subresource.type),
                "verbs": .strings(subresource.verbs),
            ]
        }
        return .compact([
            "resource": .string(resource.type.plural), "responseKind": Self.kind(resource.type),
            "scope": resource.type.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(resource.singular), "verbs": .strings(resource.verbs),
            "shortNames": resource.shortNames.isEmpty ? nil : .strings(resource.shortNames),
            "categories": resource.categories.isEmpty ? nil : .strings(resource.categories),
            "subresources": subresources.isEmpty ? nil : .array(subresources),
        ])
    }

    private static func kind(_ type: ResourceType) -> JSONValue {
        ["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)]
    }
}
