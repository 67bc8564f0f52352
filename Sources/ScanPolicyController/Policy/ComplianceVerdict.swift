// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// Whether what a policy counts stays within its bounds.
struct ComplianceVerdict {
    let assessment: Assessment

    static let condition = "Compliant"

    /// Nil when nothing is bounded. `missing` of `matched` images have no report yet.
    init?(
        _ summary: ScanPolicyStatus.Summary, missing: Int, of matched: Int, _ bounds: ScanPolicySpec.Compliance?
    ) {
        let checks: [(one: String, many: String, found: Int, bound: Int?)] = [
            ("critical vulnerability", "critical vulnerabilities", summary.critical, bounds?.maximumCritical),
            ("high vulnerability", "high vulnerabilities", summary.high, bounds?.maximumHigh),
            ("secret", "secrets", summary.secrets, bounds?.maximumSecrets),
        ]
        guard checks.contains(where: { $0.bound != nil }) else { return nil }
        let breaches = checks.compactMap { check -> String? in
            guard let bound = check.bound, check.found > bound else { return nil }
            return "\(Plural.of(check.found, check.one, check.many)), at most \(bound) allowed"
        }
        func assessment(
            _ status: Condition.Status, _ reason: ScanPolicy.ComplianceReason, _ message: String
        ) -> Assessment {
            Assessment(Self.condition, status, reason: reason.rawValue, message: message)
        }
        if !breaches.isEmpty {
            self.assessment = assessment(.false, .breached, breaches.joined(separator: "; "))
        } else if missing > 0 {
            self.assessment = assessment(
                .unknown, .notAssessed,
                "\(Plural.part(missing, of: matched, "image")) \(Plural.verb(missing, "has", "have")) no report yet")
        } else {
            self.assessment = assessment(.true, .withinBounds, ScanPolicy.ComplianceReason.withinBounds.explanation)
        }
    }

    /// Tells of a breach that stands in the status. Its identity is the time of that transition, so each breach is told once
    /// however often it is planned, and the next one is another.
    func event(about policy: ScanPolicy) -> PlannedEvent? {
        guard assessment.status == .false,
            let before = policy.conditions.first(where: { $0.type == Self.condition }), before.status == .false
        else { return nil }
        return PlannedEvent(
            about: policy, isWarning: true, reason: assessment.reason, message: assessment.message,
            identity: "breach \(before.lastTransitionTime?.rfc3339 ?? "")")
    }
}
