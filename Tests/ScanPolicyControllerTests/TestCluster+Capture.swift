// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning
import Schema

@testable import ScanPolicyController

extension TestCluster {
    /// What is captured of a policy, written down and read again, gives the same plan, in whatever state the cluster is.
    mutating func checkCapture(of policy: ScanPolicy, _ plan: Plan) {
        // Every state is looked at by some test; all of them in every test would take minutes.
        guard (now.seconds + Int64(writes.count)).isMultiple(of: 4) else { return }
        // What no API server would have let in is read by none.
        guard ScanPolicy.specSchema.validate(policy.spec.json, path: "spec").isEmpty else { return }
        do throws(CaptureError) {
            guard let capture = Capture<ScanPolicyController>(policy, in: world, at: now) else {
                return violations.append("\(policy.key) cannot be captured")
            }
            let again = try Capture<ScanPolicyController>(json: capture.json)
            if again.plan != plan {
                violations.append(
                    "\(policy.key) is planned otherwise from its capture: \(again.plan.json) for \(plan.json)")
            }
            if again.json != capture.json { violations.append("the capture of \(policy.key) reads as another one") }
        } catch {
            violations.append("the capture of \(policy.key) cannot be read: \(error.reason)")
        }
    }
}
