// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel

/// What one try of a Job scans once for everybody who may use the result: one image in one realm.
struct ScanUnit: Hashable {
    /// The same image in the same realm always has the same id, whatever is looked for in it.
    let id: String
    let realm: Realm
    let image: ImageKey
    /// By namespace: who wants it there.
    var demands: [String: ScanDemand]

    init(_ realm: Realm, _ image: ImageKey, _ demands: [String: ScanDemand]) {
        self.init(id: Self.id(realm, image), realm, image, demands)
    }

    init(id: String, _ realm: Realm, _ image: ImageKey, _ demands: [String: ScanDemand]) {
        self.id = id
        self.realm = realm
        self.image = image
        self.demands = demands
    }

    static func id(_ realm: Realm, _ image: ImageKey) -> String {
        let namespace: String? = if case .workload(let namespace) = realm { namespace } else { nil }
        return FailedScans.id(image.digest, image.platform, withRightsOf: namespace)
    }

    var scanners: Set<ScannerKind> { demands.values.reduce(into: []) { $0.formUnion($1.scanners) } }
    /// True when scans of it may begin now.
    var startsScans: Bool { demands.values.contains { $0.startsScans } }
    /// True when nothing that a policy matches needs it.
    var isComparison: Bool { demands.values.allSatisfy(\.isComparison) }
    /// The latest run of those that want it.
    var run: RunDemand? { demands.values.reduce(nil) { RunDemand.later($0, $1.run) } }
    var timeoutSeconds: Int { demands.values.map(\.timeoutSeconds).max() ?? 600 }
    var maximumFindings: Int { demands.values.map(\.maximumFindings).max() ?? 500 }
    /// Settings of a Job that runs with its workload.
    var settings: WorkloadJobSettings { demands.min { $0.key < $1.key }?.value.settings ?? WorkloadJobSettings() }
    /// The namespace in whose turn it is scanned.
    var home: String { demands.keys.min() ?? "" }

    /// All names of the image, in order.
    var references: [ImageReference] {
        Set(demands.values.flatMap(\.references)).sorted { $0.description < $1.description }
    }

    /// How often it may be tried.
    var allowedTries: Int { (demands.values.map(\.retries).max() ?? 0) + 1 }
}
