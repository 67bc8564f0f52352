// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import OCIModel
import Planning

/// What newer versions would fix and add, by the reports that a ScanPolicy has made of them and of what runs.
///
/// The policy finds what it is to scan in the status of the watch; this only compares what is there.
struct WatchQualification {
    static let condition = "Qualified"

    /// How long telling of a newer version waits for the advice.
    static let patience = Duration.seconds(900)

    /// How it stands with one outdated image.
    private enum Standing {
        case advised(UpdateAdvice)
        case pending
        case nothingToCompare
        case failed(String)
    }

    private struct Judged {
        /// `registry/app:1.0 → 1.1`
        var image: String
        var standing: Standing
    }

    private struct Obstacle {
        var reason: ImageWatch.QualificationReason
        var message: String
    }

    private let namespace: String
    private let world: World
    private let now: Timestamp
    private let obstacle: Obstacle?
    private let policy: ScanPolicy?
    private var judged: [Judged] = []

    /// Nil for a watch that has nothing qualified.
    init?(_ watch: ImageWatch, in world: World, at now: Timestamp) {
        guard let name = watch.spec.qualification?.scanPolicyRef.name else { return nil }
        self.world = world
        self.now = now
        namespace = watch.metadata.namespace
        let entry = world[ScanPolicy.self][ObjectKey(namespace: namespace, name: name)]
        let found = entry.flatMap { $0.metadata.isBeingDeleted ? nil : $0 }
        policy = found?.object
        obstacle = Self.obstacle(found, name, namespace)
    }

    private static func obstacle(_ entry: Decoded<ScanPolicy>?, _ name: String, _ namespace: String) -> Obstacle? {
        func notReady(_ why: String) -> Obstacle {
            Obstacle(reason: .policyNotReady, message: "ScanPolicy \(name) \(why)")
        }
        guard let entry else {
            return Obstacle(
                reason: .policyNotFound,
                message:
                    "spec.qualification.scanPolicyRef.name: there is no ScanPolicy \(name) in namespace \(namespace)")
        }
        guard let policy = entry.object else { return notReady("cannot be read; correct its spec") }
        if policy.spec.isSuspended { return notReady("is suspended; set its spec.suspend to false") }
        guard policy.spec.effectiveScanners.contains(.vulnerability) else {
            return notReady("looks for no vulnerabilities; add Vulnerability to its spec.scanners")
        }
        if let ready = policy.conditions.first(where: { $0.type == "Ready" }), ready.status == .false {
            return notReady("is not in force: \(ready.message)")
        }
        return nil
    }

    /// The documents that decide what counts.
    var questions: [VEXDocuments] { policy.map { VEXView(of: $0, in: world).questions } ?? [] }

    /// When a suppression ends.
    var wakeUp: Timestamp? {
        (policy?.spec.suppressions ?? []).compactMap(\.expiresTime).filter { $0 > now }.min()
    }

    /// Says in the image what is known of its newest version; true when more may be known soon.
    mutating func judge(
        _ image: inout ImageWatchStatus.Image, _ target: WatchTarget, _ before: ImageWatchStatus.Image?
    ) -> Bool {
        image.advice = nil
        guard image.outdated == true, let latest = image.latest else { return false }
        let standing = standing(of: latest, target, before)
        judged.append(Judged(image: "\(image.image) → \(latest.tag)", standing: standing))
        switch standing {
        case .advised(let advice):
            image.advice = advice
            return false
        case .nothingToCompare: return false
        case .pending, .failed: return obstacle == nil
        }
    }

