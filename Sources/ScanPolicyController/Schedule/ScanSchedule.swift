// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// Plans every scan there is: it alone creates and deletes scan Jobs and writes ScanReports and the attempts ConfigMap,
/// because deduplication, fairness and limits cannot be decided one policy at a time.
package enum ScanSchedule: SingletonController {
    package static let name = "scanschedule"

    package static let contract = Contract(
        reads: ScanPolicyController.reads,
        facts: [TagDigest.self, ScanOutput.self, JobEvents.self, WriteRefusal.self],
        writes: [
            WriteGrant(.jobs, [.create, .delete]),
            WriteGrant(ScanReport.resource, [.patch, .delete]),
            WriteGrant(.configMaps, [.patch], .operatorNamespace),
        ])

    package static func plan(in world: World, at now: Timestamp) -> Plan {
        var pass = SchedulePass(world, at: now)
        pass.settleJobs()
        pass.keepReports()
        pass.pruneReports()
        pass.createJobs()
        pass.keepLedger()
        return pass.plan
    }
}
