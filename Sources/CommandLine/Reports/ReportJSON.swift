// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import ScanPolicyController

extension ReportSelection {
    /// `{"reports": […]}`, each with the complete list of the findings that were asked for.
    package var json: JSONValue { ["reports": .array(matches.map { $0.json(query) })] }
}

extension ReportSelection.Match {
    fileprivate func json(_ query: ReportQuery) -> JSONValue {
        let report = entry.report
        var members = report.body
        for name in ["compact", "compactTruncated", "findings", "totalFindings", "scanner"] { members[name] = nil }
        if !query.isEverything {
            for name in ["secrets", "licenses", "misconfigurations", "change"] { members[name] = nil }
        }
        members["namespace"] = .string(report.metadata.namespace)
        members["name"] = .string(report.metadata.name)
        members["scanner"] = .compact([
            "name": "Trivy", "version": report.scanner.version.map(JSONValue.string),
            "databaseUpdatedTime": report.scanner.databaseUpdatedTime.map { .string($0.rfc3339) },
        ])
        members["findings"] = .array(findings.map { $0.json(title: entry.title(of: $0)) })
        members["isComplete"] = .bool(entry.isComplete)
        return .object(members)
    }
}

extension FindingRecord {
    package func json(title: String?) -> JSONValue {
        .compact([
            "id": .string(id), "severity": .string(severity.rawValue), "package": .string(package),
            "installed": .string(installed), "fixed": fixed.map(JSONValue.string),
            "title": title.map(JSONValue.string), "purl": purl.map(JSONValue.string),
        ])
    }
}
