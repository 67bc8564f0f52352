// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

extension ImageWatch {
    /// Reasons of `Ready` and `Stalled`. `InvalidSpec` is the runtime's, for a spec that cannot be read at all.
    package enum Reason: String, ConditionReason {
        case accepted = "Accepted"
        case suspended = "Suspended"
        case rootOnlyField = "RootOnlyField"
        case invalidSelector = "InvalidSelector"
        case invalidImage = "InvalidImage"
        case invalidPolicy = "InvalidPolicy"
        case invalidSchedule = "InvalidSchedule"
        case invalidTimeZone = "InvalidTimeZone"

        package var explanation: String {
            switch self {
            case .accepted: "The watch is in force."
            case .suspended: "spec.suspend is true: no registry is asked. Set it to false to go on."
            case .rootOnlyField:
                "spec.workloads.namespaceSelector may stand only in a watch of the operator's own namespace. Remove it, or move the watch."
            case .invalidSelector:
                "A selector names what can be no label, or has an operator with too few or too many values. Correct it."
            case .invalidImage: "An entry of spec.images names no image. Correct it."
            case .invalidPolicy: "A policy has a range or a pattern that is none. Correct it; the message says where."
            case .invalidSchedule:
                "spec.schedule is no schedule, or one that is never due, or stands beside spec.intervalSeconds. Correct it."
            case .invalidTimeZone: "spec.timeZone is no time zone of the IANA database. Correct it."
            }
        }
    }

    /// Reasons of `ChecksHealthy`.
    package enum HealthReason: String, ConditionReason {
        case checksSucceeding = "ChecksSucceeding"
        case checksPending = "ChecksPending"
        case checksFailing = "ChecksFailing"
        case nothingToWatch = "NothingToWatch"

        package var explanation: String {
            switch self {
            case .checksSucceeding: "Every image's registry has answered."
            case .checksPending: "Some registries have not answered yet."
            case .checksFailing: "Some images have no usable answer; status.images[].lastError says why."
            case .nothingToWatch: "No image matches. Check spec.workloads and spec.images."
            }
        }
    }

    /// Reasons of `UpToDate`.
    package enum FreshnessReason: String, ConditionReason {
        case current = "Current"
        case outdated = "Outdated"
        case notAssessed = "NotAssessed"

        package var explanation: String {
            switch self {
            case .current: "Nothing newer is there than what runs, by the policies of this watch."
            case .outdated: "Something newer is there; status.images names it."
            case .notAssessed:
                "Nothing newer is known, but not every image has been compared, or could be: a node may name no digest that its repository has."
            }
        }
    }
}

extension ImageWatch {
    /// Reasons of `Qualified`; the condition is there while `spec.qualification` is.
    package enum QualificationReason: String, ConditionReason {
        case qualified = "Qualified"
        case nothingNewer = "NothingNewer"
        case qualificationPending = "QualificationPending"
        case nothingToCompare = "NothingToCompare"
        case policyNotFound = "PolicyNotFound"
        case policyNotReady = "PolicyNotReady"
        case candidateNotScannable = "CandidateNotScannable"

        package var explanation: String {
            switch self {
            case .qualified:
                "Of every newer version is known what it would fix and add; status.images[].advice says it."
            case .nothingNewer: "Nothing newer is known, so there is nothing to scan."
            case .qualificationPending:
                "Newer versions, or what they are compared with, are being scanned. If this lasts, look at the ScanPolicy's conditions, and at Pods with the annotation watchbill.dev/scan: \"false\", which nobody scans."
            case .nothingToCompare:
                "Nothing runs of an outdated image that may be scanned, so there is nothing to compare a newer version with: the nodes do not say which content runs, the ScanPolicy excludes the image by name, or the namespace has the annotation watchbill.dev/scan: \"false\"."
            case .policyNotFound:
                "There is no ScanPolicy of the name that spec.qualification.scanPolicyRef gives in this namespace. Create it, or correct the name."
            case .policyNotReady:
                "The ScanPolicy is suspended, stalled, unreadable, or looks for no vulnerabilities. Correct it, or name another one."
            case .candidateNotScannable:
                "A scan failed of a newer version, or of what it is compared with; the message says why. It is tried again by the policy's rules."
            }
        }
    }
}

/// Why an image could not be compared; stands in `status.images[].lastError.reason`.
///
/// Where several hold, the first of this list is shown: what waits for somebody goes before what may pass by itself.
package enum ImageCheckReason: String, ConditionReason {
    // Found in a Pod.
    case invalidAnnotation = "InvalidAnnotation"
    // Said by the API server.
    case secretAccessNotGranted = "SecretAccessNotGranted"
    case secretUnreadable = "SecretUnreadable"
    // Said by a registry, found in what it said, or said by nobody.
    case unauthorized = "Unauthorized"
    case tooManyTags = "TooManyTags"
    case tagListShrunk = "TagListShrunk"
    case imageNotFound = "ImageNotFound"
    case registryAnswerInvalid = "RegistryAnswerInvalid"
    case rateLimited = "RateLimited"
    case registryUnreachable = "RegistryUnreachable"

    package var explanation: String {
        switch self {
        case .imageNotFound: "The registry has no such repository or tag, or does not show it to everybody."
        case .unauthorized:
            "The registry asks for credentials, or has no such repository; many do not tell these apart."
        case .rateLimited:
            "The registry limits requests, or what it still allows is left to the nodes. It is asked later."
        case .registryUnreachable:
            "The registry cannot be reached from the operator: name, network policy, proxy or certificate."
        case .registryAnswerInvalid: "The registry answers with what is no answer; the message says what is wrong."
        case .secretAccessNotGranted:
            "spec.credentials asks for a Secret that the operator may not read. Name the namespace in the chart's value secretAccess.namespaces, or remove spec.credentials."
        case .secretUnreadable: "A Secret that spec.credentials asks for could not be read; it is tried again."
        case .tooManyTags:
            "The repository has more tags than spec.maximumTags, or its list has no end. Narrow it down with policy type Digest, or raise the bound."
        case .tagListShrunk:
            "The registry lists less than half of the tags that it did. Nothing follows from that list until it has stayed so for ten intervals, a week at most, or a check is asked for; what was known stands."
        case .invalidAnnotation:
            "An annotation of a Pod that says how to watch it cannot be read; the message says which."
        }
    }
}
