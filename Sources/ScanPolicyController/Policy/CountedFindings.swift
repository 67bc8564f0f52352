// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Findings

/// The findings of one image that a policy counts: all totals that it looks at, less what is suppressed one by one.
///
/// So what a list had no room for counts, and a list that tells more than the totals takes away no more than there is.
struct CountedFindings {
    private let spec: ScanPolicySpec
    private var vulnerabilities: [SeverityName: Int] = [:]
    private var others: [CountedFinding.Kind: Int] = [:]
    private var suppressed = 0

    init(_ totals: ScanReport.Summary, of spec: ScanPolicySpec) {
        self.spec = spec
        let scanners = spec.effectiveScanners
        if scanners.contains(.vulnerability) {
            let unfixed = spec.ignoreUnfixed ?? false ? totals.unfixed : [:]
            for severity in SeverityName.allCases where severity >= spec.effectiveMinimumSeverity {
                vulnerabilities[severity] = max(
                    0, (totals.vulnerabilities[severity] ?? 0) - (unfixed[severity] ?? 0))
            }
        }
        if scanners.contains(.secret) { others[.secret] = totals.secrets }
        if scanners.contains(.license) { others[.license] = totals.licenses }
        if scanners.contains(.imageConfiguration) { others[.misconfiguration] = totals.misconfigurations }
    }

    /// True when the finding is one of those that are counted.
    func counts(_ record: FindingRecord) -> Bool {
        (vulnerabilities[record.severity] ?? 0) > 0 && (record.fixed != nil || !(spec.ignoreUnfixed ?? false))
    }

    func counts(_ entry: CountedFinding) -> Bool { (others[entry.kind] ?? 0) > 0 }

    mutating func suppress(_ record: FindingRecord) {
        vulnerabilities[record.severity, default: 1] -= 1
        suppressed += 1
    }

    mutating func suppress(_ entry: CountedFinding) {
        let count = min(entry.count, others[entry.kind] ?? 0)
        others[entry.kind, default: 0] -= count
        suppressed += count
    }

    func add(to summary: inout ScanPolicyStatus.Summary) {
        summary.critical += vulnerabilities[.critical] ?? 0
        summary.high += vulnerabilities[.high] ?? 0
        summary.medium += vulnerabilities[.medium] ?? 0
        summary.low += vulnerabilities[.low] ?? 0
        summary.unknown += vulnerabilities[.unknown] ?? 0
        summary.secrets += others[.secret] ?? 0
        summary.suppressed += suppressed
    }
}
