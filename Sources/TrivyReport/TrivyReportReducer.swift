// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// Makes a `ScanResult` of Trivy's JSON report (SchemaVersion 2), whatever its size.
///
/// It pulls over the bytes once and keeps complete counts and the worst of each list, so its memory depends on the limits
/// alone. A report that is cut, malformed or of another schema is an error with its path, never an empty result.
package struct TrivyReportReducer {
    /// What may be kept.
    package struct Limits: Sendable, Equatable {
        package var findings: Int
        package var secrets: Int
        package var licenses: Int
        package var misconfigurations: Int
        /// How many findings can be told apart from repetitions (16 bytes each).
        package var distinctFindings: Int

        package init(
            findings: Int = 10_000, secrets: Int = 500, licenses: Int = 500, misconfigurations: Int = 200,
            distinctFindings: Int = 500_000
        ) {
            self.findings = findings
            self.secrets = secrets
            self.licenses = licenses
            self.misconfigurations = misconfigurations
            self.distinctFindings = distinctFindings
        }
    }

    private let limits: Limits
    private let advanced: (Int) -> Void
    private var result = ScanResult()
    private var findings: WorstList<Finding>
    private var secrets: WorstList<SecretFinding>
    private var misconfigurations: WorstList<Misconfiguration>
    private var licenses: [String: LicenseFinding] = [:]
    private var hasDroppedLicense = false
    private var seen: Set<Int> = []

    private init(limits: Limits, advanced: @escaping (Int) -> Void) {
        self.limits = limits
        self.advanced = advanced
        findings = WorstList(limit: limits.findings)
        secrets = WorstList(limit: limits.secrets)
        misconfigurations = WorstList(limit: limits.misconfigurations)
    }

    /// Reduces the report under `scanner`. `advanced` is told now and then up to which byte all has been read for good, so
    /// that a mapped file need not stay in memory.
    package static func reduce(
        _ scanner: inout JSONScanner, limits: Limits = Limits(), advanced: @escaping (Int) -> Void = { _ in }
    ) throws(JSONError) -> ScanResult {
        var reducer = TrivyReportReducer(limits: limits, advanced: advanced)
        try reducer.readReport(&scanner)
        try scanner.finish()
        return reducer.finished()
    }

    private func finished() -> ScanResult {
        var result = result
        var worstLicenses = WorstList<LicenseFinding>(limit: limits.licenses)
        for license in licenses.values { worstLicenses.insert(license) }
        result.findings = findings.worstFirst
        result.secrets = secrets.worstFirst
        result.licenses = worstLicenses.worstFirst
        result.misconfigurations = misconfigurations.worstFirst
        result.isTruncated =
            findings.isTruncated || secrets.isTruncated || misconfigurations.isTruncated || worstLicenses.isTruncated
            || hasDroppedLicense
        return result
    }
}

// MARK: The frame of the report

extension TrivyReportReducer {
    private mutating func readReport(_ scanner: inout JSONScanner) throws(JSONError) {
        let start = scanner.offset
        var schema: Int64?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "SchemaVersion":
                let (offset, version) = (scanner.offset, try scanner.readInteger())
                guard version == 2 else {
                    throw JSONError(offset: offset, reason: "expected version 2 of Trivy's report, found \(version)")
                }
                schema = version
            case "Trivy":
                try scanner.readObject { (key, scanner) throws(JSONError) in
                    if key == "Version" { result.scanner.version = try scanner.readText(upTo: TextLimit.word) }
                }
            case "ArtifactName": result.image.name = try scanner.readText(upTo: TextLimit.path)
            case "Metadata": try readMetadata(&scanner)
            case "Results": try scanner.readArray { (scanner) throws(JSONError) in try readTarget(&scanner) }
            default: try scanner.skipValue()
            }
        }
        guard schema != nil else {
            throw JSONError(
                path: "SchemaVersion", offset: start, reason: "expected version 2 of Trivy's report, found none")
        }
    }

    private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "OS": result.image.os = try Self.readOperatingSystem(&scanner)
            case "ImageID": result.image.imageID = try scanner.readOptionalText(upTo: TextLimit.digest)
            case "RepoDigests": result.image.repositoryDigests = try scanner.readDigests()
            case "ImageConfig":
                try scanner.readObject { (key, scanner) throws(JSONError) in
                    if key == "architecture" {
                        result.image.architecture = try scanner.readOptionalText(upTo: TextLimit.word)
                    }
                }
            default: try scanner.skipValue()
            }
        }
    }

    private static func readOperatingSystem(
        _ scanner: inout JSONScanner
    ) throws(JSONError) -> ScannedImage.OperatingSystem? {
        var os = ScannedImage.OperatingSystem(family: "", name: "")
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "Family": os.family = try scanner.readText(upTo: TextLimit.word)
            case "Name": os.name = try scanner.readText(upTo: TextLimit.word)
            case "EOSL": os.isEndOfLife = try scanner.readOptionalBool() ?? false
            default: try scanner.skipValue()
            }
        }
        return os.family.isEmpty || os.family == "none" ? nil : os
    }

    /// One entry of `Results`: a package list, a file with secrets, the configuration, licences.
    private mutating func readTarget(_ scanner: inout JSONScanner) throws(JSONError) {
        // Trivy writes Target and Class first; without them (another order) the findings stay without.
        var target = Target()
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "Target": target.path = try scanner.readText(upTo: TextLimit.path)
            case "Class": target.kind = try scanner.readOptionalText(upTo: TextLimit.word)
            case "Vulnerabilities":
                try readEach(&scanner) { (me, scanner) throws(JSONError) in
                    try me.readVulnerability(&scanner, in: target)
                }
            case "Secrets":
                try readEach(&scanner) { (me, scanner) throws(JSONError) in try me.readSecret(&scanner, in: target) }
            case "Licenses": try readEach(&scanner) { (me, scanner) throws(JSONError) in try me.readLicense(&scanner) }
            case "Misconfigurations":
                try readEach(&scanner) { (me, scanner) throws(JSONError) in
                    try me.readMisconfiguration(&scanner, in: target)
                }
            case "Packages": try readEach(&scanner) { (_, scanner) throws(JSONError) in try scanner.skipValue() }
            default: try scanner.skipValue()
            }
        }
    }

    private struct Target {
        var path = ""
        var kind: String?

        var name: String? { path.isEmpty ? nil : String(truncating: Array(path.utf8), to: TextLimit.name) }
    }

    private mutating func readEach(
        _ scanner: inout JSONScanner,
        _ read: (inout TrivyReportReducer, inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) {
        try scanner.readArray { (scanner) throws(JSONError) in
            try read(&self, &scanner)
            advanced(scanner.offset)
        }
    }
}

