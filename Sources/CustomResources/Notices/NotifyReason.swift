// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

/// Reasons of `ChannelsFound`; the condition is there while `spec.notify` names channels.
package enum NotifyReason: String, ConditionReason {
    case channelsFound = "ChannelsFound"
    case channelNotFound = "ChannelNotFound"

    package var explanation: String {
        switch self {
        case .channelsFound: "All channels that spec.notify names are there."
        case .channelNotFound:
            "A channel that spec.notify names is neither in this namespace nor offered to it by the operator's. What there is to tell waits for a day."
        }
    }
}
