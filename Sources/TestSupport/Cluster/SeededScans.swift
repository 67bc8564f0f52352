// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import TrivyReport

/// Results that follow from an image's digest and nothing else, so that every run of a test finds the same.
package enum SeededScans {
    package static func result(of digest: String, name: String) -> ScanResult {
        var generator = SeededGenerator(seed: digest.utf8.reduce(17) { $0 &* 31 &+ UInt64($1) })
        let findings = (0..<Int.random(in: 0...6, using: &generator)).map { index in
            Finding(
                id: "CVE-2026-\(1_000 + Int.random(in: 0..<9_000, using: &generator))", package: "package\(index)",
                installed: "1.0.\(index)", fixed: Bool.random(using: &generator) ? "1.1.0" : nil,
                severity: Severity.allCases.randomElement(using: &generator) ?? .low, title: "A flaw")
        }.sorted { ($1.severity, $0.id) < ($0.severity, $1.id) }
        var totals = ScanTotals()
        for finding in findings {
            totals.vulnerabilities[finding.severity] += 1
            if finding.isFixable { totals.fixable[finding.severity] += 1 }
        }
        let secrets =
            Bool.random(using: &generator)
            ? [SecretFinding(rule: "aws-access-key-id", severity: .critical, path: "/app/config", line: 3)] : []
        totals.secrets[.critical] = secrets.count
        return ScanResult(
            image: ScannedImage(name: name, os: .init(family: "alpine", name: "3.20.1"), architecture: "amd64"),
            scanner: .init(version: "0.76.0"),
            database: .init(updatedTime: Timestamp(secondsSinceEpoch: 1_789_900_000)), totals: totals,
            findings: findings, secrets: secrets, usage: ScanUsage(milliseconds: 1_500, peakMemoryBytes: 90 << 20))
    }
}
