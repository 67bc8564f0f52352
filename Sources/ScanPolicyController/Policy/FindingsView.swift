// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// What a policy counts of the reports of its images: its own view, while reports are the same for everybody.
struct FindingsView {
    private let policy: ScanPolicy
    private let world: World
    private let now: Timestamp
    private(set) var summary = ScanPolicyStatus.Summary()
    private(set) var change = ScanPolicyStatus.Change()
    /// The latest scan among the reports.
    private(set) var latest: ScanReport?
    /// Conditions that tell of what was counted.
    private(set) var assessments: [Assessment] = []
    private(set) var events: [PlannedEvent] = []
    /// When the view changes by itself.
    private(set) var wakeUp: Timestamp?

    init(of policy: ScanPolicy, in world: World, at now: Timestamp) {
        self.policy = policy
        self.world = world
        self.now = now
    }

    /// Counts the report of one image.
    mutating func add(_ report: ScanReport) {
        if policy.spec.effectiveScanners.contains(.vulnerability) { countVulnerabilities(report.summary) }
        if policy.spec.effectiveScanners.contains(.secret) { summary.secrets += report.summary.secrets }
        if latest.map({ $0.scanTime < report.scanTime }) ?? true { latest = report }
    }

    private mutating func countVulnerabilities(_ totals: ScanReport.Summary) {
        let unfixed = policy.spec.ignoreUnfixed ?? false ? totals.unfixed : [:]
        func visible(_ severity: SeverityName) -> Int {
            guard severity >= policy.spec.effectiveMinimumSeverity else { return 0 }
            return max(0, (totals.vulnerabilities[severity] ?? 0) - (unfixed[severity] ?? 0))
        }
        summary.critical += visible(.critical)
        summary.high += visible(.high)
        summary.medium += visible(.medium)
        summary.low += visible(.low)
        summary.unknown += visible(.unknown)
    }

    /// Judges what was counted; `images` says how much of it there is.
    mutating func finish(_ images: ScanPolicyStatus.Images) {}
}
