// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Logging
import Planning

/// What the API refuses is told to the next plan as a `WriteRefusal`, and tried again after a minute, not sooner.
extension Interpreter {
    /// After this time a refused write is tried once more.
    private static let refusalAge = Duration.seconds(60)
    /// The plan that follows a refusal shows it.
    private static let soon = Duration.milliseconds(100)

    func refuse(
        _ reference: ObjectReference, _ reason: WriteRefusal.Reason, _ message: String, in report: inout ApplyReport
    ) {
        logger.warning(
            "write refused",
            metadata: ["object": "\(reference)", "reason": "\(reason.rawValue)", "message": "\(message)"])
        let now = clock.now()
        memory.remember(refusal: reference, of: report.owner, at: now)
        store.set(.known(.init(reason: reason, message: message), askedAt: now), for: WriteRefusal(reference))
        report.isComplete = false
        report.again = Self.soon
    }

    func refuseTaken(_ reference: ObjectReference, in report: inout ApplyReport) {
        refuse(
            reference, .nameTaken, "\(reference) exists and was not made by Watchbill; delete or rename it", in: &report
        )
    }

    /// True while a refusal is fresh: the same write would be refused again.
    func isHeldBack(_ reference: ObjectReference, in report: inout ApplyReport) -> Bool {
        guard let time = memory.refusal(of: reference), clock.now() - time < Self.refusalAge else { return false }
        report.isComplete = false
        return true
    }

    /// A write went through: a refusal of before is history, and the next plan shows that.
    func accepted(_ reference: ObjectReference, in report: inout ApplyReport) {
        guard memory.forgetRefusal(of: reference) else { return }
        store.forget(AnyQuestion(WriteRefusal(reference)))
        report.again = Self.soon
    }

    /// Has the plan made again when the oldest of its refused writes may be tried once more. What was due now and was not
    /// tried, because the plan no longer asks for it, is forgotten.
    func retryRefusedWrites(_ report: inout ApplyReport) {
        let now = clock.now()
        if report.failures.isEmpty {
            for (reference, time) in memory.refusals(of: report.owner) where now - time >= Self.refusalAge {
                accepted(reference, in: &report)
            }
        }
        guard report.again == nil, let oldest = memory.refusals(of: report.owner).map(\.time).min() else { return }
        report.again = max(oldest + Self.refusalAge - now, Self.soon)
    }
}
