// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import ScanPolicyController

/// A report with everything that it tells one by one: the compact list, which is not cut where the lists for people are.
package struct ReportEntry: Sendable {
    package let report: ScanReport
    /// Vulnerabilities, the worst first.
    package let findings: [FindingRecord]
    /// False when the report counts more than it lists, or its lists cannot be read.
    package let isComplete: Bool
    /// The lists for people: titles, places of secrets.
    let listed: [String: JSONValue]
    private let titles: [Title: String]

    private struct Title: Hashable {
        var id: String
        var package: String
    }

    package init(_ report: ScanReport) {
        self.report = report
        let records = FindingRecords(of: report)
        findings = (records?.vulnerabilities ?? []).sorted { $0.isWorse(than: $1) }
        listed = report.listed
        isComplete = records?.isComplete ?? (report.summary.vulnerabilities.isEmpty)
        titles = Dictionary(
            (listed["findings"]?.arrayValue ?? []).compactMap { finding -> (Title, String)? in
                guard let id = finding["id"]?.stringValue, let title = finding["title"]?.stringValue else { return nil }
                return (Title(id: id, package: finding["package"]?.stringValue ?? ""), title)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// What a vulnerability is called, where the report has room for it.
    package func title(of finding: FindingRecord) -> String? {
        titles[Title(id: finding.id, package: finding.package)]
    }

    /// `Deployment/web, CronJob/backup and 3 more`
    func users(limit: Int) -> String {
        let names = report.usedBy.map { "\($0.kind)/\($0.name)" }
        let rest = names.count - limit
        return names.prefix(limit).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

/// What of the reports is asked for.
package struct ReportQuery: Hashable, Sendable {
    /// Ids of vulnerabilities, in any case; empty for all.
    package var vulnerabilities: [String]
    /// Only what an update would end.
    package var isFixableOnly: Bool

    package init(vulnerabilities: [String] = [], isFixableOnly: Bool = false) {
        self.vulnerabilities = vulnerabilities
        self.isFixableOnly = isFixableOnly
    }

    package var isEverything: Bool { vulnerabilities.isEmpty && !isFixableOnly }

    func matches(_ finding: FindingRecord) -> Bool {
        if isFixableOnly && finding.fixed == nil { return false }
        return vulnerabilities.isEmpty || vulnerabilities.contains { $0.uppercased() == finding.id.uppercased() }
    }
}

/// The reports that answer a query, the worst first, each with the findings that it was asked for.
package struct ReportSelection: Sendable {
    package struct Match: Sendable {
        package let entry: ReportEntry
        package let findings: [FindingRecord]
    }

    package let query: ReportQuery
    package private(set) var matches: [Match] = []
    /// Reports that might have what was asked for, below what they had room for.
    package private(set) var undecided: [ObjectKey] = []

    package init(_ reports: [ScanReport], _ query: ReportQuery) {
        self.query = query
        for entry in reports.map(ReportEntry.init) {
            let findings = query.isEverything ? entry.findings : entry.findings.filter(query.matches)
            if !query.vulnerabilities.isEmpty, findings.isEmpty, !entry.isComplete {
                undecided.append(entry.report.key)
            }
            let isFixable = query.isFixableOnly && query.vulnerabilities.isEmpty && entry.report.summary.fixable > 0
            if query.isEverything || !findings.isEmpty || isFixable {
                matches.append(Match(entry: entry, findings: findings))
            }
        }
        matches.sort { $0.isWorse(than: $1) }
        undecided.sort()
    }

    package var isEmpty: Bool { matches.isEmpty }
}

extension ReportSelection.Match {
    /// The numbers that the table shows.
    func counts(_ query: ReportQuery) -> [SeverityName: Int] {
        let summary = entry.report.summary
        guard query.isFixableOnly else { return summary.vulnerabilities }
        return summary.vulnerabilities.merging(summary.unfixed) { max(0, $0 - $1) }
    }

    fileprivate func isWorse(than other: Self) -> Bool {
        let (left, right) = (entry.report, other.entry.report)
        for severity in SeverityName.allCases.reversed() {
            let counts = (left.summary.vulnerabilities[severity] ?? 0, right.summary.vulnerabilities[severity] ?? 0)
            if counts.0 != counts.1 { return counts.0 > counts.1 }
        }
        if left.summary.secrets != right.summary.secrets { return left.summary.secrets > right.summary.secrets }
        return (left.image.reference, left.key) < (right.image.reference, right.key)
    }
}
