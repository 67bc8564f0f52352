// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Schema
import Testing

@testable import CustomResources

@Suite struct ChannelTests {
    @Test func `schema and type name the same fields, types and optionality`() throws {
        let type = try DecodingProbe.shape(of: ChannelSpec.self)
        #expect(type == Channel.specSchema.probeShape)
    }

    @Test(arguments: [
        ("https://hooks.example.org", true, "hooks.example.org", 443),
        ("http://sink.monitoring.svc:8080/", false, "sink.monitoring.svc", 8080),
        ("https://[fd00::1]:9000/x", true, "fd00::1", 9000), ("https://[::1]", true, "::1", 443),
        ("https://10.0.0.1:1", true, "10.0.0.1", 1),
    ])
    func `is a URL`(text: String, isSecure: Bool, host: String, port: Int) throws {
        let url = try WebhookURL(parsing: text)
        #expect(url.isSecure == isSecure)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.text == text)
    }

    @Test func `what is connected to is what was judged, whatever the letters`() throws {
        let url = try WebhookURL(parsing: "HTTPS://Hooks.Example.ORG:443/X?y=Z")
        #expect(url.text == "https://hooks.example.org/X?y=Z")
        for text in ["127.1", "2130706433", "0x7f000001", "0x7f.1", "1.2.3.4.5", "010.0.0.1", "256.1.1.1", "1.2.3.4."] {
            #expect(throws: WebhookURL.Flaw.host) { try WebhookURL(parsing: "https://\(text)/") }
        }
    }

    @Test(arguments: [
        ("", WebhookURL.Flaw.noScheme), ("hooks.example.org", .noScheme), ("ftp://x", .noScheme),
        ("file:///etc/passwd", .noScheme), ("https:/x", .noScheme), ("https://", .host), ("https:///path", .host),
        ("https://user:secret@hooks.example.org", .account), ("https://good.example@evil.example", .account),
        ("https://x:0", .port), ("https://x:65536", .port), ("https://x:", .port), ("https://x:80x", .port),
        ("https://a b", .character), ("https://x/\n", .character), ("https://x\r\nHost: y", .character),
        ("https://exämple.org", .character), ("https://x\\@y", .character), ("https://[fd00::1", .host),
        ("https://[x]", .host), ("https://a,b", .host), ("https://fd00::1]", .host),
    ])
    func `is no URL, for a reason that does not repeat it`(text: String, flaw: WebhookURL.Flaw) {
        #expect(throws: flaw) { try WebhookURL(parsing: text) }
        #expect(WebhookURL.flaw(in: text)?.contains("secret") != true)
        // What is shown in its place has the same flaw, and nothing else of it.
        let masked = WebhookURL.masked(text)
        #expect(throws: flaw) { try WebhookURL(parsing: masked) }
        #expect(WebhookURL.masked(masked) == masked && !masked.contains("secret") && !masked.contains("x"))
    }

    @Test(arguments: [
        ("https://hooks.example.org", "https://hooks.example.org"),
        ("https://hooks.example.org/services/T0/B0/secret", "https://hooks.example.org/***"),
        ("HTTP://Sink:8080?token=secret", "http://sink:8080/***"),
        ("https://[fd00::1]:9000/x#secret", "https://[fd00::1]:9000/***"),
    ])
    func `of a URL it is shown where it leads`(text: String, shown: String) {
        #expect(WebhookURL.masked(text) == shown && WebhookURL.masked(shown) == shown)
    }

    @Test func `a channel serves its own namespace, and the root's those that it names`() {
        func channel(_ namespace: String, _ offered: [String]?) -> Channel {
            var spec = ChannelSpec()
            spec.offeredTo = offered
            return Channel(metadata: ObjectMetadata(name: "hooks", namespace: namespace), spec: spec)
        }
        #expect(channel("shop", nil).serves("shop", root: "root"))
        #expect(!channel("shop", ["bank"]).serves("bank", root: "root"))
        #expect(channel("root", ["bank"]).serves("bank", root: "root"))
        #expect(!channel("root", ["bank"]).serves("shop", root: "root"))
        #expect(!channel("root", nil).serves("shop", root: "root"))
        #expect(channel("root", ["*"]).serves("shop", root: "root"))
    }
}
