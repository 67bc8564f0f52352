// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Schema

/// The page of a kind in the documentation: every field with its type, bounds and meaning, and every reason.
enum ReferencePage {
    static let folder = "Sources/Watchbill/Documentation.docc/Reference"

    static func render(_ definition: CustomResourceDefinition) -> String {
        var text = "# \(definition.resource.kind)\n\n\(definition.schema.description)\n\n"
        text += "`\(definition.resource.apiVersion)`, `kubectl get \(definition.shortName)`.\n\n## Fields\n\n"
        text += table(definition.schema)
        for (title, reasons) in reasons(of: definition.resource.kind) {
            text += "\n## Reasons of \(title)\n\n| reason | meaning |\n|---|---|\n"
            for (reason, explanation) in reasons { text += "| `\(reason)` | \(explanation) |\n" }
        }
        return text
    }

    static var configuration: String {
        "# Configuration of the operator\n\n\(OperatorConfiguration.schema.description) The chart refuses unknown fields; the operator "
            + "ignores them with a warning, because the chart may be newer than its image.\n\n"
            + "## Fields\n\n" + table(OperatorConfiguration.schema)
    }

    private static func reasons(of kind: String) -> [(String, [(String, String)])] {
        if kind == ImageWatch.resource.kind {
            return [
                ("Ready", explain(ImageWatch.Reason.self)), ("ChecksHealthy", explain(ImageWatch.HealthReason.self)),
                ("UpToDate", explain(ImageWatch.FreshnessReason.self)),
                ("Qualified", explain(ImageWatch.QualificationReason.self)),
                ("ChannelsFound", explain(NotifyReason.self)),
                ("images[].lastError", explain(ImageCheckReason.self)),
            ]
        }
        if kind == Channel.resource.kind {
            return [
                ("Ready", explain(Channel.Reason.self)), ("DeliveriesHealthy", explain(Channel.HealthReason.self)),
                ("lastError", explain(DeliveryReason.self)),
            ]
        }
        guard kind == ScanPolicy.resource.kind else { return [] }
        return [
            ("Ready", explain(ScanPolicy.Reason.self)), ("ScansHealthy", explain(ScanPolicy.HealthReason.self)),
            ("Compliant", explain(ScanPolicy.ComplianceReason.self)), ("VEXRead", explain(ScanPolicy.VEXReason.self)),
            ("ChannelsFound", explain(NotifyReason.self)),
            ("failures", explain(ScanFailureReason.self)),
        ]
    }

    private static func explain<Reason: ConditionReason>(_ type: Reason.Type) -> [(String, String)] {
        type.allCases.map { ($0.rawValue, $0.explanation) }
    }

    static func table(_ schema: Schema) -> String {
        "| field | type | meaning |\n|---|---|---|\n" + rows(schema, path: "").joined()
    }

    private static func rows(_ schema: Schema, path: String) -> [String] {
        switch schema.shape {
        case .object(let rules):
            rules.properties.sorted { $0.key < $1.key }.flatMap { name, property in
                let inner = path.isEmpty ? name : "\(path).\(name)"
                return [row(property, inner, isRequired: rules.required.contains(name))] + rows(property, path: inner)
            }
        case .array(let rules): rows(rules.items, path: path + "[]")
        case .map(let values, _): rows(values, path: path + "{}")
        case .string, .integer, .boolean, .integerOrString, .anything: []
        }
    }

    private static func row(_ schema: Schema, _ path: String, isRequired: Bool) -> String {
        let meaning = [isRequired ? "Required." : "", schema.description].filter { !$0.isEmpty }.joined(separator: " ")
        return "| `\(path)` | \(type(of: schema)) | \(meaning.replacing("|", with: "\\|")) |\n"
    }

    static func type(of schema: Schema) -> String {
        switch schema.shape {
        case .object: "object"
        case .map(let values, _): "map of \(type(of: values))"
        case .array(let rules):
            "list of \(type(of: rules.items))" + (rules.maximumCount.map { ", at most \($0)" } ?? "")
        case .string(let rules):
            rules.allowed.isEmpty
                ? (rules.format == .dateTime ? "time" : "string")
                    + (rules.maximumLength.map { " of at most \($0) characters" } ?? "")
                : rules.allowed.map { "`\($0)`" }.joined(separator: ", ")
        case .integer(let minimum, let maximum):
            switch (minimum, maximum) {
            case (let low?, let high?): "integer, \(low) to \(high)"
            case (let low?, nil): "integer, \(low) or more"
            case (nil, let high?): "integer, at most \(high)"
            case (nil, nil): "integer"
            }
        case .boolean: "boolean"
        case .integerOrString: "quantity"
        case .anything: "anything"
        }
    }
}
