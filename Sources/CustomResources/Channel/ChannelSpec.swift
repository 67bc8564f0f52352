// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials

/// How a channel's receiver is reached. What is absent is nil; the defaults that apply are the `effective…` members.
package struct ChannelSpec: Hashable, Sendable, Codable {
    package var suspend: Bool?
    package var type: ChannelType?
    package var webhook: Webhook?
    /// Namespaces whose objects may name the channel too; `*` is all.
    package var offeredTo: [String]?
    package var deadlineSeconds: Int64?

    package init() {}

    package enum ChannelType: String, Sendable, Codable, CaseIterable {
        case webhook = "Webhook"
    }

    /// A URL that takes JSON by POST.
    package struct Webhook: Hashable, Sendable, Codable {
        package var url: String?
        package var urlSecretRef: SecretKeyReference?
        package var signing: Signing?

        package init(url: String? = nil, urlSecretRef: SecretKeyReference? = nil, signing: Signing? = nil) {
            self.url = url
            self.urlSecretRef = urlSecretRef
            self.signing = signing
        }

        /// Tells one receiver from another without showing it.
        package var fingerprint: String {
            let references = [urlSecretRef, signing?.secretRef, signing?.previousSecretRef]
            let words = [url ?? ""] + references.map { "\($0?.name ?? "")/\($0?.key ?? "")" }
            return String(SHA256.hex(words.joined(separator: " ").utf8).prefix(8))
        }
    }

    /// What messages are signed with.
    package struct Signing: Hashable, Sendable, Codable {
        package var secretRef: SecretKeyReference
        /// The one before, while receivers are being told the new one; messages bear both signatures.
        package var previousSecretRef: SecretKeyReference?

        package init(secretRef: SecretKeyReference, previousSecretRef: SecretKeyReference? = nil) {
            self.secretRef = secretRef
            self.previousSecretRef = previousSecretRef
        }
    }

    /// A key of a Secret in the channel's own namespace.
    package struct SecretKeyReference: Hashable, Sendable, Codable {
        package var name: String
        package var key: String

        package init(name: String, key: String) {
            self.name = name
            self.key = key
        }
    }

    package var isSuspended: Bool { suspend ?? false }
    /// How long a notice is tried.
    package var effectiveDeadline: Duration { .seconds(deadlineSeconds ?? 86_400) }
}