// MARK: Findings

extension TrivyReportReducer {
    private mutating func readVulnerability(_ scanner: inout JSONScanner, in target: Target) throws(JSONError) {
        let start = scanner.offset
        var finding = Finding(
            id: "", package: "", installed: "", severity: .unknown, target: target.name, targetClass: target.kind)
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "VulnerabilityID": finding.id = try scanner.readText(upTo: TextLimit.id)
            case "PkgName": finding.package = try scanner.readText(upTo: TextLimit.name)
            case "InstalledVersion": finding.installed = try scanner.readText(upTo: TextLimit.version)
            case "FixedVersion": finding.fixed = try scanner.readOptionalText(upTo: TextLimit.fixed)
            case "Severity": finding.severity = Severity(trivy: try scanner.readText(upTo: TextLimit.word))
            case "Title": finding.title = try scanner.readOptionalText(upTo: TextLimit.title)
            case "Status": finding.status = try scanner.readOptionalText(upTo: TextLimit.word)
            case "PkgIdentifier":
                try scanner.readObject { (key, scanner) throws(JSONError) in
                    if key == "PURL" { finding.purl = try scanner.readIdentifier(upTo: TextLimit.purl) }
                }
            default: try scanner.skipValue()
            }
        }
        guard !finding.id.isEmpty else {
            throw JSONError(
                path: "VulnerabilityID", offset: start, reason: "expected the id of a vulnerability, found none")
        }
        guard isNew(finding) else { return }
        result.totals.vulnerabilities[finding.severity] += 1
        if finding.isFixable { result.totals.fixable[finding.severity] += 1 }
        findings.insert(finding)
    }

    /// Whether this vulnerability of this package was not met in another target. Hashes with the process's own seed, which
    /// no image can aim at, stand for the findings.
    private mutating func isNew(_ finding: Finding) -> Bool {
        var hasher = Hasher()
        hasher.combine(finding.id)
        hasher.combine(finding.package)
        hasher.combine(finding.installed)
        let hash = hasher.finalize()
        if seen.contains(hash) { return false }
        if seen.count < limits.distinctFindings {
            seen.insert(hash)
        } else {
            result.totals.mayCountTwice = true
        }
        return true
    }

    private mutating func readSecret(_ scanner: inout JSONScanner, in target: Target) throws(JSONError) {
        var secret = SecretFinding(rule: "", severity: .unknown, path: target.path, line: 0)
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "RuleID": secret.rule = try scanner.readText(upTo: TextLimit.version)
            case "Category": secret.category = try scanner.readOptionalText(upTo: TextLimit.word)
            case "Severity": secret.severity = Severity(trivy: try scanner.readText(upTo: TextLimit.word))
            case "StartLine": secret.line = try scanner.readCount()
            // Match and Code hold what was found around the secret: never read.
            default: try scanner.skipValue()
            }
        }
        result.totals.secrets[secret.severity] += 1
        secrets.insert(secret)
    }

    private mutating func readLicense(_ scanner: inout JSONScanner) throws(JSONError) {
        var license = LicenseFinding(name: "", severity: .unknown, package: "")
        var path = ""
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "Name": license.name = try scanner.readText(upTo: TextLimit.name)
            case "Category": license.category = try scanner.readOptionalText(upTo: TextLimit.word)
            case "Severity": license.severity = Severity(trivy: try scanner.readText(upTo: TextLimit.word))
            case "PkgName": license.package = try scanner.readText(upTo: TextLimit.name)
            case "FilePath": path = try scanner.readText(upTo: TextLimit.name)
            default: try scanner.skipValue()
            }
        }
        if license.package.isEmpty { license.package = path }
        result.totals.licenses[license.severity] += 1
        let key = "\(license.severity.rawValue) \(license.name)"
        if licenses[key] != nil {
            licenses[key]?.uses += 1
        } else if licenses.count < max(limits.licenses, 0) * 4 {
            licenses[key] = license
        } else {
            hasDroppedLicense = true
        }
    }

    private mutating func readMisconfiguration(_ scanner: inout JSONScanner, in target: Target) throws(JSONError) {
        var check = Misconfiguration(id: "", severity: .unknown, target: target.name)
        var hasFailed = true
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "ID": check.id = try scanner.readText(upTo: TextLimit.id)
            case "Title": check.title = try scanner.readOptionalText(upTo: TextLimit.title)
            case "Severity": check.severity = Severity(trivy: try scanner.readText(upTo: TextLimit.word))
            case "Status": hasFailed = try scanner.readText(upTo: TextLimit.word) == "FAIL"
            default: try scanner.skipValue()
            }
        }
        guard hasFailed else { return }
        result.totals.misconfigurations[check.severity] += 1
        misconfigurations.insert(check)
    }
}
