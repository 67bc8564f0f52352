// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

extension Channel {
    /// Reasons of `Ready` and `Stalled`. `InvalidSpec` is the runtime's, for a spec that cannot be read at all.
    package enum Reason: String, ConditionReason {
        case accepted = "Accepted"
        case suspended = "Suspended"
        case rootOnlyField = "RootOnlyField"
        case invalidURL = "InvalidURL"

        package var explanation: String {
            switch self {
            case .accepted: "The channel takes notices."
            case .suspended: "spec.suspend is true: nothing is sent, and notices wait. Set it to false to go on."
            case .rootOnlyField:
                "spec.offeredTo may stand only in a channel of the operator's own namespace. Remove it, or move the channel."
            case .invalidURL:
                "spec.webhook needs one of url and urlSecretRef, and a url is https://host/path without an account. Correct it."
            }
        }
    }

    /// Reasons of `DeliveriesHealthy`.
    package enum HealthReason: String, ConditionReason {
        case nothingToDeliver = "NothingToDeliver"
        case delivering = "Delivering"
        case deliveriesFailing = "DeliveriesFailing"
        case deliveriesSuspended = "DeliveriesSuspended"

        package var explanation: String {
            switch self {
            case .nothingToDeliver: "Everything that there was to tell has been told."
            case .delivering: "Notices are under way, and none has failed."
            case .deliveriesSuspended: "spec.suspend is true: notices wait."
            case .deliveriesFailing:
                "The last try of some notices failed; they are tried again until spec.deadlineSeconds are over. The message says why."
            }
        }
    }
}

/// Why a notice could not be delivered; stands in `status.lastError.reason`.
package enum DeliveryReason: String, ConditionReason {
    case receiverUnreachable = "ReceiverUnreachable"
    case receiverFailed = "ReceiverFailed"
    case rateLimited = "RateLimited"
    case notAccepted = "NotAccepted"
    case refused = "Refused"
    case addressForbidden = "AddressForbidden"
    case secretAccessNotGranted = "SecretAccessNotGranted"
    case secretNotFound = "SecretNotFound"
    case secretInvalid = "SecretInvalid"

    package var explanation: String {
        switch self {
        case .receiverUnreachable:
            "The receiver cannot be reached from the operator: name, network policy, proxy or certificate."
        case .receiverFailed: "The receiver answers with an error of its own (5xx)."
        case .rateLimited: "The receiver limits messages; the next try waits as long as it asks."
        case .notAccepted:
            "The receiver does not accept messages from us (400, 401, 403, 404 and the like, or a redirect). Correct URL or secret."
        case .refused:
            "The receiver says that the message is wrong (413, 415, 422). It is not sent again; an Event tells which."
        case .addressForbidden:
            "The URL leads to an address that tenants must not reach. The operator's configuration may allow the host in egress.allow."
        case .secretAccessNotGranted:
            "The operator may not read the Secret. Name the namespace in the chart's value secretAccess.namespaces."
        case .secretNotFound: "The Secret, or its key, is not there."
        case .secretInvalid:
            "The Secret's key holds no https URL, or no signing secret of 24 bytes or more. Correct it."
        }
    }
}
