// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// One of our Jobs: identity, what it was made for (labels and annotations) and how it stands.
package struct Job: KubernetesObject {
    package static let resource = ResourceType.jobs
    /// Only Jobs that we made are read in full.
    package static let labelSelector = ["app.kubernetes.io/managed-by": "watchbill"]

    package var metadata = ObjectMetadata()
    /// Pods that are there, those that are going included.
    package var activePods: Int64 = 0
    package var startTime: Timestamp?
    package var completion = Completion.running
    /// When it completed or failed, or began to.
    package var finishTime: Timestamp?
    /// How it is going to end as soon as its last Pod has: `running` while that is open. Kubernetes since 1.30 says so
    /// before it says that the Job has ended (`FailureTarget`, `SuccessCriteriaMet`).
    package var target = Completion.running
    /// Somebody holds it back, such as a queue; its Pods go, and none is made until it is let go.
    package var isSuspended = false

    package enum Completion: Hashable, Sendable {
        case running
        case complete
        /// `reason` is the Job controller's (`BackoffLimitExceeded`, `DeadlineExceeded`).
        case failed(reason: String, message: String)
    }

    package init(metadata: ObjectMetadata) { self.metadata = metadata }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "spec": try readSpec(from: &scanner)
            case "status": try readStatus(from: &scanner)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readSpec(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "suspend": isSuspended = try scanner.readOptionalBool() ?? false
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readStatus(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "active", "terminating":
                activePods = activePods.addingReportingOverflow(try scanner.readOptionalInteger() ?? 0).partialValue
            case "startTime": startTime = try scanner.readOptionalString().flatMap(Timestamp.init(rfc3339:))
            case "conditions":
                try scanner.readArray { (scanner) throws(JSONError) in
                    let condition = try Condition(from: &scanner)
                    guard condition.status == .true else { return }
                    switch condition.type {
                    case "Complete": completion = .complete
                    case "Failed": completion = .failed(reason: condition.reason, message: condition.message)
                    case "SuccessCriteriaMet": target = .complete
                    case "FailureTarget": target = .failed(reason: condition.reason, message: condition.message)
                    default: return
                    }
                    finishTime = [finishTime, condition.lastTransitionTime].compactMap { $0 }.max()
                }
            default: try scanner.skipValue()
            }
        }
    }
}
