// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// What is wrong with a channel that no schema can say.
struct ChannelProblem {
    let reason: Channel.Reason
    let message: String

    /// Nil when nothing is.
    init?(_ channel: Channel, root: String) {
        if channel.spec.offeredTo != nil, channel.metadata.namespace != root {
            reason = .rootOnlyField
            message = "spec.offeredTo may stand only in namespace \(root); remove it, or move the channel there"
            return
        }
        reason = .invalidURL
        let webhook = channel.spec.webhook
        switch (webhook?.url, webhook?.urlSecretRef) {
        case (nil, nil): message = "spec.webhook: neither url nor urlSecretRef is there; add one of the two"
        case (_?, _?): message = "spec.webhook: url stands beside urlSecretRef; remove one of the two"
        case (nil, _?): return nil
        case (let url?, nil):
            guard let flaw = WebhookURL.flaw(in: url) else { return nil }
            // It may hold an account, so it is not repeated.
            message = "spec.webhook.url: \(flaw)"
        }
    }
}
