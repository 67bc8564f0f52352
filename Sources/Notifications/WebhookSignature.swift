// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import HTTPTransport

/// Signs messages as Standard Webhooks has it: `v1,` and the base64 of an HMAC-SHA256 over id, time and body.
///
/// Source: https://github.com/standard-webhooks/standard-webhooks, "Signature scheme".
package struct WebhookSignature: Sendable {
    private let keys: [Redacted<[UInt8]>]

    /// A secret must have so many bytes, as the specification asks.
    package static let minimumKeyBytes = 24

    /// - Parameter keys: the newest first; messages bear a signature of each.
    package init(keys: [Redacted<[UInt8]>]) { self.keys = keys }

    /// Reads a signing secret: `whsec_` and base64, or any other text as it is. Nil when it is too short.
    package static func key(of secret: [UInt8]) -> Redacted<[UInt8]>? {
        var text = secret[...]
        // Whoever makes a Secret with an editor leaves a line break.
        while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { text.removeLast() }
        let prefix = Array("whsec_".utf8)
        if text.starts(with: prefix) {
            guard let key = Base64.decode(Array(text.dropFirst(prefix.count))[...]), key.count >= minimumKeyBytes
            else { return nil }
            return Redacted(key)
        }
        return text.count >= minimumKeyBytes ? Redacted(Array(text)) : nil
    }

    /// The three headers of a message; without keys the signature is left out.
    ///
    /// - Parameter time: of this try, in seconds since 1970.
    package func headers(id: String, time: Int64, body: [UInt8]) -> [HTTPHeader] {
        var headers = [HTTPHeader("webhook-id", id), HTTPHeader("webhook-timestamp", "\(time)")]
        guard !keys.isEmpty else { return headers }
        let signed = Array("\(id).\(time).".utf8) + body
        let signatures = keys.map { "v1," + Base64.encode(HMAC.sha256(signed, key: $0.exposed)) }
        headers.append(HTTPHeader("webhook-signature", signatures.joined(separator: " ")))
        return headers
    }
}
