// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import OCIModel

@Suite struct RegistryLocationTests {
    private static let base = RegistryLocation(
        RegistryOrigin(host: "r.io:5000", isPlainHTTP: false), "/v2/a/tags/list?n=5")

    @Test(arguments: [
        ("https://Example.COM:443/x?y=1#z", "https://example.com/x?y=1"), ("http://e.com:80", "http://e.com/"),
        ("http://e.com:443/", "http://e.com:443/"),
        ("https://e.com?x", "https://e.com/?x"), ("https://[::1]:5/x", "https://[::1]:5/x"),
        ("/v2/b", "https://r.io:5000/v2/b"),
        ("?n=6", "https://r.io:5000/v2/a/tags/list?n=6"), ("list?last=b", "https://r.io:5000/v2/a/tags/list?last=b"),
        ("HTTPS://e.com/", "https://e.com/"),
    ])
    func `reads where a header leads`(text: String, url: String) throws {
        #expect(try #require(RegistryLocation(text, relativeTo: Self.base)).url == url)
    }

    @Test(arguments: [
        "", "ftp://e.com/", "https://", "https:///x", "https://user@e.com/", "https://e.com:0/", "https://e.com:99999/",
        "https://e .com/", "//e.com/x",
        "https://e.com/a b", "https://e.com/\u{0}", "https://e.com/é", "javascript:alert(1)", "file:///etc/passwd",
        "\\\\e.com\\x", "https://-e.com/",
        "https://e.com/" + String(repeating: "a", count: 5_000), "https://e.com\\@evil.com/", "https:e.com", "data:,x",
    ])
    func `reads nothing else`(text: String) { #expect(RegistryLocation(text, relativeTo: Self.base) == nil) }

    @Test(arguments: [
        ("example.com", false), ("example.com:5000", false), ("8.8.8.8", false), ("169.254.169.254", true),
        ("169.254.169.254:80", true), ("127.0.0.1:5000", true),
        ("10.0.0.1", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true), ("100.64.0.1", true),
        ("100.100.100.200", true), ("0.0.0.0", true),
        ("192.0.0.192", true), ("224.0.0.1", true), ("255.255.255.255", true), ("[::1]", true),
        ("[fd00:ec2::254]:80", true), ("[2001:db8::1]", true),
        ("2130706433", true), ("127.1", true), ("0x7f.1", true), ("0x7f000001", true), ("017700000001", true),
        ("1.2.3.4.5", true), ("localhost", true), ("localhost:32000", true),
        ("registry", true), ("metadata.google.internal", true), ("registry.kube-system.svc", true),
        ("a.svc.cluster.local", true), ("foo.localhost", true), ("local.example", false),
    ])
    func `knows the hosts of the inside`(host: String, isInside: Bool) {
        #expect(RegistryOrigin(host: host, isPlainHTTP: false).isInside == isInside)
    }
}

@Suite struct NextPageTests {
    @Test(
        arguments: [
            ([#"</v2/a/tags/list?n=5&last=e>; rel="next""#], "/v2/a/tags/list?n=5&last=e"), (["</x>; rel=next"], "/x"),
            (["</x>;REL=\"NEXT\""], "/x"),
            ([#"</p>; rel="prev", </n>; rel="next""#], "/n"), ([#"</p>; rel="prev""#, #"</n>; rel="next""#], "/n"),
            ([#"</n?a=1,2;3>; rel="next""#], "/n?a=1,2;3"),
            (["/v2/a/tags/list?next_page=abc; rel=\"next\""], "/v2/a/tags/list?next_page=abc"), (["</x>"], "/x"),
            ([#"</x>; title="a, b; c"; rel="up next""#], "/x"),
            (["</x>, </y>"], nil), ([#"</x>; rel="last""#], nil), ([], nil), ([""], nil), (["<"], nil), ([";;,,"], nil),
            (["<x; rel=next"], nil),
        ] as [([String], String?)])
    func `finds the link to the next page`(headers: [String], target: String?) {
        #expect(NextPage.target(headers) == target)
    }
}

@Suite struct RateLimitTests {
    private func response(_ headers: [(String, String)], status: Int = 200) -> RegistryResponse {
        RegistryResponse(status: status, headers: headers.map { .init($0.0, $0.1) })
    }

    @Test(
        arguments: [
            ("20", nil, 20), ("0", nil, 0), ("99999999", nil, 86_400), ("99999999999999999999999", nil, 86_400),
            ("Sun, 06 Nov 1994 08:49:57 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 20),
            ("Sun, 06 Nov 1994 08:49:17 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Thu, 29 Feb 2024 00:00:10 GMT", "Wed, 28 Feb 2024 23:59:50 GMT", 20),
            ("Fri, 01 Mar 2024 00:00:10 GMT", "Thu, 29 Feb 2024 23:59:50 GMT", 20),
            ("Wed, 01 Jan 2025 00:00:00 GMT", "Tue, 31 Dec 2024 23:59:00 GMT", 60),
            ("Sun, 06 Nov 1994 08:49:57 GMT", nil, nil), ("-5", nil, nil), ("soon", nil, nil), ("", nil, 0),
            ("1.5", nil, nil), ("Sun, 06 Foo 1994 08:49:57 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", nil),
        ] as [(String, String?, Int?)])
    func `reads how long to wait`(text: String, date: String?, seconds: Int?) {
        let headers = [("Retry-After", text)] + (date.map { [("Date", $0)] } ?? [])
        #expect(RetryAfter.wait(response(headers, status: 429)) == (text.isEmpty ? nil : seconds.map { .seconds($0) }))
    }

    @Test func `counts days as the calendar does`() {
        #expect(HTTPDate.seconds("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
        #expect(HTTPDate.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(HTTPDate.seconds("Tue, 29 Feb 2000 12:00:00 GMT") == 951_825_600)
    }

    @Test func `a 429 closes a budget for as long as was asked, and for no other reason`() {
        var budget = RegistryBudget()
        budget.answered(response([("Retry-After", "20")], status: 429), now: .zero)
        #expect(budget.wait(isCounted: false, now: .zero) == .seconds(20))
        #expect(budget.wait(isCounted: false, now: .zero + .seconds(19)) == .seconds(1))
        #expect(budget.wait(isCounted: false, now: .zero + .seconds(20)) == nil)
        budget = RegistryBudget()
        budget.answered(response([], status: 429), now: .zero)
        budget.answered(response([("Retry-After", "20")], status: 200), now: .zero)
        #expect(budget.isOpen(now: .zero))
    }

    @Test(
        arguments: [
            ("100;w=21600", "76;w=21600", nil), ("100;w=21600", "11;w=21600", nil), ("100;w=21600", "10;w=21600", 216),
            ("100;w=21600", "0;w=21600", 216 * 11),
            ("100", "0", 36 * 11), ("0;w=1", "0;w=1", nil), ("x", "0", nil), ("100;w=21600", "", nil),
            ("100;w=21600", "500;w=21600", nil), ("5;w=60", "0;w=60", 12),
        ] as [(String, String, Int?)])
    func `a tenth of what is counted is left to the nodes`(limit: String, remaining: String, seconds: Int?) {
        var budget = RegistryBudget()
        budget.answered(response([("RateLimit-Limit", limit), ("RateLimit-Remaining", remaining)]), now: .zero)
        #expect(budget.wait(isCounted: true, now: .zero) == seconds.map { .seconds($0) })
        #expect(budget.wait(isCounted: false, now: .zero) == nil)
    }

    @Test func `what comes back opens it again`() {
        var budget = RegistryBudget()
        budget.answered(response([("RateLimit-Limit", "100;w=100"), ("RateLimit-Remaining", "0;w=100")]), now: .zero)
        #expect(!budget.isOpen(now: .zero))
        budget.answered(response([("RateLimit-Limit", "100;w=100"), ("RateLimit-Remaining", "50;w=100")]), now: .zero)
        #expect(budget.isOpen(now: .zero))
    }
}
