// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import HTTPTransport
import OCIModel
import OCIRegistry
import Synchronization
import Testing

/// A registry that answers from a script and remembers what it was asked.
private final class ScriptedRegistry: HTTPTransport {
    struct Answer: Sendable {
        var status = 200
        var headers: [HTTPHeader] = []
        var body: [UInt8] = []
    }

    private let answers: Mutex<[Answer]>
    private let seen = Mutex<[HTTPRequest]>([])

    init(_ answers: Answer...) { self.answers = Mutex(answers.reversed()) }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        seen.withLock { $0.append(request) }
        guard let answer = answers.withLock({ $0.popLast() }) else { throw .notConnected(reason: "nothing listens") }
        return HTTPResponse(status: answer.status, headers: answer.headers, body: BytesBody(answer.body))
    }
}

@Suite struct RegistryClientTests {
    private let digest = "sha256:" + String(repeating: "a", count: 64)
    private let manifest = Array(
        #"""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}
        """#.utf8)
    private let type = HTTPHeader("Content-Type", "application/vnd.oci.image.manifest.v1+json")

    private func reference(_ text: String) throws -> ImageReference { try ImageReference(parsing: text) }

    @Test func `an endpoint that a reference names itself speaks as the configuration says`() async throws {
        let registry = ScriptedRegistry(.init(headers: [HTTPHeader("docker-content-digest", digest)]))
        let endpoint = RegistryEndpoint(host: "localhost:32000", endpoint: "10.0.0.1:32000", isPlainHTTP: true)
        let client = RegistryClient(transport: registry, endpoints: [endpoint])
        #expect(try await client.digest(of: reference("10.0.0.1:32000/trivy-db:2")).description == digest)
        #expect(registry.requests.first?.url == "http://10.0.0.1:32000/v2/trivy-db/manifests/2")
    }

    @Test func `one HEAD tells the digest of a tag, at the endpoint that stands for the host`() async throws {
        let registry = ScriptedRegistry(.init(headers: [HTTPHeader("docker-content-digest", digest)]))
        let endpoint = RegistryEndpoint(host: "localhost:32000", endpoint: "10.0.0.1:32000", isPlainHTTP: true)
        let client = RegistryClient(transport: registry, endpoints: [endpoint])
        #expect(try await client.digest(of: reference("localhost:32000/team/app:1")).description == digest)
        #expect(registry.requests.map(\.method) == [.head])
        #expect(registry.requests.map(\.url) == ["http://10.0.0.1:32000/v2/team/app/manifests/1"])
    }

    @Test func `a HEAD without a digest is followed by a GET whose bytes are digested`() async throws {
        let registry = ScriptedRegistry(.init(), .init(headers: [type], body: manifest))
        let client = RegistryClient(transport: registry)
        #expect(try await client.digest(of: reference("example.com/app")).hex == SHA256.hex(manifest))
        #expect(registry.requests.map(\.method) == [.head, .get])
        #expect(registry.requests[1].url == "https://example.com/v2/app/manifests/latest")
    }

    @Test func `a digest that is not that of the content is refused`() async throws {
        let registry = ScriptedRegistry(
            .init(headers: [type, HTTPHeader("Docker-Content-Digest", digest)], body: manifest))
        let client = RegistryClient(transport: registry)
        await #expect(throws: RegistryError.self) { _ = try await client.manifest(of: reference("example.com/app:1")) }
    }

    @Test func `credentials are sent after a Basic challenge only`() async throws {
        let challenge = HTTPHeader("WWW-Authenticate", #"Basic realm="registry""#)
        let registry = ScriptedRegistry(
            .init(status: 401, headers: [challenge]), .init(headers: [HTTPHeader("Docker-Content-Digest", digest)]))
        let credential = RegistryClient.Credential(user: "Aladdin", password: Redacted("open sesame"))
        _ = try await RegistryClient(transport: registry).digest(
            of: reference("example.com/app:1"), credential: credential)
        #expect(!registry.requests[0].headers.contains { $0.name == "Authorization" })
        // RFC 7617, section 2.
        #expect(
            registry.requests[1].headers.contains(HTTPHeader("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")))
    }

    @Test(arguments: [
        (404, RegistryError.Reason.notFound), (401, .unauthorized), (403, .unauthorized),
        (503, .unreachable("status 503")),
        (302, .invalid("status 302; redirects are not followed")), (429, .rateLimited(retryAfter: .seconds(20))),
    ])
    func `says why there is no answer`(status: Int, reason: RegistryError.Reason) async throws {
        let registry = ScriptedRegistry(.init(status: status, headers: [HTTPHeader("Retry-After", "20")]))
        let client = RegistryClient(transport: registry)
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
        let registry = ScriptedRegistry(.init(headers: [header], body: index), .init(headers: [header], body: index))
        let client = RegistryClient(transport: registry)
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
            .init(status: 401, headers: [challenge]), .init(body: Array(#"{"token":"abc.def"}"#.utf8)),
            .init(headers: [HTTPHeader("Docker-Content-Digest", digest)]))
        #expect(try await RegistryClient(transport: registry).digest(of: reference("nginx:1")).description == digest)
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
        let registry = ScriptedRegistry(.init(status: 401, headers: [challenge]))
        let client = RegistryClient(transport: registry)
        await #expect(throws: RegistryError.self) { _ = try await client.digest(of: reference("example.com/app:1")) }
        #expect(registry.requests.count == 1)
    }

    @Test func `a registry on plain HTTP gives its own tokens`() async throws {
        let challenge = HTTPHeader("WWW-Authenticate", #"Bearer realm="http://10.0.0.1:32000/token""#)
        let registry = ScriptedRegistry(
            .init(status: 401, headers: [challenge]), .init(body: Array(#"{"access_token":"t"}"#.utf8)),
            .init(headers: [HTTPHeader("Docker-Content-Digest", digest)]))
        let endpoint = RegistryEndpoint(host: "localhost:32000", endpoint: "10.0.0.1:32000", isPlainHTTP: true)
        let client = RegistryClient(transport: registry, endpoints: [endpoint])
        _ = try await client.digest(of: reference("localhost:32000/app:1"))
        #expect(registry.requests[1].url == "http://10.0.0.1:32000/token?scope=repository%3Aapp%3Apull")
    }

    @Test(arguments: ["", "[]", "{}", #"{"token":5}"#, #"{"token":""}"#, #"{"token":"a\r\nX: y"}"#])
    func `an answer without a usable token is refused`(body: String) async throws {
        let challenge = HTTPHeader("WWW-Authenticate", #"Bearer realm="https://auth.example.com/t""#)
        let registry = ScriptedRegistry(.init(status: 401, headers: [challenge]), .init(body: Array(body.utf8)))
        let client = RegistryClient(transport: registry)
        await #expect(throws: RegistryError.self) { _ = try await client.digest(of: reference("example.com/app:1")) }
        #expect(registry.requests.count == 2)
    }
}
