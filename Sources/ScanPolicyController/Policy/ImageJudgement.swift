// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import OCIModel
import Planning
import TrivyReport
import VEX

/// What a policy says of one image that was scanned outside the cluster: the gate of a pipeline.
///
/// It asks the view that the operator has of a policy, about a report as the operator would write it; so the two agree.
package struct ImageJudgement: Sendable {
    package let report: ScanReport
    /// What counts, by severity.
    package let summary: ScanPolicyStatus.Summary
    /// `Compliant`; nil when the policy bounds nothing.
    package let compliance: Assessment?
    /// `VEXRead`; nil when the policy names no document.
    package let vex: Assessment?
    /// What counts, one by one, the worst first.
    package let findings: [FindingRecord]
    package let others: [CountedFinding]
    /// False when more was found than there is room for in lists; the summary counts all.
    package let isComplete: Bool

    /// - Parameter documents: what stands in the ConfigMaps that `spec.vex` names; one that is missing leaves nothing out.
    ///   Nil when the result does not say of which content it is.
    package init?(
        _ result: ScanResult, of image: ImageReference, by policy: ScanPolicy,
        documents: [String: VEXDocuments.Answer] = [:], at now: Timestamp
    ) {
        guard let digest = Self.digest(of: result.image, image) else { return nil }
        let report = Self.report(result, of: image, digest, policy, at: now)
        var world = World(configuration: OperatorConfiguration())
        for source in policy.spec.vex ?? [] {
            let question = VEXDocuments(ObjectKey(namespace: policy.metadata.namespace, name: source.configMap))
            if let answer = documents[source.configMap] {
                world.set(.known(answer, askedAt: now), for: question)
            } else {
                world.set(
                    .failed(FactFailure(reason: "NotAsked", message: "it is in the cluster, which is not asked")),
                    for: question)
            }
        }
        var view = FindingsView(of: policy, Self.demand(image, report, policy, in: world), in: world, at: now)
        view.add(report)
        var images = ScanPolicyStatus.Images()
        images.matched = 1
        images.scanned = 1
        view.finish(images)
        let counted = view.counting(report)
        self.report = report
        summary = view.summary
        compliance = view.assessments.first { $0.type == ComplianceVerdict.condition }
        vex = view.assessments.first { $0.type == VEXView.condition }
        findings = counted.vulnerabilities
        others = counted.others
        isComplete = counted.isComplete
    }

    private static func report(
        _ result: ScanResult, of image: ImageReference, _ digest: Digest, _ policy: ScanPolicy, at now: Timestamp
    ) -> ScanReport {
        let platform = Platform(os: "linux", architecture: result.image.architecture ?? "unknown")
        let content = ReportComposer.Content(result, maximumFindings: policy.spec.effectiveMaximumFindings)
        return ScanReport(
            metadata: ObjectMetadata(
                name: ScanReport.name(digest, platform), namespace: policy.metadata.namespace),
            image: .init(
                reference: image.description, digest: digest, platform: platform, os: result.image.os?.words,
                osEndOfLife: result.image.os.map(\.isEndOfLife)),
            scanner: .init(
                version: result.scanner.version.isEmpty ? nil : result.scanner.version,
                databaseUpdatedTime: result.database?.updatedTime, scanners: policy.spec.effectiveScanners,
                placement: .workload, jobUID: ""),
            scanTime: Timestamp(secondsSinceEpoch: now.seconds), summary: ReportComposer.summary(of: result.totals),
            details: content.details, compact: content.compact)
    }

    /// As the registry names it, else what the reference says, else the configuration's, which an image always has.
    private static func digest(of scanned: ScannedImage, _ image: ImageReference) -> Digest? {
        let named = scanned.repositoryDigests.compactMap { text -> Digest? in
            do throws(ImageReferenceError) {
                let reference = try ImageReference(parsing: text)
                return reference.name == image.name ? reference.digest : nil
            } catch {
                return nil
            }
        }
        return named.first ?? image.digest ?? scanned.imageID.flatMap { Digest($0) }
    }

    private static func demand(
        _ image: ImageReference, _ report: ScanReport, _ policy: ScanPolicy, in world: World
    ) -> PolicyDemand {
        let key = ScopedImage(namespace: policy.metadata.namespace, image: report.imageKey)
        let wanted = ScanDemand(
            namespace: key.namespace, image: key.image, references: [image], scanners: policy.spec.effectiveScanners,
            realm: .operator, retries: 0, timeoutSeconds: policy.spec.effectiveTimeoutSeconds,
            maximumFindings: policy.spec.effectiveMaximumFindings, isActive: true, startsScans: false)
        let given = world.derived(GivenDemand(demands: [wanted]))
        return PolicyDemand(policy: policy.key, parts: [.init(namespace: key.namespace, local: given)])
    }
}

/// What is demanded is not looked for in the world: it is the image that was scanned.
private struct GivenDemand: Derivation {
    var demands: [ScanDemand]

    func value(in world: World) -> LocalDemand { LocalDemand(demands: demands) }
}

extension FindingsView {
    /// What counts of a report, one by one, as far as its lists tell.
    fileprivate mutating func counting(_ report: ScanReport) -> FindingRecords {
        guard let records = FindingRecords(of: report) else { return FindingRecords() }
        let counted = CountedFindings(report.summary, of: policy.spec)
        let rules = rules(for: report)
        var kept = FindingRecords()
        kept.isComplete = records.isComplete
        for record in records.vulnerabilities where counted.counts(record) {
            if let rules, isSuppressed(record, by: rules) { continue }
            kept.vulnerabilities.append(record)
        }
        kept.vulnerabilities.sort { $0.isWorse(than: $1) }
        for entry in records.others where counted.counts(entry) {
            if let rules, isSuppressed(entry, by: rules) { continue }
            kept.others.append(entry)
        }
        return kept
    }
}

extension FindingRecord {
    /// The order in which people read: by severity, then what can be mended, then by name.
    package func isWorse(than other: FindingRecord) -> Bool {
        if severity != other.severity { return severity > other.severity }
        if (fixed != nil) != (other.fixed != nil) { return fixed != nil }
        return (package, id, installed) < (other.package, other.id, other.installed)
    }
}

extension ScanPolicy {
    /// What makes this policy unacceptable although its schema holds; path, value and remedy. `rootNamespace` is the operator's.
    package func problem(rootNamespace: String) -> String? {
        PolicyValidation.stall(of: spec, in: metadata.namespace, operatorNamespace: rootNamespace)?.message
    }
}
