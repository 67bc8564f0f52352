// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schema
import Testing

@testable import CustomResources

struct CustomResourceDefinitionTests {
    @Test(arguments: CustomResourceDefinition.all.map(\.name))
    func `is what the API server wants`(name: String) throws {
        let definition = try #require(CustomResourceDefinition.all.first { $0.name == name })
        let rendered = definition.rendered
        #expect(rendered.at("metadata", "name")?.stringValue == name)
        #expect(rendered.at("spec", "names", "categories") == ["watchbill"])
        let version = try #require(rendered.at("spec", "versions")?[0])
        #expect((version["subresources"] != nil) == definition.hasStatus)
        for column in version["additionalPrinterColumns"]?.arrayValue ?? [] {
            let path = try #require(column["jsonPath"]?.stringValue)
            #expect(path.hasPrefix(".") && leads(path, into: definition.publishedSchema), "\(path)")
        }
        check(try #require(version.at("schema", "openAPIV3Schema")), at: name)
    }

    /// True when the schema has the field, as far as the path goes before its first bracket.
    private func leads(_ path: String, into schema: Schema) -> Bool {
        let plain = path.prefix { $0 != "[" }.split(separator: ".").map(String.init)
        if plain.first == "metadata" { return true }
        return plain.reduce(Optional(schema)) { $0?[$1] } != nil
    }

    /// Rules of structural schemas: a type everywhere, every pattern in the subset that is checked here too.
    private func check(_ schema: JSONValue, at path: String) {
        let isFree =
            schema["x-kubernetes-int-or-string"] == true || schema["x-kubernetes-preserve-unknown-fields"] == true
        #expect(schema["type"] != nil || isFree, "\(path) has no type")
        if let pattern = schema["pattern"]?.stringValue { #expect(Pattern(pattern) != nil, "\(path): \(pattern)") }
        for (key, property) in schema["properties"]?.objectValue ?? [:] { check(property, at: "\(path).\(key)") }
        if let items = schema["items"] { check(items, at: "\(path)[]") }
        if let values = schema["additionalProperties"] { check(values, at: "\(path){}") }
        if schema["x-kubernetes-list-type"] == "map" {
            let keys = schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []
            let required = schema.at("items", "required")?.arrayValue ?? []
            #expect(
                !keys.isEmpty && keys.allSatisfy(required.contains),
                "\(path): keys of a list of type map must be required")
        }
    }

    /// Kubernetes 1.20 makes null of an object whose members all go: "status.lastError in body must be of type object".
    @Test(arguments: CustomResourceDefinition.all.map(\.name))
    func `an object that the operator alone writes goes as a whole, one that people write member by member`(
        name: String
    ) throws {
        let definition = try #require(CustomResourceDefinition.all.first { $0.name == name })
        let whole = try #require(definition.rendered.at("spec", "versions")?[0]?.at("schema", "openAPIV3Schema"))
        let ours = definition.hasStatus ? whole.at("properties", "status") : whole
        var seen = 0
        for (key, member) in ours?["properties"]?.objectValue ?? [:]
        where member["type"] == "object" && key != "metadata" {
            seen += 1
            #expect(member["x-kubernetes-map-type"] == "atomic", "\(name) \(key)")
        }
        #expect(seen > 0)
        for (key, member) in whole.at("properties", "spec", "properties")?.objectValue ?? [:] {
            #expect(member["x-kubernetes-map-type"] == nil, "\(name) spec.\(key)")
        }
    }

    @Test func `every reason has a sentence of its own`() {
        let qualification = ImageWatch.QualificationReason.allCases.map(\.explanation)
        let sentences =
            ScanPolicy.Reason.allCases.map(\.explanation) + ScanPolicy.HealthReason.allCases.map(\.explanation)
            + ScanPolicy.ComplianceReason.allCases.map(\.explanation) + ScanPolicy.VEXReason.allCases.map(\.explanation)
            + ScanFailureReason.allCases.map(\.explanation) + ImageWatch.HealthReason.allCases.map(\.explanation)
            + ImageWatch.FreshnessReason.allCases.map(\.explanation) + ImageCheckReason.allCases.map(\.explanation)
            + qualification
            + NotifyReason.allCases.map(\.explanation)
            + Channel.Reason.allCases.map(\.explanation) + Channel.HealthReason.allCases.map(\.explanation)
            + DeliveryReason.allCases.map(\.explanation)
        #expect(Set(sentences).count == sentences.count && sentences.allSatisfy { $0.hasSuffix(".") })
    }
}
