// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// Everything outside the resources: groups, versions, health.
    func discover(_ request: APIRequest) throws(APIFailure) -> Answer {
        let parts = request.path.split(separator: "/").map(String.init)
        if options.servesKubectl, let aggregated = aggregatedDiscovery(parts, accept: request.accept) {
            return aggregated
        }
        switch parts {
        case ["healthz"], ["readyz"], ["livez"]: return .text(code: 200, Array("ok".utf8))
        case ["version"]: return .object(code: 200, options.version)
        case ["api"]:
            return .object(
                code: 200, ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []])
        case ["apis"]:
            let groups = catalog.groups.filter { !$0.name.isEmpty }.map { group($0.name, $0.versions) }
            return .object(code: 200, ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)])
        case ["api", "v1"]: return try resourceList(group: "", version: "v1")
        default: break
        }
        if options.servesKubectl, parts.first == "openapi" { return try openAPI(Array(parts.dropFirst())) }
        guard parts.first == "apis", (2...3).contains(parts.count) else { throw .noSuchPath }
        if parts.count == 3 { return try resourceList(group: parts[1], version: parts[2]) }
        guard let found = catalog.groups.first(where: { $0.name == parts[1] }) else { throw .noSuchPath }
        var answer = group(found.name, found.versions)
        answer["kind"] = "APIGroup"
        answer["apiVersion"] = "v1"
        return .object(code: 200, answer)
    }

    private func group(_ name: String, _ versions: [String]) -> JSONValue {
        let entries = versions.map { version -> JSONValue in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return .compact(["name": .string(name), "versions": .array(entries), "preferredVersion": entries.first])
    }

    private func resourceList(group: String, version: String) throws(APIFailure) -> Answer {
        guard catalog.serves(group: group, version: version) else { throw .noSuchPath }
        var entries: [JSONValue] = []
        for resource in served(group, version) {
            entries.append(
                .compact([
                    "name": .string(resource.type.plural), "singularName": .string(resource.singular),
                    "namespaced": .bool(resource.type.isNamespaced), "kind": .string(resource.type.kind),
                    "verbs": .strings(resource.verbs),
                    "shortNames": resource.shortNames.isEmpty ? nil : .strings(resource.shortNames),
                    "categories": resource.categories.isEmpty ? nil : .strings(resource.categories),
                ]))
            for subresource in resource.subresourceKinds {
                entries.append(
                    .compact([
                        "name": .string("\(resource.type.plural)/\(subresource.name)"), "singularName": "",
                        "namespaced": .bool(resource.type.isNamespaced), "kind": .string(subresource.type.kind),
                        "group": subresource.isForeign ? .string(subresource.type.group) : nil,
                        "version": subresource.isForeign ? .string(subresource.type.version) : nil,
                        "verbs": .strings(subresource.verbs),
                    ]))
            }
        }
        return .object(
            code: 200,
            [
                "kind": "APIResourceList", "apiVersion": "v1",
                "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(entries),
            ])
    }

    func served(_ group: String, _ version: String) -> [ServedResource] {
        var seen: Set<String> = []
        return catalog.resources.filter {
            $0.type.group == group && $0.type.version == version && seen.insert($0.type.plural).inserted
        }.sorted { $0.type.plural < $1.type.plural }
    }
}

extension ServedResource {
    var verbs: [String] {
        isReview ? ["create"] : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    }

    /// A subresource with the kind that it speaks.
    struct Subresource {
        var name: String
        var type: ResourceType
        var verbs: [String]
        /// True when its kind belongs to another group than the resource.
        var isForeign: Bool
    }

    var subresourceKinds: [Subresource] {
        subresources.sorted().map { name in
            switch name {
            case "scale":
                let scale = ResourceType(group: "autoscaling", version: "v1", kind: "Scale", plural: "scales")
                return Subresource(name: name, type: scale, verbs: ["get", "patch", "update"], isForeign: true)
            case "token":
                let token = ResourceType(
                    group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", plural: "tokenrequests")
                return Subresource(name: name, type: token, verbs: ["create"], isForeign: true)
            case "status":
                return Subresource(name: name, type: type, verbs: ["get", "patch", "update"], isForeign: false)
            case "finalize": return Subresource(name: name, type: type, verbs: ["update"], isForeign: false)
            default: return Subresource(name: name, type: type, verbs: ["get"], isForeign: false)
            }
        }
    }
}
