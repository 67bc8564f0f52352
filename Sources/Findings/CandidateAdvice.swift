// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning

/// What a newer image would fix and add of what a policy counts: a comparison of reports, and of nothing else.
///
/// Where several reports are compared, for several platforms or several digests that run, the least that is fixed and the most
/// that is added: it holds on every node. It is worked out again only when a report, the policy or a document is another.
package struct CandidateAdvice: Derivation {
    /// What runs and what would replace it, on one platform.
    package struct Pair: Hashable, Sendable {
        package var running: ScanReport
        package var candidate: ScanReport

        package init(running: ScanReport, candidate: ScanReport) {
            self.running = running
            self.candidate = candidate
        }

        /// False while one of them is to be scanned again first.
        package var isFair: Bool {
            running.rescanTime(besides: candidate) == nil && candidate.rescanTime(besides: running) == nil
        }

        package static func == (left: Pair, right: Pair) -> Bool { left.identity == right.identity }
        package func hash(into hasher: inout Hasher) { hasher.combine(identity) }

        private var identity: [Identity] { [running, candidate].map(Identity.init) }

        private struct Identity: Hashable {
            var key: ObjectKey
            var scanTime: Timestamp
            var content: String?

            init(_ report: ScanReport) {
                (key, scanTime, content) = (report.key, report.scanTime, report.contentDigest)
            }
        }
    }

    private let pairs: [Pair]
    private let policy: ObjectKey
    /// Of the policy's: what decides what counts, suppressions only as far as they are in force.
    private let spec: ScanPolicySpec
    /// By what names what runs is known, and the newer one.
    private let running: Set<ImageReference>
    private let candidate: Set<ImageReference>

    /// - Parameter pairs: not empty.
    package init(
        _ pairs: [Pair], running: ImageReference, candidate: ImageReference, under policy: ScanPolicy, at now: Timestamp
    ) {
        self.pairs = pairs
        self.policy = policy.key
        (self.running, self.candidate) = ([running], [candidate])
        var spec = ScanPolicySpec()
        spec.vex = policy.spec.vex
        spec.minimumSeverity = policy.spec.minimumSeverity
        spec.ignoreUnfixed = policy.spec.ignoreUnfixed
        spec.suppressions = policy.spec.suppressions?.filter { $0.expiresTime.map { $0 > now } ?? true }
        self.spec = spec
    }

    /// Nil while a document has not been read, and where a report does not say what was found.
    package func value(in world: World) -> UpdateAdvice? {
        let policy = ScanPolicy(
            metadata: ObjectMetadata(name: policy.name, namespace: policy.namespace), spec: spec)
        var rules = PolicyRules(of: policy, in: world, at: Timestamp(secondsSinceEpoch: 0))
        if rules.vex.isPending { return nil }
        var advice: UpdateAdvice?
        for pair in pairs {
            guard let found = compare(pair, &rules) else { return nil }
            guard let before = advice else {
                advice = found
                continue
            }
            // What was not compared everywhere is not compared.
            let fixes = before.fixes.joined(found.fixes, min)
            advice = UpdateAdvice(digest: found.digest, fixes: fixes, adds: before.adds.joined(found.adds, max))
        }
        return advice
    }

    private func compare(_ pair: Pair, _ rules: inout PolicyRules) -> UpdateAdvice? {
        guard let old = FindingRecords(of: pair.running), let new = FindingRecords(of: pair.candidate) else {
            return nil
        }
        let before = counted(old, pair.running, running, &rules)
        let after = counted(new, pair.candidate, candidate, &rules)
        let severities = old.completeSeverities.intersection(new.completeSeverities)
            .filter { $0 >= spec.effectiveMinimumSeverity }
        func count(_ found: [VulnerablePackage: SeverityName], without other: [VulnerablePackage: SeverityName])
            -> [SeverityName: Int]
        {
            var counts = Dictionary(uniqueKeysWithValues: severities.map { ($0, 0) })
            for (key, severity) in found where other[key] == nil { counts[severity]? += 1 }
            return counts
        }
        return UpdateAdvice(
            digest: pair.candidate.image.digest.description, fixes: count(before, without: after),
            adds: count(after, without: before))
    }

    private func counted(
        _ records: FindingRecords, _ report: ScanReport, _ names: Set<ImageReference>, _ rules: inout PolicyRules
    ) -> [VulnerablePackage: SeverityName] {
        let applying = rules.applying(to: report.image, names)
        return records.worst { record in
            if record.severity < spec.effectiveMinimumSeverity { return false }
            if record.fixed == nil, spec.ignoreUnfixed ?? false { return false }
            return !(applying.map { rules.isSuppressed(record, by: $0) } ?? false)
        }
    }
}

extension [SeverityName: Int] {
    /// The keys of both, each with what `choose` makes of the two values.
    fileprivate func joined(_ other: Self, _ choose: (Int, Int) -> Int) -> Self {
        var both: Self = [:]
        for (key, value) in self { both[key] = other[key].map { choose(value, $0) } }
        return both
    }
}
