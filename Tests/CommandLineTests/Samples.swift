// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import JSONScan
import KubernetesModel
import OCIModel
import ScanPolicyController
import Testing

/// Reports and policies to print.
enum Samples {
    static let now = Timestamp(rfc3339: "2026-08-01T12:00:00Z")!

    static func finding(
        _ id: String, _ package: String, _ severity: SeverityName, installed: String = "1.0", fixed: String? = "1.1"
    ) -> FindingRecord {
        FindingRecord(id: id, package: package, installed: installed, fixed: fixed, severity: severity)
    }

    /// A report as the operator writes it: at most `listed` findings for people, all of them in the compact list.
    static func report(
        _ image: String, namespace: String = "shop", digest: Character = "a", _ findings: [FindingRecord] = [],
        secrets: [(rule: String, path: String, line: Int)] = [], listed: Int = 2, titles: [String: String] = [:],
        age: Duration = .seconds(3_600 * 30), isCut: Bool = false
    ) throws -> ScanReport {
        var counts: [SeverityName: Int] = [:]
        var unfixed: [SeverityName: Int] = [:]
        for finding in findings {
            counts[finding.severity, default: 0] += 1
            if finding.fixed == nil { unfixed[finding.severity, default: 0] += 1 }
        }
        var records = FindingRecords()
        records.vulnerabilities = findings
        records.others = secrets.map { CountedFinding(kind: .secret, id: $0.rule, package: nil, count: 1) }
        let details: JSONValue = [
            "findings": .array(
                findings.prefix(listed).map {
                    .compact([
                        "id": .string($0.id), "package": .string($0.package), "installed": .string($0.installed),
                        "fixed": $0.fixed.map(JSONValue.string), "severity": .string($0.severity.rawValue),
                        "title": titles[$0.id].map(JSONValue.string),
                    ])
                }), "totalFindings": .integer(Int64(findings.count)),
            "secrets": .array(
                secrets.map {
                    [
                        "rule": .string($0.rule), "severity": "High", "path": .string($0.path),
                        "line": .integer(Int64($0.line)),
                    ]
                }),
        ]
        let digest = try #require(Digest(.sha256, hex: String(repeating: digest, count: 64)))
        let platform = Platform(os: "linux", architecture: "amd64")
        var report = ScanReport(
            metadata: ObjectMetadata(name: ScanReport.name(digest, platform), namespace: namespace),
            image: .init(reference: image, digest: digest, platform: platform, os: "alpine 3.18.4"),
            scanner: .init(
                version: "0.76.0", databaseUpdatedTime: now - .seconds(7_200), scanners: [.secret, .vulnerability],
                placement: .operator, jobUID: "u"),
            scanTime: now - .seconds(600),
            summary: .init(vulnerabilities: counts, unfixed: unfixed, secrets: secrets.count), details: details,
            compact: CompactForm.encode(records))
        report.metadata.creationTime = now - age
        report.usedBy = [.init(kind: "CronJob", name: "backup"), .init(kind: "Deployment", name: "web")]
        if isCut { report.compact?.isTruncated = true }
        return report
    }

    static func policy(_ text: String) throws -> ScanPolicy {
        var scanner = JSONScanner(Array(text.utf8))
        return try ScanPolicy(from: &scanner)
    }

    static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
}
