// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import Planning
import TrivyReport

/// Makes ScanReports out of results.
///
/// The body stays within `byteLimit`. The compact list has a limit of its own (`CompactForm`). What is dropped first of the
/// lists for people, until they fit beside it: titles of all but the hundred worst findings; all
/// titles; then, again and again, the milder half of the longest list. Counts are never dropped.
enum ReportComposer {
    static let byteLimit = 256 << 10

    /// What every namespace's report of a result has in common, and what costs most to make.
    struct Content {
        let details: JSONValue
        let compact: ScanReport.Compact?

        init(_ result: ScanResult, maximumFindings: Int) {
            compact = CompactForm.encode(FindingRecords(result))
            let limit = byteLimit - envelope - changeRoom - (compact?.data.utf8.count ?? 0)
            details = ReportComposer.details(of: result, maximum: maximumFindings, limit: limit)
        }
    }

    /// The report of a fresh result for one namespace.
    static func report(
        _ result: ScanResult, _ content: Content, of unit: ScanJob.Unit, job: ScanJob, reference: String,
        isResolvedFromTag: Bool, in namespace: String
    ) -> ScanReport {
        let os = result.image.os
        return ScanReport(
            metadata: ObjectMetadata(
                name: ScanReport.name(unit.image.digest, unit.image.platform), namespace: namespace),
            image: .init(
                reference: reference, digest: unit.image.digest, platform: unit.image.platform, os: os?.words,
                osEndOfLife: os.map(\.isEndOfLife),
                isResolvedFromTag: isResolvedFromTag),
            scanner: .init(
                version: result.scanner.version.isEmpty ? nil : result.scanner.version,
                databaseUpdatedTime: result.database.map { Timestamp(secondsSinceEpoch: $0.updatedTime.seconds) },
                scanners: unit.scanners, placement: job.realm == .operator ? .operator : .workload, jobUID: job.uid,
                databaseDigest: unit.databaseDigest, runTime: unit.runTime,
                durationSeconds: result.usage.milliseconds > 0 ? (result.usage.milliseconds - 1) / 1_000 + 1 : nil,
                peakMemoryBytes: result.usage.peakMemoryBytes > 0 ? result.usage.peakMemoryBytes : nil),
            // The Job's start is the same whenever the result is looked at.
            scanTime: job.job.startTime ?? job.job.metadata.creationTime ?? Timestamp(secondsSinceEpoch: 0),
            summary: summary(of: result.totals), details: content.details, compact: content.compact)
    }

    /// The report as an object to hold.
    static func object(_ report: ScanReport) -> DesiredObject {
        var labels = ["app.kubernetes.io/managed-by": "watchbill"]
        do throws(ImageReferenceError) {
            labels = ScanReport.labels(for: try ImageReference(parsing: report.image.reference))
        } catch {
            // A name that is none has no repository to be found by.
        }
        return DesiredObject(ScanReport.resource, report.key, labels: labels, body: report.body)
    }

    static func summary(of totals: ScanTotals) -> ScanReport.Summary {
        var all: [SeverityName: Int] = [:]
        var unfixed: [SeverityName: Int] = [:]
        for severity in Severity.allCases {
            guard let name = SeverityName(rawValue: severity.rawValue) else { continue }
            all[name] = totals.vulnerabilities[severity]
            unfixed[name] = max(0, totals.vulnerabilities[severity] - totals.fixable[severity])
        }
        return ScanReport.Summary(
            vulnerabilities: all, unfixed: unfixed, secrets: totals.secrets.total, licenses: totals.licenses.total,
            misconfigurations: totals.misconfigurations.total)
    }

    // MARK: Lists

    private static func details(of result: ScanResult, maximum: Int, limit: Int) -> JSONValue {
        var lists = Lists(result, maximum: maximum)
        for titles in [Int.max, 100, 0] {
            lists.titles = titles
            let json = lists.json
            if json.canonicalBytes.count <= limit { return json }
        }
        while lists.halveLongest() {
            let json = lists.json
            if json.canonicalBytes.count <= limit { return json }
        }
        return lists.json
    }

    /// Room for everything beside the lists: identity, users, counts, metadata.
    private static let envelope = 24 << 10
    /// Room for `change`.
    private static let changeRoom = 24 << 10

    private struct Lists {
        var findings: [Finding]
        var secrets: [SecretFinding]
        var licenses: [LicenseFinding]
        var misconfigurations: [Misconfiguration]
        let total: Int
        /// How many findings show their title.
        var titles = Int.max

        init(_ result: ScanResult, maximum: Int) {
            findings = Array(result.findings.prefix(maximum))
            secrets = Array(result.secrets.prefix(maximum))
            licenses = Array(result.licenses.prefix(maximum))
            misconfigurations = Array(result.misconfigurations.prefix(maximum))
            total = result.totalFindings
        }

        /// False when nothing is left to drop.
        mutating func halveLongest() -> Bool {
            let longest = max(findings.count, secrets.count, licenses.count, misconfigurations.count)
            guard longest > 0 else { return false }
            if findings.count == longest {
                findings.removeLast((longest + 1) / 2)
            } else if licenses.count == longest {
                licenses.removeLast((longest + 1) / 2)
            } else if misconfigurations.count == longest {
                misconfigurations.removeLast((longest + 1) / 2)
            } else {
                secrets.removeLast((longest + 1) / 2)
            }
            return true
        }

        var json: JSONValue {
            .compact([
                "findings": .array(findings.enumerated().map { json(of: $1, hasTitle: $0 < titles) }),
                "totalFindings": .integer(Int64(total)),
                "secrets": secrets.isEmpty ? nil : .array(secrets.map(json)),
                "licenses": licenses.isEmpty ? nil : .array(licenses.map(json)),
                "misconfigurations": misconfigurations.isEmpty ? nil : .array(misconfigurations.map(json)),
            ])
        }

        private func json(of finding: Finding, hasTitle: Bool) -> JSONValue {
            .compact([
                "id": .string(finding.id), "package": .string(finding.package), "installed": .string(finding.installed),
                "fixed": finding.fixed.map(JSONValue.string), "severity": .string(finding.severity.rawValue),
                "title": hasTitle ? finding.title.map(JSONValue.string) : nil,
            ])
        }

        private func json(_ secret: SecretFinding) -> JSONValue {
            [
                "rule": .string(secret.rule), "severity": .string(secret.severity.rawValue),
                "path": .string(secret.path),
                "line": .integer(Int64(secret.line)),
            ]
        }

        private func json(_ license: LicenseFinding) -> JSONValue {
            .compact([
                "name": .string(license.name), "category": license.category.map(JSONValue.string),
                "severity": .string(license.severity.rawValue), "package": .string(license.package),
                "uses": .integer(Int64(license.uses)),
            ])
        }

        private func json(_ misconfiguration: Misconfiguration) -> JSONValue {
            .compact([
                "id": .string(misconfiguration.id), "severity": .string(misconfiguration.severity.rawValue),
                "title": misconfiguration.title.map(JSONValue.string),
                "target": misconfiguration.target.map(JSONValue.string),
            ])
        }
    }
}

extension ScannedImage.OperatingSystem {
    /// `alpine 3.18.4`
    var words: String { name.isEmpty ? family : "\(family) \(name)" }
}
