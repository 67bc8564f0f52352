// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import OCIModel

/// Compares the vulnerabilities of two images. A package with another version and the same vulnerability has not changed.
struct ReportComparison {
    private let previous: ScanReport
    private let current: ScanReport

    /// Nil when one of them was not scanned for vulnerabilities.
    init?(_ previous: ScanReport, _ current: ScanReport) {
        guard previous.scanner.scanners.contains(.vulnerability), current.scanner.scanners.contains(.vulnerability)
        else {
            return nil
        }
        self.previous = previous
        self.current = current
    }

    /// Nil when one of the reports does not say what was found.
    var change: ScanReport.Change? {
        guard let old = FindingRecords(of: previous), let new = FindingRecords(of: current) else { return nil }
        let severities = old.completeSeverities.intersection(new.completeSeverities)
        let before = old.worst { severities.contains($0.severity) }
        let after = new.worst { severities.contains($0.severity) }
        let introduced = Self.entries(after.filter { before[$0.key] == nil })
        let resolved = Self.entries(before.filter { after[$0.key] == nil })
        return ScanReport.Change(
            previousDigest: previous.image.digest.description, introduced: Self.bounded(introduced),
            resolved: Self.bounded(resolved), totalIntroduced: introduced.count, totalResolved: resolved.count)
    }

    /// The worst first, then by id and package.
    private static func entries(_ found: [VulnerablePackage: SeverityName]) -> [ScanReport.Change.Entry] {
        found.map { .init(id: $0.key.id, package: $0.key.package, severity: $0.value) }.sorted {
            $0.severity == $1.severity ? ($0.id, $0.package) < ($1.id, $1.package) : $0.severity > $1.severity
        }
    }

    /// The most bytes of JSON of one list; `ReportComposer` leaves room for two.
    private static let byteLimit = 11 << 10

    private static func bounded(_ entries: [ScanReport.Change.Entry]) -> [ScanReport.Change.Entry] {
        var room = byteLimit
        return Array(
            entries.prefix(ScanReport.changesLimit).prefix { entry in
                room -= entry.json.canonicalBytes.count + 1
                return room >= 0
            })
    }
}
