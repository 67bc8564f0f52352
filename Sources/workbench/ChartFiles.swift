// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning
import YAML

/// What of the Helm chart follows from Swift values: definitions, rules of roles, the schema of values and their page.
enum ChartFiles {
    static let folder = "helm/watchbill"

    static var all: [RenderedFile] {
        CustomResourceDefinition.all.map(definition) + [
            RenderedFile(path: "\(folder)/templates/_rules.tpl", text: rules),
            RenderedFile(path: "\(folder)/values.schema.json", text: ChartValues.schemaText),
            RenderedFile(path: "\(ReferencePage.folder)/Values.md", text: ChartValues.page),
        ]
    }

    /// A template with the definition in it. CEL rules stand in it behind a condition.
    private static func definition(_ definition: CustomResourceDefinition) -> RenderedFile {
        let rendered = definition.rendered(withExpressions: true)
        let text = """
            {{- /* Rendered by `make render`; do not edit. */}}
            {{- if .Values.crds.install }}
            apiVersion: \(rendered["apiVersion"]?.stringValue ?? "")
            kind: \(rendered["kind"]?.stringValue ?? "")
            metadata:
              name: \(definition.name)
              labels:
                {{- include "watchbill.labels" . | nindent 4 }}
              annotations:
                # Uninstalling the chart takes no policy and no report with it.
                helm.sh/resource-policy: keep
            \(body(["spec": rendered["spec"] ?? [:]]))
            {{- end }}

            """
        return RenderedFile(path: "\(folder)/templates/crds/\(definition.resource.plural).yaml", text: text)
    }

    /// YAML as template text, without the newline at its end.
    private static func body(_ value: JSONValue) -> String {
        let lines = YAMLText.render(value, order: .manifest).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        var result: [String] = []
        var isInRules = false
        var indent = 0
        for line in lines {
            let depth = line.prefix { $0 == " " }.count
            if isInRules, depth < indent || (depth == indent && !line.dropFirst(depth).hasPrefix("- ")) {
                result.append("{{- end }}")
                isInRules = false
            }
            if line.dropFirst(depth).hasPrefix("x-kubernetes-validations:") {
                result.append("{{- if include \"watchbill.cel\" . }}")
                (isInRules, indent) = (true, depth)
            }
            result.append(String(line).replacing("{{", with: "{{ \"{{\" }}"))
        }
        if isInRules { result.append("{{- end }}") }
        return result.joined(separator: "\n")
    }

    private static var rules: String {
        let rules = RenderedFile.operatorRules
        let parts: [(name: String, purpose: String, rules: JSONValue)] = [
            (
                "cluster", "What the operator needs of kinds without a namespace.",
                AccessRules.json(rules.everywhere.filter { !$0.isNamespaced })
            ),
            (
                "namespaces", "What it needs in every namespace that it watches.",
                AccessRules.json(rules.everywhere.filter(\.isNamespaced))
            ),
            ("own", "What it needs in its own namespace beside that.", AccessRules.json(rules.operatorNamespace)),
            ("secrets", "What it needs where it may read pull secrets.", AccessRules.json(pullSecrets.everywhere)),
            ("view", "What users may see.", [TenantRoles.view]),
            ("edit", "What users may change.", [TenantRoles.edit]),
            ("admin", "The same: who administers a namespace writes no reports either.", [TenantRoles.edit]),
            ("sweep.namespaces", "What cleaning up needs in every namespace.", AccessRules.json(sweeping.everywhere)),
            ("sweep.own", "And in the operator's own.", AccessRules.json(sweeping.operatorNamespace)),
            ("check.own", "What `helm test` needs.", AccessRules.json(checking.operatorNamespace)),
        ]
        return "{{/* Rendered by `make render`; do not edit. */}}\n"
            + parts.map { part in
                "{{/* \(part.purpose) */}}\n{{- define \"watchbill.rules.\(part.name)\" }}\n"
                    + YAMLText.render(part.rules, order: .manifest) + "{{- end }}\n"
            }.joined()
    }

    /// Asking registries as somebody.
    private static var pullSecrets: AccessRules {
        var rules = AccessRules([])
        rules.add(.secrets, nil, ["get"], .everywhere)
        return rules
    }

    /// `watchbill installation sweep`.
    private static var sweeping: AccessRules {
        var rules = AccessRules([])
        rules.add(.jobs, nil, ["delete", "list"], .everywhere)
        rules.add(.configMaps, nil, ["delete", "list"], .operatorNamespace)
        rules.add(.leases, nil, ["delete", "list"], .operatorNamespace)
        return rules
    }

    /// `watchbill installation check`.
    private static var checking: AccessRules {
        var rules = AccessRules([])
        rules.add(ScanPolicy.resource, nil, ["create", "delete", "get"], .operatorNamespace)
        return rules
    }
}
