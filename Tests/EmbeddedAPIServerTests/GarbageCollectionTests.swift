// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import Testing

@Suite struct GarbageCollectionTests {
    private let fixture = ServerFixture()

    private func delete(_ name: String, _ policy: String) async throws {
        _ = try await fixture.send(
            .delete, ServerFixture.configMaps + "/" + name, ["propagationPolicy": .string(policy)])
    }

    /// `top` owns `middle`, which owns `leaf`.
    private func chain() async throws {
        let top = try await fixture.make("top")
        let middle = try await fixture.make("middle", owners: [fixture.owner(top)])
        try await fixture.make("leaf", owners: [fixture.owner(middle)])
        try await fixture.make("other")
    }

    @Test(arguments: ["Background", "Foreground"])
    func `what an owner leaves behind goes with it`(policy: String) async throws {
        try await chain()
        try await delete("top", policy)
        #expect(fixture.names == ["other"])
    }

    @Test func `orphans stay, without the reference`() async throws {
        try await chain()
        try await delete("top", "Orphan")
        #expect(fixture.names == ["leaf", "middle", "other"])
        let middle = try await fixture.send(.get, ServerFixture.configMaps + "/middle").json
        #expect(middle.at("metadata", "ownerReferences") == nil)
    }

    @Test func `an object with another living owner stays`() async throws {
        let first = try await fixture.make("first")
        let second = try await fixture.make("second")
        try await fixture.make("child", owners: [fixture.owner(first), fixture.owner(second)])
        try await delete("first", "Background")
        #expect(fixture.names == ["child", "second"])
        try await delete("second", "Background")
        #expect(fixture.names.isEmpty)
    }

    @Test func `a foreground deletion waits for a dependent that is held`() async throws {
        let top = try await fixture.make("top")
        try await fixture.make("child", owners: [fixture.owner(top)], finalizers: ["example.com/hold"])
        try await delete("top", "Foreground")
        #expect(fixture.names == ["child", "top"])
        _ = try await fixture.send(
            .patch, ServerFixture.configMaps + "/child", ["metadata": ["finalizers": .null]],
            type: "application/merge-patch+json")
        #expect(fixture.names.isEmpty)
    }

    @Test func `an owner that never was deletes only when asked, and an unknown kind of owner never`() async throws {
        let gone: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "no-such-uid"]
        try await fixture.make("dangling", owners: [gone])
        let unknown: JSONValue = ["apiVersion": "example.com/v1", "kind": "Thing", "name": "x", "uid": "y"]
        try await fixture.make("foreign", owners: [unknown])
        #expect(fixture.names == ["dangling", "foreign"])
        fixture.server.collectGarbage()
        #expect(fixture.names == ["foreign"])
    }

    @Test func `left to itself, nothing is collected until asked`() async throws {
        var options = EmbeddedAPIServer.Options()
        options.collectsGarbageAtOnce = false
        let fixture = ServerFixture(options)
        let top = try await fixture.make("top")
        try await fixture.make("child", owners: [fixture.owner(top)])
        _ = try await fixture.send(.delete, ServerFixture.configMaps + "/top")
        #expect(fixture.names == ["child"])
        fixture.server.collectGarbage()
        #expect(fixture.names.isEmpty)
    }

    @Test func `a namespace takes its content with it, and refuses more until it is gone`() async throws {
        _ = try await fixture.send(.post, "/api/v1/namespaces", ["metadata": ["name": "n"]])
        let path = "/api/v1/namespaces/n/configmaps"
        _ = try await fixture.send(.post, path, ["metadata": ["name": "a"]])
        _ = try await fixture.send(.post, path, ["metadata": ["name": "held", "finalizers": ["example.com/hold"]]])
        let deleted = try await fixture.send(.delete, "/api/v1/namespaces/n")
        #expect(deleted.json.at("status", "phase") == "Terminating")
        #expect(try await fixture.send(.get, path + "/a").status == 404)
        let refused = try await fixture.send(.post, path, ["metadata": ["name": "b"]])
        #expect(refused.status == 403)
        #expect(refused.json.at("details", "causes")?[0]?["reason"] == "NamespaceTerminating")
        _ = try await fixture.send(
            .patch, path + "/held", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
        #expect(try await fixture.send(.get, "/api/v1/namespaces/n").status == 404)
    }
}
