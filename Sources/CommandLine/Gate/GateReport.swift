// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import ScanPolicyController

/// What `watchbill gate` says of one image.
package struct GateReport: Sendable {
    private let judgement: ImageJudgement
    private let image: String
    private let policy: String

    /// - Parameter policy: where the policy comes from, for people.
    package init(_ judgement: ImageJudgement, image: String, policy: String) {
        self.judgement = judgement
        self.image = image
        self.policy = policy
    }

    /// True when the policy is breached.
    package var isBreached: Bool { judgement.compliance?.status == .false }

    package var exitStatus: CommandStatus { isBreached ? .failed : .done }

    /// What counts against the policy, the worst first.
    package var table: TextTable {
        var table = TextTable(["Severity", "Id", "Package", "Installed", "Fixed", "Title"])
        let entry = ReportEntry(judgement.report)
        for finding in judgement.findings {
            table.add([
                .init(finding.severity.rawValue, ink: finding.severity.ink), .init(finding.id),
                .init(finding.package), .init(finding.installed), .init(finding.fixed ?? ""),
                .init(entry.title(of: finding) ?? ""),
            ])
        }
        for other in judgement.others {
            table.add([
                .init(other.kind.word, ink: other.kind == .secret ? .red : nil), .init(other.id),
                .init(other.package ?? ""), .init(""), .init(""),
                .init(other.count == 1 ? "" : Plural.of(other.count, "time")),
            ])
        }
        return table
    }

    /// The line that says how it came out.
    package var verdict: String {
        let summary = judgement.summary
        let counts = [
            (summary.critical, "critical"), (summary.high, "high"), (summary.medium, "medium"), (summary.low, "low"),
            (summary.unknown, "unknown"), (summary.secrets, Plural.verb(summary.secrets, "secret", "secrets")),
            (summary.suppressed, "suppressed"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let found = counts.isEmpty ? "nothing found" : counts
        switch judgement.compliance?.status {
        case .false?: return "breach: \(image): \(judgement.compliance?.message ?? "") (\(policy))"
        case nil: return "no bound: \(image): \(found); spec.compliance of \(policy) bounds nothing"
        default: return "compliant: \(image): \(found) (\(policy))"
        }
    }

    /// What is worth a warning although it changes nothing: sentences for standard error.
    package var notes: [String] {
        var notes: [String] = []
        if let vex = judgement.vex, vex.status != .true {
            notes.append("what spec.vex would leave out counts: \(vex.message)")
        }
        if !judgement.isComplete {
            notes.append("more was found than is listed; what is not listed cannot be suppressed, and counts")
        }
        return notes
    }

    package var json: JSONValue {
        let summary = judgement.summary
        let entry = ReportEntry(judgement.report)
        return .compact([
            "image": .string(image), "digest": .string(judgement.report.image.digest.description),
            "platform": .string(judgement.report.image.platform.description), "policy": .string(policy),
            "verdict": .string(isBreached ? "Breached" : judgement.compliance == nil ? "Unbounded" : "Compliant"),
            "message": judgement.compliance.map { .string($0.message) },
            "summary": [
                "critical": .integer(Int64(summary.critical)), "high": .integer(Int64(summary.high)),
                "medium": .integer(Int64(summary.medium)), "low": .integer(Int64(summary.low)),
                "unknown": .integer(Int64(summary.unknown)), "secrets": .integer(Int64(summary.secrets)),
                "suppressed": .integer(Int64(summary.suppressed)),
            ],
            "findings": .array(judgement.findings.map { $0.json(title: entry.title(of: $0)) }),
            "others": .array(
                judgement.others.map {
                    .compact([
                        "kind": .string($0.kind.word), "id": .string($0.id),
                        "package": $0.package.map(JSONValue.string),
                        "count": .integer(Int64($0.count)),
                    ])
                }),
            "isComplete": .bool(judgement.isComplete), "notes": notes.isEmpty ? nil : .strings(notes),
        ])
    }
}

extension CountedFinding.Kind {
    fileprivate var word: String {
        switch self {
        case .secret: "Secret"
        case .license: "License"
        case .misconfiguration: "Misconfiguration"
        }
    }
}
