// SPDX-License-Identifier: Apache-2.0
import CommandLine
import ControllerRuntime
import Essentials
import KubernetesModel
import Planning
import TestSupport

/// What `capture` prints, `replay` plans again: whatever the operator has before it, for every kind that has plans.
enum CaptureLaws {
    /// 13: and no secret is in it, nor in the plan that stands beside it.
    static func capturesReplay(_ row: inout LawRow, seed: UInt64) {
        PureLaws.watch(seed: seed, every: 67) { world, now in
            for (controller, key) in PureLaws.keys(in: world) {
                guard case .planned(let plan, let primary?) = controller.plan(key, in: world, at: now) else { continue }
                let name = "\(controller.name) \(key) at \(now.rfc3339)"
                guard let capture = primary.capture() else {
                    row.check(false, seed: seed, "\(name) cannot be captured")
                    continue
                }
                let text = StructuredOutput.json.text(capture)
                do throws(CommandFailure) {
                    let again = try Replay.run(Array(text.utf8), from: "-")
                    let difference = LawWorld.difference(["plan": again.plan], ["plan": plan.json])
                    row.check(difference == nil, seed: seed, "\(name): \(difference ?? "")")
                } catch {
                    row.check(false, seed: seed, "\(name): \(error.text)")
                }
                let isShown = (text + plan.json.canonicalText).contains(LawWorld.canary)
                row.check(!isShown, seed: seed, "\(name) shows a secret")
            }
        }
    }
}
