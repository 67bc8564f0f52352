// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import HTTPTransport
import OCIModel
import OCIRegistry
import Synchronization
import Testing

@Suite struct RegistryClientTests {
    private let digest = "sha256:" + String(repeating: "a", count: 64)
    private let manifest = Array(
        #"""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}
        """#.utf8)
    private let type = HTTPHeader("Content-Type", "application/vnd.oci.image.manifest.v1+json")

    private func reference(_ text: String) throws -> ImageReference { try ImageReference(parsing: text) }

    @Test func `an endpoint that a reference names itself speaks as the configuration says`() async throws {
        let registry = ScriptedRegistry(.init(200, [HTTPHeader("docker-content-digest", digest)]))
        let endpoint = RegistryEndpoint(host: "localhost:32000", endpoint: "10.0.0.1:32000", isPlainHTTP: true)
        let client = registry.client([endpoint])
        #expect(try await client.digest(of: reference("10.0.0.1:32000/trivy-db:2")).description == digest)
        #expect(registry.requests.first?.url == "http://10.0.0.1:32000/v2/trivy-db/manifests/2")
    }

    @Test func `one HEAD tells the digest of a tag, at the endpoint that stands for the host`() async throws {
        let registry = ScriptedRegistry(.init(200, [HTTPHeader("docker-content-digest", digest)]))
        let endpoint = RegistryEndpoint(host: "localhost:32000", endpoint: "10.0.0.1:32000", isPlainHTTP: true)
        let client = registry.client([endpoint])
        #expect(try await client.digest(of: reference("localhost:32000/team/app:1")).description == digest)
        #expect(registry.requests.map(\.method) == [.head])
        #expect(registry.requests.map(\.url) == ["http://10.0.0.1:32000/v2/team/app/manifests/1"])
    }

    @Test func `a reference by digest is asked for like any other`() async throws {
        let pinned = "example.com/app@\(digest)"
        let named = ScriptedRegistry(.init(200, [HTTPHeader("docker-content-digest", digest)]))
        #expect(try await named.client().digest(of: reference(pinned)).description == digest)
        #expect(named.requests.map(\.url) == ["https://example.com/v2/app/manifests/\(digest)"])
        let other = "sha256:" + String(repeating: "b", count: 64)
        for (status, answer, reason) in [
            (404, digest, RegistryError.Reason.notFound),
            (200, other, .invalid("the registry says that the content has digest \(other)")),
        ] {
            let registry = ScriptedRegistry(.init(status, [HTTPHeader("docker-content-digest", answer)]))
            let error = await #expect(throws: RegistryError.self) {
                _ = try await registry.client().digest(of: reference(pinned))
            }
            #expect(error?.reason == reason)
        }
    }

    @Test func `a HEAD without a digest is followed by a GET whose bytes are digested`() async throws {
        let registry = ScriptedRegistry(.init(200, []), .init(200, [type], body: manifest))
        let client = registry.client()
        #expect(try await client.digest(of: reference("example.com/app")).hex == SHA256.hex(manifest))
        #expect(registry.requests.map(\.method) == [.head, .get])
        #expect(registry.requests[1].url == "https://example.com/v2/app/manifests/latest")
    }

    @Test func `a digest that is not that of the content is refused`() async throws {
        let registry = ScriptedRegistry(
            .init(200, [type, HTTPHeader("Docker-Content-Digest", digest)], body: manifest))
        let client = registry.client()
        await #expect(throws: RegistryError.self) { _ = try await client.manifest(of: reference("example.com/app:1")) }
    }

    @Test func `credentials are sent after a Basic challenge only`() async throws {
        let challenge = HTTPHeader("WWW-Authenticate", #"Basic realm="registry""#)
        let registry = ScriptedRegistry(
            .init(401, [challenge]), .init(200, [HTTPHeader("Docker-Content-Digest", digest)]))
        let credential = RegistryCredential(username: "Aladdin", password: Redacted("open sesame"))
        _ = try await registry.client().digest(
            of: reference("example.com/app:1"), credentials: [credential])
        #expect(!registry.requests[0].headers.contains { $0.name == "Authorization" })
        // RFC 7617, section 2.
        #expect(
            registry.requests[1].headers.contains(HTTPHeader("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")))
    }

    @Test(arguments: [
        (404, RegistryError.Reason.notFound), (401, .unauthorized), (403, .unauthorized),
        (503, .unreachable("status 503")),
        (302, .invalid("status 302 without a place to go to")), (429, .rateLimited(retryAfter: .seconds(20))),
    ])
    func `says why there is no answer`(status: Int, reason: RegistryError.Reason) async throws {
        let registry = ScriptedRegistry { _, _ in .init(status, [HTTPHeader("Retry-After", "20")]) }
        let client = registry.client()
        let error = await #expect(throws: RegistryError.self) {
            _ = try await client.digest(of: reference("example.com/app:1"))
        }
        #expect(error?.reason == reason)
        #expect(error?.description.contains("app at 1 on registry example.com") == true)
    }

    @Test func `the child of an index is chosen by platform`() async throws {
        let child = "sha256:" + String(repeating: "b", count: 64)
        let index = Array(
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(digest)","size":2,"platform":{"os":"linux","architecture":"amd64"}},
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(child)","size":2,"platform":{"os":"linux","architecture":"arm64"}}]}
            """.utf8)
        let header = HTTPHeader("Content-Type", "application/vnd.oci.image.index.v1+json")
        let registry = ScriptedRegistry(.init(200, [header], body: index), .init(200, [header], body: index))
        let client = registry.client()
        let app = try reference("example.com/app:1")
        #expect(
            try await client.digest(of: app, for: Platform(os: "linux", architecture: "arm64")).description == child)
        await #expect(throws: RegistryError.self) {
            _ = try await client.digest(of: app, for: Platform(os: "linux", architecture: "s390x"))
        }
    }

    @Test func `a public repository's token is fetched without credentials and shown once`() async throws {
        let challenge = HTTPHeader(
            "WWW-Authenticate",
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#
        )
        let registry = ScriptedRegistry(
            .init(401, [challenge]), .init(200, body: Array(#"{"token":"abc.def"}"#.utf8)),
            .init(200, [HTTPHeader("Docker-Content-Digest", digest)]))
        #expect(try await registry.client().digest(of: reference("nginx:1")).description == digest)
        #expect(
            registry.requests.map(\.url) == [
                "https://registry-1.docker.io/v2/library/nginx/manifests/1",
                "https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Alibrary%2Fnginx%3Apull",
                "https://registry-1.docker.io/v2/library/nginx/manifests/1",
            ])
        #expect(registry.requests[2].headers.contains(HTTPHeader("Authorization", "Bearer abc.def")))
        #expect(!registry.requests[1].headers.contains { $0.name == "Authorization" })
    }

    @Test(arguments: [
        "http://auth.example.com/token", "http://169.254.169.254/latest", "ftp://example.com/x", "token",
        "https://user@evil/x", "https:///x", "https://e.com/a b", "https://example.com/\u{7F}",
        "http://example.com:80/t",
    ])
    func `a token is not asked of any server that a challenge names`(realm: String) async throws {
        let challenge = HTTPHeader("WWW-Authenticate", "Bearer realm=\"\(realm)\"")
        let registry = ScriptedRegistry(.init(401, [challenge]))
        let client = registry.client()
        await #expect(throws: RegistryError.self) { _ = try await client.digest(of: reference("example.com/app:1")) }
        #expect(registry.requests.count == 1)
    }

    @Test func `the second check needs one request, the third of another repository a token of its own`() async throws {
        let challenge = #"Bearer realm="https://auth.io/token",service="s",scope="repository:REPOSITORY:pull""#
        let digest = HTTPHeader("Docker-Content-Digest", digest)
        let registry = ScriptedRegistry { request, _ in
            if request.url.hasPrefix("https://auth.io/") { return .init(200, body: Array(#"{"token":"t"}"#.utf8)) }
            let repository = String(request.url.split(separator: "/")[3])
            return request.headers.contains(HTTPHeader("Authorization", "Bearer t"))
                ? .init(200, [digest])
                : .init(401, [HTTPHeader("WWW-Authenticate", challenge.replacing("REPOSITORY", with: repository))])
        }
        let client = registry.client()
        for (image, count) in [("r.io/a:1", 3), ("r.io/a:2", 4), ("r.io/b:1", 7), ("r.io/a:3", 8)] {
            _ = try await client.digest(of: reference(image))
            #expect(registry.requests.count == count)
        }
        registry.clock.advance(.seconds(48))
        _ = try await client.digest(of: reference("r.io/a:1"))
        #expect(registry.requests.count == 10)
    }

    @Test func `many who want one token fetch it once`() async throws {
        let digest = HTTPHeader("Docker-Content-Digest", digest)
        let refused = Mutex(0)
        let registry = ScriptedRegistry { request, _ in
            if request.url.hasPrefix("https://auth.io/") {
                // It takes its time: until everybody has been refused.
                while refused.withLock({ $0 }) < 20 { await Task.yield() }
                return .init(200, body: Array(#"{"token":"t"}"#.utf8))
            }
            guard request.headers.contains(HTTPHeader("Authorization", "Bearer t")) else {
                refused.withLock { $0 += 1 }
                return .init(401, [HTTPHeader("WWW-Authenticate", #"Bearer realm="https://auth.io/token""#)])
            }
            return .init(200, [digest])
        }
        let client = registry.client()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                let image = try reference("r.io/a:\(number)")
                group.addTask { _ = try await client.digest(of: image) }
            }
            try await group.waitForAll()
        }
        #expect(registry.requests.filter { $0.url.hasPrefix("https://auth.io/") }.count == 1)
    }

    @Test func `who fetches a token for all and is cancelled leaves it to the next`() async throws {
        let digest = HTTPHeader("Docker-Content-Digest", digest)
        let isCancelled = Mutex(false)
        let registry = ScriptedRegistry { (request, _) throws(TransportError) in
            if request.url.hasPrefix("https://auth.io/") {
                guard isCancelled.withLock({ $0 }) else {
                    while !Task.isCancelled { await Task.yield() }
                    throw .cancelled
                }
                return .init(200, body: Array(#"{"token":"t"}"#.utf8))
            }
            return request.headers.contains(HTTPHeader("Authorization", "Bearer t"))
                ? .init(200, [digest])
                : .init(401, [HTTPHeader("WWW-Authenticate", #"Bearer realm="https://auth.io/token""#)])
        }
        let client = registry.client()
        let image = try reference("r.io/a:1")
        let first = Task { try await client.digest(of: image) }
        while registry.requests.count < 2 { await Task.yield() }
        let others = (0..<3).map { _ in Task { try await client.digest(of: image) } }
        while registry.requests.count < 5 { await Task.yield() }
        isCancelled.withLock { $0 = true }
        first.cancel()
        for other in others { #expect(try await other.value.description == self.digest) }
        await #expect(throws: RegistryError.self) { try await first.value }
        #expect(registry.requests.filter { $0.url.hasPrefix("https://auth.io/") }.count == 2)
    }

    @Test func `a list is asked with the credentials, page after page`() async throws {
        let registry = ScriptedRegistry { request, _ in
            guard request.headers.contains(HTTPHeader("Authorization", "Basic dTpw")) else {
                return .init(401, [HTTPHeader("WWW-Authenticate", "Basic realm=\"r\"")])
            }
            return request.url.hasSuffix("?n=1000")
                ? .init(
                    200, [HTTPHeader("link", "</v2/a/b/tags/list?last=1>; rel=\"next\"")],
                    body: Array(#"{"tags":["1"]}"#.utf8))
                : .init(200, body: Array(#"{"tags":["2"]}"#.utf8))
        }
        let credential = RegistryCredential(username: "u", password: Redacted("p"))
        let result = try await registry.client().tags(of: "a/b", on: "r.io", credentials: [credential])
        #expect(result.tags == ["1", "2"])
        #expect(result.cut == nil)
        #expect(
            registry.requests.map(\.url) == [
                "https://r.io/v2/a/b/tags/list?n=1000", "https://r.io/v2/a/b/tags/list?n=1000",
                "https://r.io/v2/a/b/tags/list?last=1",
            ])
    }

    @Test func `a registry on plain HTTP gives its own tokens`() async throws {
        let challenge = HTTPHeader("WWW-Authenticate", #"Bearer realm="http://10.0.0.1:32000/token""#)
        let registry = ScriptedRegistry(
            .init(401, [challenge]), .init(200, body: Array(#"{"access_token":"t"}"#.utf8)),
            .init(200, [HTTPHeader("Docker-Content-Digest", digest)]))
        let endpoint = RegistryEndpoint(host: "localhost:32000", endpoint: "10.0.0.1:32000", isPlainHTTP: true)
        let client = registry.client([endpoint])
        _ = try await client.digest(of: reference("localhost:32000/app:1"))
        #expect(registry.requests[1].url == "http://10.0.0.1:32000/token?scope=repository%3Aapp%3Apull")
    }

    @Test(arguments: ["", "[]", "{}", #"{"token":5}"#, #"{"token":""}"#, #"{"token":"a\r\nX: y"}"#])
    func `an answer without a usable token is refused`(body: String) async throws {
        let challenge = HTTPHeader("WWW-Authenticate", #"Bearer realm="https://auth.example.com/t""#)
        let registry = ScriptedRegistry(.init(401, [challenge]), .init(200, body: Array(body.utf8)))
        let client = registry.client()
        await #expect(throws: RegistryError.self) { _ = try await client.digest(of: reference("example.com/app:1")) }
        #expect(registry.requests.count == 2)
    }
}
