// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import ScanPolicyController

extension ReportSelection {
    /// One line a report, with the columns of `kubectl get scanreports`; asked for vulnerabilities, one line for each that
    /// an image has.
    package func table(showsNamespace: Bool, isWide: Bool, at now: Timestamp) -> TextTable {
        query.vulnerabilities.isEmpty
            ? reportTable(showsNamespace, isWide, now) : findingTable(showsNamespace, isWide)
    }

    private func reportTable(_ showsNamespace: Bool, _ isWide: Bool, _ now: Timestamp) -> TextTable {
        let columns = ScanReport.definition.columns.filter { isWide || !$0.isWide }
        var table = TextTable(
            (showsNamespace ? ["Namespace"] : []) + ["Name"] + columns.map(\.name) + (isWide ? ["Used by"] : []))
        for match in matches {
            let report = match.entry.report
            var cells: [TextTable.Cell] = showsNamespace ? [.init(report.metadata.namespace)] : []
            cells.append(.init(report.metadata.name))
            cells += columns.map { cell($0.name, match, now) }
            if isWide { cells.append(.init(match.entry.users(limit: 3))) }
            table.add(cells)
        }
        return table
    }

    private func cell(_ column: String, _ match: Match, _ now: Timestamp) -> TextTable.Cell {
        let report = match.entry.report
        switch column {
        case "Image": return .init(report.image.reference)
        case "Secrets": return .init(report.summary.secrets, ink: .red)
        case "Fixable": return .init(report.summary.fixable)
        case "Platform": return .init(report.image.platform.description)
        case "Digest": return .init(report.image.digest.description)
        case "Age": return .init(Age.words(since: report.metadata.creationTime, at: now))
        default:
            guard let severity = SeverityName(rawValue: column) else { return .init("") }
            return .init(match.counts(query)[severity] ?? 0, ink: severity.ink)
        }
    }

    private func findingTable(_ showsNamespace: Bool, _ isWide: Bool) -> TextTable {
        var titles = showsNamespace ? ["Namespace"] : []
        titles += ["Image", "Id", "Severity", "Package", "Installed", "Fixed"]
        titles += isWide ? ["Platform", "Digest"] : []
        var table = TextTable(titles + ["Used by"])
        for match in matches {
            let report = match.entry.report
            for finding in match.findings {
                var cells: [TextTable.Cell] = showsNamespace ? [.init(report.metadata.namespace)] : []
                cells += [
                    .init(report.image.reference), .init(finding.id),
                    .init(finding.severity.rawValue, ink: finding.severity.ink), .init(finding.package),
                    .init(finding.installed), .init(finding.fixed ?? ""),
                ]
                if isWide {
                    cells += [.init(report.image.platform.description), .init(report.image.digest.description)]
                }
                cells.append(.init(match.entry.users(limit: isWide ? 10 : 3)))
                table.add(cells)
            }
        }
        return table
    }
}

extension SeverityName {
    package var ink: Ink? {
        switch self {
        case .critical: .boldRed
        case .high: .red
        case .medium: .yellow
        case .low, .unknown: nil
        }
    }
}
