// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

extension Delivery: CapturedQuestion {
    /// Of the receiver only where it leads; a slice has the channel without the rest too, and asks this very question.
    package var captured: JSONValue {
        [
            "namespace": .string(channel.namespace), "channel": .string(channel.name), "id": .string(id),
            "body": .string(body), "receiver": receiver.json,
        ]
    }

    package init?(captured: JSONValue) {
        let receiver = captured["receiver"] ?? [:]
        func key(_ path: String...) -> ChannelSpec.SecretKeyReference? {
            var found: JSONValue? = receiver
            for name in path { found = found?[name] }
            guard let found else { return nil }
            return .init(name: found.text("name"), key: found.text("key"))
        }
        var webhook = ChannelSpec.Webhook(
            url: receiver["url"]?.stringValue, urlSecretRef: key("urlSecretRef"))
        if let secret = key("signing", "secretRef") {
            webhook.signing = .init(secretRef: secret, previousSecretRef: key("signing", "previousSecretRef"))
        }
        self.init(
            captured.text("id"), captured.text("body"),
            by: ObjectKey(namespace: captured.text("namespace"), name: captured.text("channel")), to: webhook)
    }

    package static func captured(_ answer: Answer) -> JSONValue { [:] }
    package static func answer(captured: JSONValue) -> Answer? { Answer() }
}
