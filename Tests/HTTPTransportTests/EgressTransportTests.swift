// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import HTTPTransport

@Suite struct EgressTransportTests {
    @Test(
        arguments: [
            ([], "registry.example", 443, false), ([], "localhost", 32_000, true), ([], "127.0.0.1", 80, true),
            ([], "::1", 80, true), ([], "128.0.0.1", 80, false),
            (["*"], "registry.example", 443, true),
            (["example"], "example", 443, true), (["example"], "registry.example", 443, true),
            (["example"], "counterexample", 443, false), (["EXAMPLE"], "Registry.Example", 443, true),
            ([".example"], "registry.example", 443, true), ([".example"], "example", 443, false),
            (["*.example"], "registry.example", 443, true), (["*.example"], "example", 443, false),
            (["example:5000"], "example", 5_000, true), (["example:5000"], "example", 443, false),
            (["10.0.0.0/8"], "10.200.1.1", 443, true), (["10.0.0.0/8"], "11.0.0.1", 443, false),
            (["10.0.0.0/8"], "10.example", 443, false), (["192.168.128.0/17"], "192.168.200.1", 443, true),
            (["192.168.128.0/17"], "192.168.127.1", 443, false), (["10.1.0.1"], "10.1.0.1", 443, true),
            (["10.1.0.1:5000"], "10.1.0.1", 443, false), (["0.0.0.0/0"], "8.8.8.8", 443, true),
            (["fd00::/8"], "fd12::1", 443, true), (["fd00::/8"], "fe80::1", 443, false),
            (["[fd00::1]:5000"], "fd00::1", 5_000, true), (["[fd00::1]:5000"], "fd00::1", 443, false),
            (["fd00::1"], "fd00::1", 443, true), (["10.0.0.0/33"], "10.0.0.1", 443, false),
            ([""], "example", 443, false),
        ] as [([String], String, Int, Bool)])
    func `exceptions are what Go takes them for`(entries: [String], host: String, port: Int, isDirect: Bool) {
        #expect(ProxyExceptions(entries).covers(host: host, port: port) == isDirect)
    }

    final class Way: ClosableTransport {
        let urls = Mutex<[String]>([])

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            urls.withLock { $0.append(request.url) }
            throw .notConnected(reason: "a test")
        }

        func shutdown() async { urls.withLock { $0.append("closed") } }
    }

    @Test func `each request goes its way`() async {
        let (direct, http, https) = (Way(), Way(), Way())
        let transport = EgressTransport(
            direct: direct, http: http, https: https, exceptions: ProxyExceptions(["inside.example", "10.0.0.0/8"]))
        for url in [
            "https://registry.example/v2/", "http://registry.example:5000/v2/", "https://inside.example",
            "http://10.1.2.3:5000/x",
            "https://[fd00::1]:5000/v2/?a=http://inside.example", "http://localhost:32000/v2/",
        ] {
            await #expect(throws: TransportError.self) { _ = try await transport.send(HTTPRequest(.get, url)) }
        }
        await transport.shutdown()
        #expect(
            https.urls.withLock(\.self) == [
                "https://registry.example/v2/", "https://[fd00::1]:5000/v2/?a=http://inside.example", "closed",
            ])
        #expect(http.urls.withLock(\.self) == ["http://registry.example:5000/v2/", "closed"])
        #expect(
            direct.urls.withLock(\.self) == [
                "https://inside.example", "http://10.1.2.3:5000/x", "http://localhost:32000/v2/", "closed",
            ])
    }

    @Test func `without a proxy for its scheme a request goes directly`() async {
        let (direct, https) = (Way(), Way())
        let transport = EgressTransport(direct: direct, http: nil, https: https, exceptions: ProxyExceptions([]))
        await #expect(throws: TransportError.self) {
            _ = try await transport.send(HTTPRequest(.get, "http://a.example/"))
        }
        #expect(direct.urls.withLock(\.self) == ["http://a.example/"])
    }
}