    private func standing(
        of latest: ImageWatchStatus.Version, _ target: WatchTarget, _ before: ImageWatchStatus.Image?
    ) -> Standing {
        guard let policy else { return .pending }
        guard let digest = latest.digest.flatMap({ Digest($0) }), let current = ImageNames.parse(target.text)
        else { return .nothingToCompare }
        var newest = current
        newest.tag = latest.tag
        if target.isUndecided {
            return before?.advice.flatMap { $0.digest == latest.digest ? .advised($0) : nil } ?? .pending
        }
        // In a rollout, some nodes run it already.
        let content = world.fact(ImageContent(target.reference, digest, secrets: target.secrets)).answer
        let runs = target.runs.filter { $0.digest != digest && content?.holds($0.digest) != true }
        if runs.isEmpty || isLeftOut([current, newest], policy) { return .nothingToCompare }
        var pairs: [CandidateAdvice.Pair] = []
        for run in runs.sorted(by: { "\($0)" < "\($1)" }) {
            guard let running = report(run.digest, run.platform), let candidate = report(digest, run.platform) else {
                return failure(run, current, newest, digest) ?? .pending
            }
            pairs.append(.init(running: running, candidate: candidate))
        }
        let comparison = CandidateAdvice(pairs, running: target.reference, candidate: newest, under: policy, at: now)
        if pairs.allSatisfy(\.isFair), let advice = world.derived(comparison).value { return .advised(advice) }
        // They are being scanned again, one after the other, or a document is still to be read: what is known stands.
        if let known = before?.advice, known.digest == latest.digest { return .advised(known) }
        return runs.compactMap { failure($0, current, newest, digest) }.min { "\($0)" < "\($1)" } ?? .pending
    }

    /// True for what nobody scans: the policy excludes it by name, or all of the namespace has opted out.
    private func isLeftOut(_ references: [ImageReference], _ policy: ScanPolicy) -> Bool {
        if world[Namespace.self][ObjectKey(name: namespace)]?.metadata.isOptedOut == true { return true }
        let excluded = ExcludedImages(of: policy.spec)
        return references.contains { excluded.contains($0, written: $0.familiar) }
    }

    private func report(_ digest: Digest, _ platform: Platform) -> ScanReport? {
        let key = ObjectKey(namespace: namespace, name: ScanReport.name(digest, platform))
        guard let report = world[ScanReport.self].object(key), report.image.digest == digest,
            report.image.platform == platform, report.scanner.scanners.contains(.vulnerability)
        else { return nil }
        return report
    }

    /// Why the newer version, or what it is compared with, has no report that serves. The policy's status lists ten failures of
    /// whatever it scans, the cluster remembers all.
    private func failure(
        _ run: WatchTarget.Run, _ current: ImageReference, _ newest: ImageReference, _ candidate: Digest
    ) -> Standing? {
        let remembered = world.derived(FailedScans()).value
        for (digest, name) in [(candidate, newest), (run.digest, current)] {
            for place in [nil, namespace] {
                guard let found = remembered[FailedScans.id(digest, run.platform, withRightsOf: place)],
                    found.scanners.contains(ScannerKind.vulnerability.rawValue), found.expiry > now
                else { continue }
                return .failed("\(name.familiar): \(found.reason): \(found.message)")
            }
        }
        return nil
    }

    // MARK: All images

    var assessment: Assessment {
        func assessment(
            _ reason: ImageWatch.QualificationReason, _ status: Condition.Status, _ message: String? = nil
        ) -> Assessment {
            Assessment(Self.condition, status, reason: reason.rawValue, message: message ?? reason.explanation)
        }
        if let obstacle { return assessment(obstacle.reason, .false, obstacle.message) }
        let all = judged.sorted { $0.image < $1.image }
        guard let first = all.first else { return assessment(.nothingNewer, .true) }
        let failures = all.compactMap { entry -> String? in
            if case .failed(let why) = entry.standing { why } else { nil }
        }
        if let why = failures.first {
            return assessment(
                .candidateNotScannable, .false, "\(Plural.part(failures.count, of: all.count, "image")); \(why)")
        }
        let pending = all.filter { if case .pending = $0.standing { true } else { false } }
        if let wait = pending.first {
            return assessment(
                .qualificationPending, .unknown,
                "\(Plural.part(pending.count, of: all.count, "image")) \(Plural.verb(pending.count, "waits", "wait")) for reports of ScanPolicy \(policy?.metadata.name ?? ""); \(wait.image)"
            )
        }
        let advised = all.compactMap { entry -> String? in
            if case .advised(let advice) = entry.standing { "\(entry.image) \(advice.sentence)" } else { nil }
        }
        guard let said = advised.first else { return assessment(.nothingToCompare, .unknown, first.image) }
        return assessment(.qualified, .true, "\(Plural.part(advised.count, of: all.count, "image")); \(said)")
    }
}
