// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import Planning
import TrivyReport

/// What did the courier of a scan Pod print? Read from the Pod's log once its container has ended.
///
/// All of it identifies the Pod: the log is read only when the Job's uid and the Pod's uid are still these.
package struct ScanOutput: FactQuestion {
    package static let name = "scan-output"
    /// A log that has ended does not change.
    package static let maximumAge = Duration.seconds(86_400 * 365)
    /// An answer can be half a megabyte a unit.
    package static let isKept = false
    package static let apiAccess = [APIAccess(.pods), APIAccess(.pods, subresource: "log")]
    package var job: ObjectKey
    package var jobUID: String
    package var pod: String
    package var podUID: String
    package var container: String
    /// The ids of the units that the Job was made for; frames of any other are ignored.
    package var units: [String]

    package init(job: ObjectKey, jobUID: String, pod: String, podUID: String, container: String, units: [String]) {
        self.job = job
        self.jobUID = jobUID
        self.pod = pod
        self.podUID = podUID
        self.container = container
        self.units = units
    }

    package var bucket: String { "kubernetes" }

    /// By unit id; a unit without a readable frame has a failure that says why.
    package typealias Answer = [String: UnitResult]
}
