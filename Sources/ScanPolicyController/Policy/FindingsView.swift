// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import Planning

/// What a policy counts of the reports of its images: its own view, while reports are the same for everybody.
struct FindingsView {
    let policy: ScanPolicy
    private let demand: PolicyDemand
    private let world: World
    private let now: Timestamp
    private var rules: PolicyRules
    /// By what names the policy's workloads know an image; made when a rule asks.
    private var references: [ImageKey: Set<ImageReference>]?
    private(set) var summary = ScanPolicyStatus.Summary()
    private(set) var change = ScanPolicyStatus.Change()
    /// How many images have a report with everything that the policy looks for.
    private var assessed = 0
    /// The latest scan among the reports.
    private(set) var latest: ScanReport?
    /// Conditions that tell of what was counted.
    private(set) var assessments: [Assessment] = []
    private(set) var events: [PlannedEvent] = []
    /// What channels may have to be told of; empty when the policy names none.
    private(set) var alarms: [ReportAlarms] = []
    /// When the view changes by itself.
    var wakeUp: Timestamp? { rules.nextExpiry }
    var vex: VEXView { rules.vex }

    init(of policy: ScanPolicy, _ demand: PolicyDemand, in world: World, at now: Timestamp) {
        self.policy = policy
        self.demand = demand
        self.world = world
        self.now = now
        rules = PolicyRules(of: policy, in: world, at: now)
    }

    /// Counts the report of one image.
    mutating func add(_ report: ScanReport) {
        var counted = CountedFindings(report.summary, of: policy.spec)
        if let applying = rules(for: report), let records = FindingRecords(of: report) {
            for record in records.vulnerabilities where counted.counts(record) {
                if rules.isSuppressed(record, by: applying) { counted.suppress(record) }
            }
            for entry in records.others where counted.counts(entry) {
                if rules.isSuppressed(entry, by: applying) { counted.suppress(entry) }
            }
        }
        counted.add(to: &summary)
        raise(report)
        if let rollout = report.change, policy.spec.effectiveScanners.contains(.vulnerability) {
            change.introduced += rollout.totalIntroduced
            change.resolved += rollout.totalResolved
        }
        if report.covers(policy.spec.effectiveScanners) { assessed += 1 }
        if latest.map({ $0.scanTime < report.scanTime }) ?? true { latest = report }
    }

    private mutating func raise(_ report: ScanReport) {
        guard let notify = policy.spec.notify else { return }
        var found = world.derived(SevereFindings(report: report, minimum: notify.effectiveMinimumSeverity)).value
        let scanners = policy.spec.effectiveScanners
        let applying = rules(for: report)
        found.vulnerabilities.removeAll { alarm in
            if !scanners.contains(.vulnerability) || alarm.record.severity < policy.spec.effectiveMinimumSeverity {
                return true
            }
            if alarm.record.fixed == nil, policy.spec.ignoreUnfixed ?? false { return true }
            return applying.map { rules.isSuppressed(alarm.record, by: $0) } ?? false
        }
        found.secrets.removeAll { alarm in
            if !scanners.contains(.secret) { return true }
            return applying.map { rules.suppresses(alarm.rule, package: nil, by: $0) } ?? false
        }
        alarms.append(found)
    }

    /// Nil when no rule holds for the image; then its list need not be read.
    mutating func rules(for report: ScanReport) -> PolicyRules.Applying? {
        if rules.isEmpty { return nil }
        let names = references(of: report)
        return rules.applying(to: report.image, names)
    }

    mutating func isSuppressed(_ record: FindingRecord, by applying: PolicyRules.Applying) -> Bool {
        rules.isSuppressed(record, by: applying)
    }

    mutating func isSuppressed(_ entry: CountedFinding, by applying: PolicyRules.Applying) -> Bool {
        rules.isSuppressed(entry, by: applying)
    }

    private mutating func references(of report: ScanReport) -> Set<ImageReference> {
        var known = references ?? [:]
        if references == nil {
            for wanted in demand.parts.lazy.flatMap(\.demands) {
                known[wanted.image, default: []].formUnion(wanted.references)
            }
            references = known
        }
        return known[report.imageKey] ?? []
    }

    /// Judges what was counted; `images` says how much of it there is.
    mutating func finish(_ images: ScanPolicyStatus.Images) {
        if let assessment = vex.assessment(of: policy) { assessments.append(assessment) }
        events += vex.events(about: policy)
        if vex.isPending, let known = policy.observedStatus?["summary"] {
            // Until the documents are read again, what the status says of them stands.
            summary = ScanPolicyStatus.Summary(json: known)
        }
        let missing = max(0, images.matched - assessed)
        guard let verdict = ComplianceVerdict(summary, missing: missing, of: images.matched, policy.spec.compliance)
        else { return }
        assessments.append(verdict.assessment)
        if let event = verdict.event(about: policy) { events.append(event) }
    }
}
