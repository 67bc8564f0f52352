// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

/// Everything a CustomResourceDefinition says of one of our kinds; the files in `crds/` are rendered from it.
package struct CustomResourceDefinition: Sendable {
    package var resource: ResourceType
    package var shortName: String
    /// The whole object without `apiVersion`, `kind` and `metadata`.
    package var schema: Schema
    package var columns: [PrinterColumn]
    /// The status is written through a subresource of its own.
    package var hasStatus: Bool

    /// The API group of all our kinds.
    package static let group = "watchbill.dev"
    /// `kubectl get watchbill` lists all of them.
    package static let category = "watchbill"

    /// Every kind there is.
    package static var all: [CustomResourceDefinition] {
        [ScanPolicy.definition, ScanReport.definition, ImageWatch.definition, Channel.definition]
    }

    /// `scanpolicies.watchbill.dev`
    package var name: String { resource.qualifiedPlural }

    /// The schema as it is published, with the members that every object has. What only the operator writes is applied in wholes.
    package var publishedSchema: Schema {
        let schema = schema["spec"] == nil ? schema.withWholeMembers : schema
        guard case .object(var rules) = schema.shape else { return schema }
        rules.properties["status"] = rules.properties["status"]?.withWholeMembers
        rules.properties["apiVersion"] = .string("Version of the schema of this object.")
        rules.properties["kind"] = .string("The REST resource that this object represents.")
        rules.properties["metadata"] = .object("", [:])
        return Schema(.object(rules), schema.description)
    }

    /// The object to apply to any Kubernetes.
    package var rendered: JSONValue { rendered(withExpressions: false) }

    /// - Parameter withExpressions: with CEL rules, which only Kubernetes 1.25 and newer take.
    package func rendered(withExpressions: Bool) -> JSONValue {
        var version: [String: JSONValue] = [
            "name": .string(resource.version), "served": true, "storage": true,
            "schema": ["openAPIV3Schema": publishedSchema.rendered(withExpressions: withExpressions)],
            "additionalPrinterColumns": .array(columns.map(\.rendered)),
        ]
        if hasStatus { version["subresources"] = ["status": [:]] }
        return [
            "apiVersion": .string(ResourceType.customResourceDefinitions.apiVersion),
            "kind": .string(ResourceType.customResourceDefinitions.kind),
            "metadata": ["name": .string(name), "labels": ["app.kubernetes.io/part-of": "watchbill"]],
            "spec": [
                "group": .string(resource.group), "scope": resource.isNamespaced ? "Namespaced" : "Cluster",
                "names": [
                    "kind": .string(resource.kind), "listKind": .string(resource.kind + "List"),
                    "plural": .string(resource.plural), "singular": .string(resource.kind.lowercased()),
                    "shortNames": [.string(shortName)], "categories": [.string(Self.category)],
                ],
                "versions": [.object(version)],
            ],
        ]
    }
}

/// A column of `kubectl get`.
package struct PrinterColumn: Hashable, Sendable {
    package var name: String
    package var type: Kind
    /// In the JSONPath subset of the API server, relative to the object.
    package var path: String
    /// Shown only with `-o wide`.
    package var isWide: Bool

    package enum Kind: String, Sendable { case string, integer, date }

    package init(_ name: String, _ type: Kind = .string, _ path: String, isWide: Bool = false) {
        self.name = name
        self.type = type
        self.path = path
        self.isWide = isWide
    }

    /// The status of a condition.
    package static func condition(_ type: String) -> PrinterColumn {
        PrinterColumn(type, .string, ".status.conditions[?(@.type==\"\(type)\")].status")
    }

    package static let age = PrinterColumn("Age", .date, ".metadata.creationTimestamp")

    var rendered: JSONValue {
        .compact([
            "name": .string(name), "type": .string(type.rawValue), "jsonPath": .string(path),
            "priority": isWide ? 1 : nil,
        ])
    }
}
