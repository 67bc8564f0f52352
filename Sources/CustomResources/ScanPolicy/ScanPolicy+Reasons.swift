// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

extension ScanPolicy {
    /// Reasons of `Ready` and `Stalled`. `InvalidSpec` is the runtime's, for a spec that cannot be read at all.
    package enum Reason: String, ConditionReason {
        case accepted = "Accepted"
        case suspended = "Suspended"
        case rootOnlyField = "RootOnlyField"
        case invalidSelector = "InvalidSelector"
        case invalidImage = "InvalidImage"
        case placementConflict = "PlacementConflict"
        case invalidSchedule = "InvalidSchedule"
        case invalidTimeZone = "InvalidTimeZone"
        case invalidJob = "InvalidJob"

        package var explanation: String {
            switch self {
            case .accepted: "The policy is in force."
            case .suspended: "spec.suspend is true: no scan starts and no report changes. Set it to false to go on."
            case .rootOnlyField:
                "spec.workloads.namespaceSelector may stand only in a policy of the operator's own namespace. Remove it, or move the policy."
            case .invalidSelector:
                "A selector names what can be no label, or has an operator with too few or too many values. Correct it."
            case .invalidImage: "An entry of spec.images names no image. Correct it."
            case .placementConflict:
                "spec.job.placement is Operator, where no credentials are used, but the job names some. Remove them, or choose Workload or Auto."
            case .invalidSchedule: "spec.schedule is no schedule, or one that is never due. Correct it."
            case .invalidTimeZone: "spec.timeZone is no time zone of the IANA database. Correct it."
            case .invalidJob: "spec.job asks for what the API server accepts in no Pod. Correct it."
            }
        }
    }

    /// Reasons of `Compliant`; the condition is there while `spec.compliance` bounds something.
    package enum ComplianceReason: String, ConditionReason {
        case withinBounds = "WithinBounds"
        case breached = "Breached"
        case notAssessed = "NotAssessed"

        package var explanation: String {
            switch self {
            case .withinBounds: "The reports of all matched images stay within spec.compliance."
            case .breached: "More was found than spec.compliance allows; the message has the numbers."
            case .notAssessed: "Nothing exceeds spec.compliance so far, but not every matched image has a report yet."
            }
        }
    }

    /// Reasons of `VEXRead`; the condition is there while `spec.vex` names something.
    package enum VEXReason: String, ConditionReason {
        case documentsRead = "DocumentsRead"
        case notReadYet = "NotReadYet"
        case configMapNotFound = "ConfigMapNotFound"
        case configMapUnavailable = "ConfigMapUnavailable"
        case keyNotFound = "KeyNotFound"
        case documentUnreadable = "DocumentUnreadable"

        package var explanation: String {
            switch self {
            case .documentsRead: "All documents that spec.vex names are read; looked at again every five minutes."
            case .notReadYet: "The ConfigMaps that spec.vex names have not been read yet; nothing is left out for them."
            case .configMapNotFound:
                "A ConfigMap that spec.vex names is not in the policy's namespace. Create it; until then what it would leave out counts."
            case .configMapUnavailable: "A ConfigMap that spec.vex names cannot be read; the message says why."
            case .keyNotFound: "A ConfigMap has no text under the key that spec.vex names. Correct one of the two."
            case .documentUnreadable:
                "A document is neither OpenVEX nor CycloneDX in JSON, or malformed; the message says where. What it would leave out counts."
            }
        }
    }

    /// Reasons of `ScansHealthy`.
    package enum HealthReason: String, ConditionReason {
        case scanned = "Scanned"
        case inProgress = "InProgress"
        case awaitingRun = "AwaitingRun"
        case nothingToScan = "NothingToScan"
        case notPullable = "NotPullable"
        case scansFailing = "ScansFailing"
        case scansBlocked = "ScansBlocked"

        package var explanation: String {
            switch self {
            case .scanned: "Every matched image has a report."
            case .inProgress: "Scans are running or waiting for their turn."
            case .awaitingRun: "Some images wait for the next run of the schedule, because spec.onNewImage is false."
            case .nothingToScan: "No image matches. Check spec.workloads, spec.images and spec.excludeImages."
            case .notPullable:
                "Every image that can be pulled has a report; some cannot be pulled by the cluster itself, or their digest is unknown."
            case .scansFailing: "The last try of some images failed; status.failures names them."
            case .scansBlocked: "The cluster refuses or cannot start the Pods of some scans; status.failures says why."
            }
        }
    }
}

