// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import OCIModel

/// Compares the vulnerabilities of two images. A package with another version and the same vulnerability has not changed.
struct ReportComparison {
    private struct Vulnerability: Hashable {
        var id: String
        var package: String
    }

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
        // What a list was cut at would seem to come or go.
        let severities = Self.completeSeverities(old).intersection(Self.completeSeverities(new))
        let (before, after) = (Self.worst(old, severities), Self.worst(new, severities))
        let introduced = Self.entries(after.filter { before[$0.key] == nil })
        let resolved = Self.entries(before.filter { after[$0.key] == nil })
        return ScanReport.Change(
            previousDigest: previous.image.digest.description, introduced: Self.bounded(introduced),
            resolved: Self.bounded(resolved), totalIntroduced: introduced.count, totalResolved: resolved.count)
    }

    /// The severities of which all that was found is listed.
    private static func completeSeverities(_ records: FindingRecords) -> Set<SeverityName> {
        if records.isComplete { return Set(SeverityName.allCases) }
        guard let mildest = records.vulnerabilities.map(\.severity).min() else { return [] }
        return Set(SeverityName.allCases.filter { $0 > mildest })
    }

    /// Each vulnerability of a package once, as bad as it is in any version.
    private static func worst(
        _ records: FindingRecords, _ severities: Set<SeverityName>
    ) -> [Vulnerability: SeverityName] {
        var found: [Vulnerability: SeverityName] = [:]
        for record in records.vulnerabilities where severities.contains(record.severity) {
            let key = Vulnerability(id: record.id, package: record.package)
            found[key] = max(found[key] ?? .unknown, record.severity)
        }
        return found
    }

    /// The worst first, then by id and package.
    private static func entries(_ found: [Vulnerability: SeverityName]) -> [ScanReport.Change.Entry] {
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
