// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import Facts
import HTTPTransport
import KubernetesClient
import KubernetesModel
import OCIModel
import OCIRegistry
import Planning
import Synchronization
import TestSupport
import Testing

@testable import FactSources

/// A registry that knows one password, and counts what it is asked.
private final class LockedRegistry: HTTPTransport {
    let accepted = Mutex("Basic " + Base64.encode(Array("tenant:new".utf8)))
    let requests = Mutex(0)

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        requests.withLock { $0 += 1 }
        let isKnown = request.headers.contains {
            $0.name.lowercased() == "authorization" && $0.value == accepted.withLock { $0 }
        }
        guard isKnown else {
            return HTTPResponse(
                status: 401, headers: [HTTPHeader("WWW-Authenticate", "Basic realm=\"r\"")], body: BytesBody([]))
        }
        return HTTPResponse(
            status: 200,
            headers: [HTTPHeader("Docker-Content-Digest", "sha256:" + String(repeating: "a", count: 64))],
            body: BytesBody([]))
    }
}

@Suite struct RefusedAccountsTests {
    private let server = EmbeddedAPIServer { Timestamp(secondsSinceEpoch: 1_800_000_000) }
    private let clock = Cell<Instant>()
    private let registry = LockedRegistry()
    private var admin: KubernetesClient { KubernetesClient(transport: { [server] _ in server.transport() }) }

    private func source() -> DigestSource<TagDigest> {
        server.grant("watchbill", [AccessRule(group: "", resource: "secrets", verbs: [.get], namespace: "default")])
        let client = KubernetesClient(transport: { [server] _ in server.transport(user: "watchbill") })
        let now: @Sendable () -> Instant = { [clock] in clock.value ?? .zero }
        return DigestSource(
            of: TagDigest.self, registries: RegistryClient(transport: registry, now: now),
            secrets: SecretReader(client: client, now: now))
    }

    private func make(_ password: String) async throws -> ObjectMetadata {
        let content: JSONValue = [
            "auths": ["r.example": ["username": "tenant", "password": .string(password)]]
        ]
        return try await admin.create(
            .secrets, namespace: "default",
            body: [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "pull"], "type": "Opaque",
                "data": [".dockerconfigjson": .string(Base64.encode(content.canonicalBytes))],
            ])
    }

    private func question() throws -> TagDigest {
        TagDigest(
            try ImageReference(parsing: "r.example/team/app:1"),
            secrets: [ObjectKey(namespace: "default", name: "pull")])
    }

    @Test func `accounts that were refused are not shown again for a quarter of an hour, changed ones at once`()
        async throws
    {
        let made = try await make("old")
        let source = source()
        let question = try question()
        func ask(at seconds: Int) async -> Result<Digest, FactFailure> {
            clock.value = .zero + .seconds(seconds)
            return await source.ask(question)
        }
        guard case .failure(let failure) = await ask(at: 0) else {
            Issue.record("the old password is taken")
            return
        }
        #expect(failure.reason == "Unauthorized" && failure.isFinal && failure.retryAfter == .seconds(31))
        #expect(!"\(failure)".contains("old"))
        let before = registry.requests.withLock { $0 }
        for look in 1...28 { #expect(await ask(at: look * 31) == .failure(failure)) }
        #expect(registry.requests.withLock { $0 } == before, "the registry is asked with what it refused")
        _ = await ask(at: 29 * 31 + 2)
        #expect(registry.requests.withLock { $0 } > before, "rights may have been given meanwhile")

        try await admin.delete(
            .secrets, ObjectKey(namespace: "default", name: "pull"), uid: made.uid, resourceVersion: nil)
        _ = try await make("new")
        #expect(try await ask(at: 30 * 31 + 3).get().description.hasPrefix("sha256:aaaa"))
    }

    @Test func `who is refused without a Secret waits as long as ever`() async throws {
        let source = source()
        var question = try question()
        question.secrets = []
        guard case .failure(let failure) = await source.ask(question) else {
            Issue.record("nobody is taken for somebody")
            return
        }
        #expect(failure.reason == "Unauthorized" && failure.retryAfter == nil)
    }

    @Test func `how long to wait is not in what is told, because it differs with every try`() {
        let failures = [30, 45].map { wait in
            FactFailure(
                RegistryError(
                    host: "r.example", subject: "app", reason: .rateLimited(retryAfter: .seconds(wait)),
                    httpStatus: 429))
        }
        #expect(failures[0].message == failures[1].message)
        #expect(failures.map(\.retryAfter) == [.seconds(30), .seconds(45)])
    }
}
