// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import HTTPTransport
import OCIModel
import OCIRegistry
import Synchronization
import Testing

/// Registries that lie, loop, drip and flood. Time and memory are bounded, the reason is told, and other registries answer.
@Suite struct HostileRegistryTests {
    private let digest = "sha256:" + String(repeating: "a", count: 64)

    private func reference(_ text: String) throws -> ImageReference { try ImageReference(parsing: text) }

    private func reason<Value>(_ body: () async throws -> Value) async throws -> RegistryError.Reason? {
        do {
            _ = try await body()
            return nil
        } catch let error as RegistryError {
            return error.reason
        }
    }

    // MARK: Digests and manifests

    @Test(arguments: [
        "", "sha256:", "sha256:xyz", "md5:aa", String(repeating: "a", count: 100_000),
        "sha256:" + String(repeating: "A", count: 64),
    ])
    func `a digest that is none`(digest: String) async throws {
        let registry = ScriptedRegistry(.init(200, [HTTPHeader("Docker-Content-Digest", digest)]))
        let reason = try await reason { try await registry.client().digest(of: reference("r.io/a:1")) }
        #expect(reason == .invalid("the Docker-Content-Digest is no digest"))
        #expect(registry.requests.count == 1)
    }

    @Test func `a manifest without end is cut at four megabytes`() async throws {
        let clock = ScriptedClock()
        let body = EndlessBody([UInt8](repeating: 0x20, count: 64 << 10), on: clock)
        let registry = ScriptedRegistry(clock: clock) { _, _ in .init(stream: body) }
        #expect(
            try await reason { try await registry.client().manifest(of: reference("r.io/a:1")) }
                == .invalid("it is longer than 4194304 bytes"))
        #expect(body.count <= (4 << 20) + (64 << 10))
    }

    @Test func `bytes that drip are waited for a minute`() async throws {
        let clock = ScriptedClock()
        let body = EndlessBody([0x20], every: .seconds(10), on: clock)
        let registry = ScriptedRegistry(clock: clock) { _, _ in .init(stream: body) }
        #expect(
            try await reason { try await registry.client().manifest(of: reference("r.io/a:1")) }
                == .unreachable("no answer within 60.0 seconds"))
        #expect(body.count == 7)
    }

    @Test(arguments: [
        ("text/html", "<html>hello</html>"), ("application/vnd.oci.image.manifest.v1+json", "<html>"),
        ("application/vnd.oci.image.index.v1+json", #"{"manifests":[{"digest":"x"}]}"#),
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", "{}"),
    ])
    func `a page instead of a manifest`(type: String, body: String) async throws {
        let registry = ScriptedRegistry(.init(200, [HTTPHeader("Content-Type", type)], body: Array(body.utf8)))
        guard case .invalid? = try await reason({ try await registry.client().manifest(of: reference("r.io/a:1")) })
        else {
            Issue.record("taken")
            return
        }
    }

    @Test func `a manifest that is not the one that was asked for by digest`() async throws {
        let body = Array(#"{"config":{"digest":"\#(digest)"},"layers":[]}"#.utf8)
        let registry = ScriptedRegistry(.init(200, [], body: body))
        #expect(
            try await reason { try await registry.client().manifest(of: reference("r.io/a@\(digest)")) }
                == .invalid("the content has digest sha256:\(SHA256.hex(body))"))
    }

    @Test func `an error's page of a gigabyte is read as far as it says something`() async throws {
        let clock = ScriptedClock()
        let body = EndlessBody([UInt8](repeating: UInt8(ascii: "<"), count: 4_096), on: clock)
        let registry = ScriptedRegistry(clock: clock) { _, _ in .init(503, stream: body) }
        #expect(
            try await reason { try await registry.client().manifest(of: reference("r.io/a:1")) }
                == .unreachable("status 503"))
        #expect(body.count <= 24 << 10)
    }

    // MARK: Lists

    @Test func `a hundred thousand tags are taken, one more is not`() async throws {
        let registry = ScriptedRegistry { request, number in
            let tags = (0..<1_000).map { "\"\(number).\($0).0\"" }.joined(separator: ",")
            return .init(
                200, [HTTPHeader("Link", "</v2/a/tags/list?last=\(number)>; rel=\"next\"")],
                body: Array("{\"tags\":[\(tags)]}".utf8))
        }
        let result = try await registry.client().tags(of: "a", on: "r.io")
        #expect(result.tags.count == 100_000)
        #expect(result.cut == .tooManyTags)
        #expect(registry.requests.count == 100)
    }

    @Test func `pages that never end, one tag each`() async throws {
        let registry = ScriptedRegistry { _, number in
            .init(
                200, [HTTPHeader("Link", "</v2/a/tags/list?last=\(number)>; rel=next")],
                body: Array("{\"tags\":[\"\(number)\"]}".utf8))
        }
        let result = try await registry.client().tags(of: "a", on: "r.io")
        #expect(result.cut == .tooManyPages)
        #expect(registry.requests.count == 500)
    }

    @Test func `pages that come slowly are waited for three minutes`() async throws {
        let clock = ScriptedClock()
        let registry = ScriptedRegistry(clock: clock) { _, number in
            clock.advance(.seconds(14))
            return .init(
                200, [HTTPHeader("Link", "</v2/a/tags/list?last=\(number)>; rel=next")],
                body: Array("{\"tags\":[\"\(number)\"]}".utf8))
        }
        #expect(
            try await reason { try await registry.client().tags(of: "a", on: "r.io") }
                == .unreachable("the list has no end within 180.0 seconds"))
        #expect(registry.requests.count == 13)
    }

    @Test func `a page of nine megabytes`() async throws {
        let clock = ScriptedClock()
        let body = EndlessBody(Array(repeating: UInt8(ascii: "["), count: 1 << 20), on: clock)
        let registry = ScriptedRegistry(clock: clock) { _, _ in .init(stream: body) }
        #expect(
            try await reason { try await registry.client().tags(of: "a", on: "r.io") }
                == .invalid("it is longer than 8388608 bytes"))
        #expect(body.count == 9 << 20)
    }

    @Test func `tags with control characters are tags of no image`() async throws {
        let body = #"{"tags":["1.0.0","1.1.0\u0000","\u001b[31m2.0.0","3.0.0\r\nX: y","\u202e4"]}"#
        let registry = ScriptedRegistry(.init(200, body: Array(body.utf8)))
        let tags = try await registry.client().tags(of: "a", on: "r.io").tags
        let selection = try TagSelector(TagPolicy(.semanticVersion(nil))).select(from: tags, running: nil)
        #expect(selection.ranked == ["1.0.0"])
        #expect(selection.rejected == [.notATag: 4])
    }

    @Test(arguments: ["<html><body>Too many requests</body></html>", "", "{\"tags\":"])
    func `a page instead of a list`(body: String) async throws {
        let registry = ScriptedRegistry(.init(200, [HTTPHeader("Content-Type", "text/html")], body: Array(body.utf8)))
        guard case .invalid(let why)? = try await reason({ try await registry.client().tags(of: "a", on: "r.io") })
        else {
            Issue.record("taken")
            return
        }
        #expect(why.hasPrefix("its list of tags is no JSON"))
    }

    // MARK: Who asks

    @Test func `a registry that says 401 for ever`() async throws {
        let challenge = HTTPHeader("WWW-Authenticate", #"Bearer realm="https://auth.io/t""#)
        let registry = ScriptedRegistry { request, _ in
            request.url.hasPrefix("https://auth.io/")
                ? .init(body: Array(#"{"token":"t"}"#.utf8)) : .init(401, [challenge])
        }
        let credentials = (0..<16).map { RegistryCredential(username: "\($0)", password: Redacted("p")) }
        let reason = try await reason {
            try await registry.client().digest(of: reference("r.io/a:1"), credentials: credentials)
        }
        #expect(reason == .invalid("no answer after 12 requests"))
        #expect(registry.requests.count < 30)
    }

    @Test func `a password is told to nobody but the registry and its token server`() async throws {
        let registry = ScriptedRegistry { request, _ in
            switch request.url.split(separator: "/")[1] {
            case "r.io": .init(401, [HTTPHeader("WWW-Authenticate", #"Bearer realm="https://auth.io/t""#)])
            case "auth.io": .init(302, [HTTPHeader("Location", "https://evil.io/steal")])
            default: .init(200)
            }
        }
        let credential = RegistryCredential(username: "u", password: Redacted("canary"))
        let error = await #expect(throws: RegistryError.self) {
            try await registry.client().digest(of: reference("r.io/a:1"), credentials: [credential])
        }
        #expect(registry.requests.map(\.url).allSatisfy { !$0.contains("evil.io") })
        #expect(error.map { !"\($0) \(String(reflecting: $0))".contains("canary") } == true)
    }

    @Test(arguments: [
        "http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/latest/",
        "https://metadata.google.internal/", "https://10.96.0.1/api",
    ])
    func `a redirect inside`(location: String) async throws {
        let registry = ScriptedRegistry { _, _ in .init(307, [HTTPHeader("Location", location)]) }
        guard case .invalid? = try await reason({ try await registry.client().digest(of: reference("r.io/a:1")) })
        else {
            Issue.record("followed")
            return
        }
        #expect(registry.requests.count == 1)
    }

    // MARK: Budgets

    @Test func `after a 429 nothing is sent until it is time, and nobody else waits`() async throws {
        let clock = ScriptedClock()
        let digest = HTTPHeader("Docker-Content-Digest", digest)
        let registry = ScriptedRegistry(clock: clock) { request, _ in
            request.url.hasPrefix("https://r.io/") && clock.now < .zero + .seconds(20)
                ? .init(429, [HTTPHeader("Retry-After", "20")]) : .init(200, [digest])
        }
        let client = registry.client()
        #expect(
            try await reason { try await client.digest(of: reference("r.io/a:1")) }
                == .rateLimited(retryAfter: .seconds(20)))
        for second in 1..<20 {
            clock.advance(.seconds(1))
            #expect(
                try await reason { try await client.digest(of: reference("r.io/b:1")) }
                    == .rateLimited(retryAfter: .seconds(20 - second)))
            _ = try await client.digest(of: reference("other.io/a:1"))
        }
        #expect(registry.requests.filter { $0.url.hasPrefix("https://r.io/") }.count == 1)
        clock.advance(.seconds(1))
        _ = try await client.digest(of: reference("r.io/a:1"))
    }

    @Test func `the last tenth of what is counted is left to the nodes; a HEAD is not counted`() async throws {
        let headers = [
            HTTPHeader("ratelimit-limit", "100;w=21600"), HTTPHeader("ratelimit-remaining", "10;w=21600"),
            HTTPHeader("Docker-Content-Digest", digest),
        ]
        let registry = ScriptedRegistry { _, _ in .init(200, headers) }
        let client = registry.client()
        _ = try await client.digest(of: reference("r.io/a:1"))
        #expect(
            try await reason { try await client.manifest(of: reference("r.io/a:1")) }
                == .rateLimited(retryAfter: .seconds(216)))
        _ = try await client.digest(of: reference("r.io/a:1"))
        #expect(registry.requests.map(\.method) == [.head, .head])
    }
}
