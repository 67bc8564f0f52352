// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import Planning

/// What a policy has to tell its channels, against what they know: written into the status together with what it tells of.
///
/// It looks for news when nothing is being scanned, so that a night's run is one message, but waits no longer than five minutes.
struct PolicyNotices {
    private(set) var ledger: NoticeLedger
    private(set) var notified: NotifiedFindings?

    private let now: Timestamp

    /// How long news wait for scans to end.
    static let patience = Duration.seconds(300)

    /// Nothing new is looked for; what is delivered goes.
    init(remembering policy: ScanPolicy, in world: World, at now: Timestamp) {
        self.now = now
        ledger = NoticeLedger(policy, in: world, at: now)
        notified = policy.observedNotified
    }

    init(_ policy: ScanPolicy, _ standing: PolicyStanding, in world: World, at now: Timestamp) {
        self.init(remembering: policy, in: world, at: now)
        guard let notify = policy.spec.notify, !notify.channels.isEmpty else {
            notified = nil
            return
        }
        ledger.assess(notify.channels)
        guard !policy.spec.isSuspended, !standing.view.vex.isPending, isDue(standing.isSettled) else { return }
        compare(policy, standing, notify)
    }

    /// The very first look waits for the end in any case: half of what is found is no ground to tell the rest from.
    private mutating func isDue(_ isSettled: Bool) -> Bool {
        if isSettled { return true }
        guard notified != nil else { return false }
        let since = notified?.waitingSinceTime ?? Timestamp(secondsSinceEpoch: now.seconds)
        notified?.waitingSinceTime = since
        if since + Self.patience <= now { return true }
        ledger.wake(at: since + Self.patience)
        return false
    }

    // MARK: What is new

    private mutating func compare(
        _ policy: ScanPolicy, _ standing: PolicyStanding, _ notify: ScanPolicySpec.Notify
    ) {
        let before = notified
        let alarms = standing.view.alarms
        var present: [UInt32: Set<UInt32>] = [:]
        for report in alarms {
            present[report.repository, default: []].formUnion(
                report.vulnerabilities.map(\.fingerprint) + report.secrets.map(\.fingerprint))
        }
        let secrets = Set(alarms.flatMap { $0.secrets.map(\.fingerprint) })
        let total = present.values.reduce(0) { $0 + $1.count } - secrets.count
        var after = NotifiedFindings()
        // What does not run at the moment, as a CronJob's image, is not gone; nor is what is being scanned again.
        after.known = (before?.known ?? [:]).merging(present) { old, new in standing.isWhole ? new : old.union(new) }
        after.fit(keeping: Set(present.keys))
        after.total = total
        after.secrets = secrets.count
        after.scope = Self.scope(policy, notify)
        after.breached = standing.view.assessments.contains {
            $0.type == ComplianceVerdict.condition && $0.status == .false
        }
        after.waitingSinceTime = standing.isSettled ? nil : Timestamp(secondsSinceEpoch: now.seconds)
        let isCounted = total + secrets.count + 2 * present.count > NotifiedFindings.limit
        // Who looks for more than before finds what was there already. A definition that is older than we are keeps no scope.
        let isComparable = before.map { $0.scope.isEmpty || $0.scope == after.scope } ?? true
        let news = News(
            alarms, isComparable ? before : nil, counted: isCounted ? after : nil,
            tellsFirst: notify.tellsFirstScans && isComparable)
        tell(.newCritical, news.vulnerabilityCount, news.vulnerabilities, notify)
        tell(.newSecret, news.secretCount, news.secrets, notify)
        let tellsFirst = before != nil || notify.tellsFirstScans
        if tellsFirst, after.breached, !(before?.breached ?? false) {
            tell(.breach, 1, breaches(standing), notify)
        }
        after.failing = tellFailures(standing, alarms, notify)
        notified = after
    }

