// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials

/// A vulnerability of a package, whatever the package's version.
package struct VulnerablePackage: Hashable, Sendable {
    package var id: String
    package var package: String

    package init(id: String, package: String) {
        self.id = id
        self.package = package
    }
}

extension ScanReport {
    /// From when on the image would have to be scanned again to be compared with another: nil where this report will do. A younger
    /// database knows more, and what came to light since would seem to be a difference of the images.
    package func rescanTime(besides other: ScanReport) -> Timestamp? {
        guard let own = scanner.databaseUpdatedTime, let theirs = other.scanner.databaseUpdatedTime, own < theirs,
            max(scanner.runTime ?? scanTime, scanTime) < other.scanTime
        else { return nil }
        return other.scanTime
    }
}

extension FindingRecords {
    /// The severities of which all that was found is listed: what a list was cut at would seem to come or go.
    package var completeSeverities: Set<SeverityName> {
        if isComplete { return Set(SeverityName.allCases) }
        guard let mildest = vulnerabilities.map(\.severity).min() else { return [] }
        return Set(SeverityName.allCases.filter { $0 > mildest })
    }

    /// Each vulnerability of a package once, as bad as it is in any version of it that counts.
    package func worst(where counts: (FindingRecord) -> Bool) -> [VulnerablePackage: SeverityName] {
        var found: [VulnerablePackage: SeverityName] = [:]
        for record in vulnerabilities where counts(record) {
            let key = VulnerablePackage(id: record.id, package: record.package)
            found[key] = max(found[key] ?? .unknown, record.severity)
        }
        return found
    }
}