/// Why a scan came to no result; stands in `status.failures[].reason`.
package enum ScanFailureReason: String, ConditionReason {
    // Said by the courier of a scan Pod.
    case unauthorized = "Unauthorized"
    case imageNotFound = "ImageNotFound"
    case rateLimited = "RateLimited"
    case registryUnreachable = "RegistryUnreachable"
    case databaseUnavailable = "DatabaseUnavailable"
    case timedOut = "TimedOut"
    case interrupted = "Interrupted"
    case outOfMemory = "OutOfMemory"
    case trivyMissing = "TrivyMissing"
    case trivyCrashed = "TrivyCrashed"
    case reportUnreadable = "ReportUnreadable"
    case unknown = "Unknown"
    // Seen on the Job or its Pod.
    case evicted = "Evicted"
    case deadlineExceeded = "DeadlineExceeded"
    case podFailed = "PodFailed"
    case podGone = "PodGone"
    case resultUnreadable = "ResultUnreadable"
    // The Pod could not start; costs no try.
    case podNotCreated = "PodNotCreated"
    case podNotStarted = "PodNotStarted"
    case scannerNotPullable = "ScannerNotPullable"
    // The API refused the write; costs no try.
    case nameTaken = "NameTaken"
    case forbidden = "Forbidden"
    case invalid = "Invalid"

    /// True when nothing of the image was tried, so that the try does not count.
    package var costsNoAttempt: Bool {
        switch self {
        case .podNotCreated, .podNotStarted, .scannerNotPullable, .nameTaken, .forbidden, .invalid: true
        default: false
        }
    }

    package var explanation: String {
        switch self {
        case .unauthorized:
            "The registry asks for credentials, or refuses those it got. Name a pull secret, and let the job run with the workload."
        case .imageNotFound: "The registry has no such image, digest or platform any more."
        case .rateLimited: "The registry limits pulls."
        case .registryUnreachable:
            "The registry cannot be reached from the scan Pod: name, network policy, proxy or certificate."
        case .databaseUnavailable: "The vulnerability database cannot be fetched; see the operator's configuration."
        case .timedOut: "The scan took longer than spec.job.timeoutSeconds."
        case .interrupted: "The scan Pod was told to end before the image's turn was over."
        case .outOfMemory:
            "The scan ran out of memory. The next try gets twice as much, up to scanPod.maximumMemory in the operator's configuration; then raise that."
        case .trivyMissing: "There is no scanner in the scan Pod; see the operator's configuration."
        case .trivyCrashed: "The scanner crashed; the message has the end of what it said."
        case .reportUnreadable: "The scan Pod printed no readable result for the image."
        case .unknown: "The scanner ended with an error; the message has the end of what it said."
        case .evicted: "The node evicted the scan Pod."
        case .deadlineExceeded: "The scan Job ran into its deadline."
        case .podFailed: "The scan Pod failed before the scanner ran."
        case .podGone: "The scan Pod was deleted before its result could be read."
        case .resultUnreadable: "The log of the scan Pod could not be read."
        case .podNotCreated:
            "The cluster creates no Pod for the scan Job: quota, policy or admission. The Job's Events say why."
        case .podNotStarted: "The scan Pod does not start: no node has room for it, or a volume is missing."
        case .scannerNotPullable:
            "The node cannot pull the scanner's or the courier's image; see the operator's configuration."
        case .nameTaken: "An object that is not ours has the name of the scan Job or report. Delete it."
        case .forbidden:
            "The API server forbids the write: a right is missing, a quota is used up, or an admission plug-in said no."
        case .invalid: "The API server finds the scan Job or report invalid; the message names the field."
        }
    }
}