    /// An image that fails is told of when its last try has failed, once until there is a report again.
    private mutating func tellFailures(
        _ standing: PolicyStanding, _ alarms: [ReportAlarms], _ notify: ScanPolicySpec.Notify
    ) -> Set<UInt32> {
        let before = notified
        let given = Dictionary(
            standing.givenUp.map { (SevereFindings.fingerprint([$0.image]), $0) }, uniquingKeysWith: { one, _ in one })
        let healed = Set(alarms.map { SevereFindings.fingerprint([$0.image]) }).subtracting(given.keys)
        var told = (before?.failing ?? []).subtracting(healed)
        var news = given.filter { !told.contains($0.key) }.sorted { $0.key < $1.key }
        // What is over or does not run makes room. What there is no room for is not told: it would be news again at the next look.
        let absent = told.subtracting(given.keys).sorted()
        told.subtract(absent.prefix(max(0, told.count + news.count - NotifiedFindings.failingLimit)))
        news = Array(news.prefix(max(0, NotifiedFindings.failingLimit - told.count)))
        if before != nil || notify.tellsFirstScans {
            let subjects = news.map { "\($0.value.image): \($0.value.reason.rawValue)" }.sorted()
            tell(.scanFailed, news.count, subjects, notify)
        }
        return told.union(news.map(\.key))
    }

    /// What is looked for.
    private static func scope(_ policy: ScanPolicy, _ notify: ScanPolicySpec.Notify) -> String {
        let scanners = policy.spec.effectiveScanners.map(\.rawValue).sorted().joined(separator: ",")
        return "\(notify.effectiveMinimumSeverity.rawValue) \(scanners)"
    }

    private func breaches(_ standing: PolicyStanding) -> [String] {
        standing.view.assessments.filter { $0.type == ComplianceVerdict.condition }.map(\.message)
    }

    private mutating func tell(
        _ event: ScanPolicySpec.NoticeEvent, _ count: Int, _ subjects: [String], _ notify: ScanPolicySpec.Notify
    ) {
        guard notify.effectiveEvents.contains(event) else { return }
        ledger.tell(event.rawValue, count: count, subjects: subjects, to: notify.channels)
    }
}

/// What was found that was not known before.
private struct News {
    var vulnerabilities: [String] = []
    var vulnerabilityCount = 0
    var secrets: [String] = []
    var secretCount = 0

    /// - Parameters:
    ///   - before: nil when nothing was looked at yet.
    ///   - counted: how many there are, where there are more than can be remembered: then only their numbers tell.
    init(_ alarms: [ReportAlarms], _ before: NotifiedFindings?, counted: NotifiedFindings?, tellsFirst: Bool) {
        if before == nil, !tellsFirst { return }
        if let counted {
            vulnerabilityCount = max(0, counted.total - (before?.total ?? 0))
            secretCount = max(0, counted.secrets - (before?.secrets ?? 0))
            return
        }
        let known = before?.known ?? [:]
        var told: Set<UInt32> = []
        var found: [ReportAlarms.Vulnerability] = []
        for report in alarms where tellsFirst || known[report.repository] != nil {
            let known = known[report.repository] ?? []
            found += report.vulnerabilities.filter {
                !known.contains($0.fingerprint) && told.insert($0.fingerprint).inserted
            }
            for secret in report.secrets
            where !known.contains(secret.fingerprint) && told.insert(secret.fingerprint).inserted {
                secretCount += 1
                let words = "\(secret.rule) in \(secret.image)"
                if secrets.last != words { secrets.append(words) }
            }
        }
        found.sort { ($1.record.severity, $0.record.id, $0.image) < ($0.record.severity, $1.record.id, $1.image) }
        vulnerabilityCount = found.count
        vulnerabilities = found.prefix(Notice.maximumSubjects).map { alarm in
            let record = alarm.record
            let fix = record.fixed.map { ", fixed in \($0)" } ?? ""
            return "\(record.id) in \(record.package) \(record.installed)\(fix) (\(alarm.image))"
        }
    }
}
