// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import Testing

@testable import Notifications

@Suite struct WebhookSignatureTests {
    private func key(_ text: String) throws -> Redacted<[UInt8]> {
        try #require(WebhookSignature.key(of: Array(text.utf8)))
    }

    /// The example of the specification's libraries.
    @Test func `agrees with Standard Webhooks`() throws {
        let signature = WebhookSignature(keys: [try key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")])
        let headers = signature.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(
            headers == [
                HTTPHeader("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"), HTTPHeader("webhook-timestamp", "1614265330"),
                HTTPHeader("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ])
    }

    @Test func `with two keys there are two signatures, the newest first; with none there is none`() throws {
        let keys = [try key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), try key(String(repeating: "k", count: 24))]
        let text = WebhookSignature(keys: keys).headers(id: "i", time: 1, body: []).last?.value ?? ""
        let alone = keys.map { WebhookSignature(keys: [$0]).headers(id: "i", time: 1, body: []).last?.value ?? "" }
        #expect(text == alone.joined(separator: " "))
        #expect(WebhookSignature(keys: []).headers(id: "i", time: 1, body: []).count == 2)
    }

    @Test(arguments: ["", "short", "whsec_", "whsec_AAAA", "whsec_not base64 at all, but long enough"])
    func `is no signing secret`(_ text: String) { #expect(WebhookSignature.key(of: Array(text.utf8)) == nil) }
}
