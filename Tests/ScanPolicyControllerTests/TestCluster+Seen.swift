// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

@testable import ScanPolicyController

/// What people see of the cluster.
extension TestCluster {
    func status(_ key: ObjectKey) -> JSONValue { world[ScanPolicy.self].object(key)?.observedStatus ?? .null }
    func condition(_ type: String, of key: ObjectKey) -> Condition? {
        world[ScanPolicy.self].object(key)?.conditions.first { $0.type == type }
    }
    func images(_ key: ObjectKey) -> [String: Int64] {
        (status(key)["images"]?.objectValue ?? [:]).compactMapValues(\.integerValue).filter { $0.value != 0 }
    }
    var reports: [ScanReport] { world[ScanReport.self].objects().sorted { $0.key < $1.key } }
    func count(_ prefix: String) -> Int { writes.count { $0.hasPrefix(prefix) } }
    var unfinishedJobs: [Job] {
        world[Job.self].objects().filter { $0.completion == .running }.sorted { $0.key < $1.key }
    }

    mutating func removePod(_ key: ObjectKey) { world[Pod.self][key] = nil }
    mutating func removePolicy(_ key: ObjectKey) { world[ScanPolicy.self][key] = nil }
}
