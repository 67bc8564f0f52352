// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// Has a receiver accepted a message? Asking is sending it: a delivery is a fact like any other, tried again until it is known.
///
/// Everything that the receiver sees is in the question, so a corrected channel is tried at once.
package struct Delivery: FactQuestion {
    package static let name = "delivery"
    /// Accepted once is accepted for ever.
    package static let maximumAge = Duration.seconds(86_400 * 365)
    /// Who settled it has it in a status.
    package static let isKept = false
    package var channel: ObjectKey
    package var receiver: ChannelSpec.Webhook
    /// The notice's; the same at every try.
    package var id: String
    /// JSON.
    package var body: String

    package init(_ id: String, _ body: String, by channel: ObjectKey, to receiver: ChannelSpec.Webhook) {
        self.id = id
        self.body = body
        self.channel = channel
        self.receiver = receiver
    }

    /// Each channel backs off by itself: a dead one harms no other, and a corrected one begins anew.
    package var bucket: String { "channel \(channel) \(receiver.fingerprint)" }

    /// That it was accepted is all there is to know.
    package struct Answer: Hashable, Sendable {
        package init() {}
    }
}
