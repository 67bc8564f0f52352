// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import KubernetesClient
import KubernetesModel
import OCIModel
import Planning
import TestSupport
import Testing

@testable import FactSources

/// What is made of Secrets for whoever asks a registry.
@Suite struct SecretReaderTests {
    private let server = EmbeddedAPIServer { Timestamp(secondsSinceEpoch: 1_800_000_000) }
    private let clock = Cell<Instant>()

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "default", name: name) }

    private func reader(_ rules: [AccessRule]) -> SecretReader {
        server.grant("watchbill", rules)
        let client = KubernetesClient(transport: { _ in server.transport(user: "watchbill") })
        return SecretReader(client: client) { [clock] in clock.value ?? .zero }
    }

    private func read(_ namespace: String = "default") -> AccessRule {
        AccessRule(group: "", resource: "secrets", verbs: [.get], namespace: namespace)
    }

    @discardableResult
    private func make(
        _ name: String, _ registry: String, _ username: String, key: String = ".dockerconfigjson"
    ) async throws -> ObjectMetadata {
        let accounts: JSONValue = [registry: ["username": .string(username), "password": "canary"]]
        let content = key == ".dockercfg" ? accounts : ["auths": accounts]
        let admin = KubernetesClient(transport: { _ in server.transport() })
        return try await admin.create(
            .secrets, namespace: "default",
            body: [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)], "type": "Opaque",
                "data": [key: .string(Base64.encode(content.canonicalBytes))],
            ])
    }

    private func image() throws -> ImageReference { try ImageReference(parsing: "r.example/team/app:1") }

    @Test func `accounts are found in both kinds of Secret, the most specific first, and others are passed over`()
        async throws
    {
        try await make("wide", "r.example", "any")
        try await make("narrow", "r.example/team", "team", key: ".dockercfg")
        try await make("elsewhere", "other.example", "other")
        try await make("different", "r.example", "nobody", key: "password")
        let found = try await reader([read()]).credentials(
            for: image(), in: ["wide", "missing", "narrow", "elsewhere", "different"].map(key))
        #expect(found.map(\.username) == ["team", "any"])
        #expect(found.allSatisfy { $0.password.exposed == "canary" })
        #expect(!"\(found)".contains("canary"))
    }

    @Test func `without the right to read it, that is said, and no other right is used`() async throws {
        try await make("pull", "r.example", "any")
        let reader = reader([read("elsewhere")])
        await #expect(
            throws: FactFailure(
                reason: "SecretAccessNotGranted", message: "the operator may not read Secret default/pull",
                isFinal: true,
                retryAfter: .seconds(31))
        ) {
            try await reader.credentials(for: image(), in: [key("pull")])
        }
        #expect(try await reader.credentials(for: image(), in: []).isEmpty)
    }

    @Test func `what was read serves for half a minute`() async throws {
        let made = try await make("pull", "r.example", "any")
        let reader = reader([read()])
        func names() async throws -> [String] {
            try await reader.credentials(for: image(), in: [key("pull")]).map(\.username)
        }
        #expect(try await names() == ["any"])
        let admin = KubernetesClient(transport: { _ in server.transport() })
        try await admin.delete(.secrets, key("pull"), uid: made.uid, resourceVersion: nil)
        clock.value = .zero + .seconds(30)
        #expect(try await names() == ["any"])
        clock.value = .zero + .seconds(31)
        #expect(try await names().isEmpty)
    }
}
