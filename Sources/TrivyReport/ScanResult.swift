// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What one scan of one image found. Policy-neutral: thresholds and suppressions are applied by who reads it.
package struct ScanResult: Sendable, Hashable {
    package var image: ScannedImage
    package var scanner: Scanner
    package var database: Database?
    /// All that was found, also what the lists below had no room for.
    package var totals: ScanTotals
    /// The worst first; the same vulnerability of the same package in several targets stands once.
    package var findings: [Finding]
    package var secrets: [SecretFinding]
    package var licenses: [LicenseFinding]
    package var misconfigurations: [Misconfiguration]
    /// Whether a list is shorter than its total says.
    package var isTruncated: Bool
    package var usage: ScanUsage

    package init(
        image: ScannedImage = ScannedImage(), scanner: Scanner = Scanner(), database: Database? = nil,
        totals: ScanTotals = ScanTotals(), findings: [Finding] = [], secrets: [SecretFinding] = [],
        licenses: [LicenseFinding] = [], misconfigurations: [Misconfiguration] = [], isTruncated: Bool = false,
        usage: ScanUsage = ScanUsage()
    ) {
        self.image = image
        self.scanner = scanner
        self.database = database
        self.totals = totals
        self.findings = findings
        self.secrets = secrets
        self.licenses = licenses
        self.misconfigurations = misconfigurations
        self.isTruncated = isTruncated
        self.usage = usage
    }

    /// How many findings there are, listed or not.
    package var totalFindings: Int { totals.vulnerabilities.total }

    /// The program that scanned.
    package struct Scanner: Sendable, Hashable {
        package var name: String
        package var version: String

        package init(name: String = "Trivy", version: String = "") {
            self.name = name
            self.version = version
        }
    }

    /// The vulnerability database that was used.
    package struct Database: Sendable, Hashable {
        package var updatedTime: Timestamp

        package init(updatedTime: Timestamp) { self.updatedTime = updatedTime }
    }
}

/// What Trivy says of the image itself.
package struct ScannedImage: Sendable, Hashable {
    /// As it was asked for.
    package var name: String
    package var os: OperatingSystem?
    package var architecture: String?
    /// The digest of the configuration (`sha256:…`).
    package var imageID: String?
    /// `host/repository@sha256:…`, what the registry said; at most 8.
    package var repositoryDigests: [String]

    package init(
        name: String = "", os: OperatingSystem? = nil, architecture: String? = nil, imageID: String? = nil,
        repositoryDigests: [String] = []
    ) {
        self.name = name
        self.os = os
        self.architecture = architecture
        self.imageID = imageID
        self.repositoryDigests = repositoryDigests
    }

    /// The distribution inside.
    package struct OperatingSystem: Sendable, Hashable {
        /// `alpine`
        package var family: String
        /// `3.18.4`
        package var name: String
        /// Whether the distribution no longer mends this release.
        package var isEndOfLife: Bool

        package init(family: String, name: String, isEndOfLife: Bool = false) {
            self.family = family
            self.name = name
            self.isEndOfLife = isEndOfLife
        }
    }
}

/// Complete numbers of what a scan found.
package struct ScanTotals: Sendable, Hashable {
    package var vulnerabilities: SeverityCounts
    /// Those of `vulnerabilities` that a newer version mends.
    package var fixable: SeverityCounts
    package var secrets: SeverityCounts
    /// One for each package and licence.
    package var licenses: SeverityCounts
    package var misconfigurations: SeverityCounts
    /// True when there were so many findings that repetitions over several targets could no longer be told apart.
    package var mayCountTwice: Bool

    package init(
        vulnerabilities: SeverityCounts = SeverityCounts(), fixable: SeverityCounts = SeverityCounts(),
        secrets: SeverityCounts = SeverityCounts(), licenses: SeverityCounts = SeverityCounts(),
        misconfigurations: SeverityCounts = SeverityCounts(), mayCountTwice: Bool = false
    ) {
        self.vulnerabilities = vulnerabilities
        self.fixable = fixable
        self.secrets = secrets
        self.licenses = licenses
        self.misconfigurations = misconfigurations
        self.mayCountTwice = mayCountTwice
    }
}

/// What a scan cost.
package struct ScanUsage: Sendable, Hashable {
    package var milliseconds: Int64
    /// The scanner's largest resident size, in bytes.
    package var peakMemoryBytes: Int64

    package init(milliseconds: Int64 = 0, peakMemoryBytes: Int64 = 0) {
        self.milliseconds = milliseconds
        self.peakMemoryBytes = peakMemoryBytes
    }

    package var duration: Duration { .milliseconds(milliseconds) }
}
