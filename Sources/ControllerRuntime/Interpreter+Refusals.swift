// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Logging
import Planning

/// What the API refuses is told to every plan that asks, as a `WriteRefusal`, and is tried again after a minute, not sooner.
///
/// A plan may take longer than that before it names the object again; the refusal stays known until a write goes through.
extension Interpreter {
    /// After this time a refused write is tried once more.
    private static let refusalAge = Duration.seconds(60)
    /// What is not tried again within this time is forgotten.
    private static let refusalMemory = Duration.seconds(3_600)
    /// The plan that follows a refusal shows it.
    private static let soon = Duration.milliseconds(100)

    func refuse(
        _ reference: ObjectReference, _ reason: WriteRefusal.Reason, _ message: String, in report: inout ApplyReport
    ) {
        logger.warning(
            "write refused",
            metadata: ["object": "\(reference)", "reason": "\(reason.rawValue)", "error": "\(message)"])
        let now = clock.now()
        for old in memory.remember(refusal: reference, at: now, forgettingBefore: now - Self.refusalMemory) {
            facts.set(nil, for: WriteRefusal(old))
        }
        facts.set(.known(.init(reason: reason, message: message), askedAt: now), for: WriteRefusal(reference))
        report.isComplete = false
        report.again = Self.soon
    }

    func refuseTaken(_ reference: ObjectReference, in report: inout ApplyReport) {
        refuse(
            reference, .nameTaken, "\(reference) exists and was not made by Watchbill; delete or rename it", in: &report
        )
    }

    /// True while a refusal is fresh: the same write would be refused again. The plan is made again when it is not.
    func isHeldBack(_ reference: ObjectReference, in report: inout ApplyReport) -> Bool {
        guard let time = memory.refusal(of: reference) else { return false }
        let left = Self.refusalAge - (clock.now() - time)
        if left <= .zero { return false }
        report.isComplete = false
        report.again = min(report.again ?? left, left)
        return true
    }

    /// A write went through: a refusal of before is history, and the next plan shows that.
    func accepted(_ reference: ObjectReference, in report: inout ApplyReport) {
        guard memory.forgetRefusal(of: reference) else { return }
        facts.set(nil, for: WriteRefusal(reference))
        report.again = Self.soon
    }
}
