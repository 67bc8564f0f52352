// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension ServerState {
    /// `/openapi/v3`: a document for each group and version, with what kubectl reads of it: schemas, kinds, and that writes
    /// know `fieldValidation` (without it `apply` would ask for the protobuf form of version 2, which is not served).
    func openAPI(_ parts: [String]) throws(APIFailure) -> Answer {
        guard parts.first == "v3" else { throw .notAcceptable }
        if parts.count == 1 {
            var paths: [String: JSONValue] = [:]
            for group in catalog.groups {
                for version in group.versions {
                    let path = group.name.isEmpty ? "api/\(version)" : "apis/\(group.name)/\(version)"
                    paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)")]
                }
            }
            return .object(code: 200, ["paths": .object(paths)])
        }
        let isCore = parts.count == 3 && parts[1] == "api"
        guard isCore || (parts.count == 4 && parts[1] == "apis") else { throw .noSuchPath }
        let group = isCore ? "" : parts[2]
        guard let version = parts.last, catalog.serves(group: group, version: version) else { throw .noSuchPath }
        return .object(code: 200, OpenAPIDocument(catalog, group: group, version: version).json)
    }
}

extension APIFailure {
    static let notAcceptable = APIFailure(
        406, "NotAcceptable", "only the following media types are accepted: application/json", details: [:])
}

/// The OpenAPI 3 document of one group and version.
struct OpenAPIDocument {
    private let resources: [ServedResource]
    private let schemas = BuiltInSchemas.shared

    init(_ catalog: ResourceCatalog, group: String, version: String) {
        resources = catalog.resources.filter { $0.type.group == group && $0.type.version == version }
    }

    var json: JSONValue {
        var paths: [String: JSONValue] = [:]
        var named: [String: JSONValue] = [:]
        for resource in resources {
            for (path, operations) in self.paths(of: resource) { paths[path] = operations }
            addSchemas(of: resource, to: &named)
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.30.0"], "paths": .object(paths),
            "components": ["schemas": .object(named)],
        ]
    }

    // MARK: Paths

    private func paths(of resource: ServedResource) -> [(String, JSONValue)] {
        let type = resource.type
        let root = type.collectionPath(namespace: type.isNamespaced ? "{namespace}" : nil)
        let write = ["dryRun", "fieldManager", "fieldValidation", "pretty"]
        let collection: JSONValue =
            resource.isReview
            ? ["post": operation(type, "post", write)]
            : [
                "get": operation(type, "list", ["limit", "labelSelector", "fieldSelector", "watch"]),
                "post": operation(type, "post", write),
                "delete": operation(type, "deletecollection", ["dryRun", "labelSelector", "propagationPolicy"]),
            ]
        var result = [(root, collection)]
        guard !resource.isReview else { return result }
        let object: JSONValue = [
            "get": operation(type, "get", ["pretty"]), "put": operation(type, "put", write),
            "patch": operation(type, "patch", write + ["force"]),
            "delete": operation(type, "delete", ["dryRun", "gracePeriodSeconds", "propagationPolicy"]),
        ]
        result.append((root + "/{name}", object))
        if resource.hasStatus {
            result.append(
                (
                    root + "/{name}/status",
                    [
                        "get": operation(type, "get", ["pretty"]), "put": operation(type, "put", write),
                        "patch": operation(type, "patch", write + ["force"]),
                    ]
                ))
        }
        return result
    }

    private func operation(_ type: ResourceType, _ action: String, _ parameters: [String]) -> JSONValue {
        [
            "operationId": .string("\(action)\(type.kind)"), "x-kubernetes-action": .string(action),
            "x-kubernetes-group-version-kind": Self.kind(type),
            "parameters": .array(
                parameters.map {
                    ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
                }),
            "responses": ["200": ["description": "OK"]],
        ]
    }

    private static func kind(_ type: ResourceType) -> JSONValue {
        ["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)]
    }

    // MARK: Schemas

    private func addSchemas(of resource: ServedResource, to named: inout [String: JSONValue]) {
        let metadata = "io.k8s.apimachinery.pkg.apis.meta.v1."
        var wanted = [metadata + "ObjectMeta", metadata + "ListMeta", metadata + "DeleteOptions", metadata + "Status"]
        if let definition = resource.definition {
            wanted.append(definition)
        } else if resource.isCustom {
            named[Self.name(resource.type)] = custom(resource)
        }
        while let name = wanted.popLast() {
            guard named[name] == nil, let schema = schemas.definitions[name] else { continue }
            named[name] = Self.wrapped(schema)
            Self.collectReferences(schema, into: &wanted)
        }
    }

    /// `dev.watchbill.v1alpha1.ScanPolicy`, as the real server names it.
    private static func name(_ type: ResourceType) -> String {
        (type.group.split(separator: ".").reversed().map(String.init) + [type.version, type.kind]).joined(
            separator: ".")
    }

    private func custom(_ resource: ServedResource) -> JSONValue {
        var schema = resource.openAPI
        var properties = schema["properties"] ?? [:]
        let object = schemas.definitions["io.k8s.api.core.v1.ConfigMap"]
        for member in ["apiVersion", "kind"] {
            properties[member] = object?.at("properties", member) ?? ["type": "string"]
        }
        properties["metadata"] = [
            "description":
                "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
            "allOf": [["$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]],
        ]
        schema["properties"] = properties
        schema["x-kubernetes-group-version-kind"] = [Self.kind(resource.type)]
        return schema
    }

    /// A reference with a description beside it is a composition in OpenAPI 3.
    private static func wrapped(_ schema: JSONValue) -> JSONValue {
        switch schema {
        case .object(var members):
            if let reference = members["$ref"], reference.stringValue != nil, members.count > 1 {
                members["$ref"] = nil
                members["allOf"] = [["$ref": reference]]
                return .object(members)
            }
            // The numbers of protobuf are this server's own business.
            members["x-protobuf"] = nil
            return .object(members.mapValues(wrapped))
        case .array(let items): return .array(items.map(wrapped))
        default: return schema
        }
    }

    private static func collectReferences(_ schema: JSONValue, into names: inout [String]) {
        switch schema {
        case .object(let members):
            if let name = members["$ref"]?.stringValue?.split(separator: "/").last { names.append(String(name)) }
            for member in members.values { collectReferences(member, into: &names) }
        case .array(let items): for item in items { collectReferences(item, into: &names) }
        default: break
        }
    }
}
