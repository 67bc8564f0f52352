// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Makes conditions from an outcome; nothing else can make one.
///
/// By kstatus (`sigs.k8s.io/cli-utils`): `Ready` is always there, `Reconciling` and `Stalled` only while True.
package enum StatusSummary {
    /// - Parameters:
    ///   - previous: the conditions now in the status; a transition time moves only when its condition's status does.
    ///   - generation: the spec's generation that was looked at.
    package static func conditions(
        for outcome: Outcome, assessments: [Assessment] = [], previous: [Condition], generation: Int64,
        at now: Timestamp
    ) -> [Condition] {
        var wanted: [Assessment] = []
        switch outcome {
        case .ready(let reason, let message):
            wanted.append(Assessment("Ready", .true, reason: reason, message: message))
        case .degraded(let reason, let message):
            wanted.append(Assessment("Ready", .true, reason: reason, message: message))
        case .progressing(let reason, let message):
            wanted.append(Assessment("Ready", .unknown, reason: reason, message: message))
            wanted.append(Assessment("Reconciling", .true, reason: reason, message: message))
        case .stalled(let reason, let message):
            wanted.append(Assessment("Ready", .false, reason: reason, message: message))
            wanted.append(Assessment("Stalled", .true, reason: reason, message: message))
        }
        wanted += assessments
        return wanted.map { assessment in
            let before = previous.first { $0.type == assessment.type }
            let unchanged = before?.status == assessment.status
            return Condition(
                type: assessment.type, status: assessment.status, reason: assessment.reason,
                message: Self.bounded(assessment.message), observedGeneration: generation,
                lastTransitionTime: unchanged ? before?.lastTransitionTime ?? now : now)
        }
    }

    /// Kubernetes refuses messages over 32,768 bytes; people stop reading long before.
    private static func bounded(_ message: String) -> String {
        message.utf8.count <= 1_024 ? message : String(message.prefix(1_000)) + "…"
    }
}
