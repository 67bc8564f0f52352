// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import KubernetesModel
import Synchronization
import Testing

/// What no client may send, because somebody behind the server would come to harm by it.
@Suite struct LimitTests {
    private let fixture = ServerFixture()
    private let namespace = "/namespaces/default"

    private func podSpec(_ name: String, _ list: String = "containers") -> JSONValue {
        var spec: JSONValue = [
            "restartPolicy": "Never", "containers": [["name": "main", "image": "example.com/a:1"]],
        ]
        spec[list] = [["name": .string(name), "image": "example.com/a:1"]]
        return spec
    }

    private func deployment(_ spec: JSONValue) -> JSONValue {
        var whole: JSONValue = [
            "selector": ["matchLabels": ["app": "a"]],
            "template": ["metadata": ["labels": ["app": "a"]], "spec": podSpec("main")],
        ]
        for (name, value) in spec.objectValue ?? [:] { whole[name] = value }
        return ["metadata": ["name": "a"], "spec": whole]
    }

    @Test(arguments: ["../../../home/me/x", "..", "a/b", "A", "a.b", String(repeating: "a", count: 64)])
    func `a container's name is a DNS label, for it becomes a folder`(name: String) async throws {
        for list in ["containers", "initContainers"] {
            let pod: JSONValue = ["metadata": ["name": "a"], "spec": podSpec(name, list)]
            #expect(try await fixture.send(.post, "/api/v1\(namespace)/pods", pod).status == 422)
            let job: JSONValue = ["metadata": ["name": "a"], "spec": ["template": ["spec": podSpec(name, list)]]]
            #expect(try await fixture.send(.post, "/apis/batch/v1\(namespace)/jobs", job).status == 422)
            let template: JSONValue = ["metadata": ["labels": ["app": "a"]], "spec": podSpec(name, list)]
            let answer = try await fixture.send(
                .post, "/apis/apps/v1\(namespace)/deployments", deployment(["template": template]))
            #expect(answer.status == 422)
        }
        let pod: JSONValue = ["metadata": ["name": "a"], "spec": podSpec("a-1", "initContainers")]
        #expect(try await fixture.send(.post, "/api/v1\(namespace)/pods", pod).status == 201)
    }

    @Test func `numbers that are counted with are int32 and not negative`() async throws {
        let path = "/apis/apps/v1\(namespace)/deployments"
        for number: JSONValue in [.integer(.max), .integer(.min), -1, 2_147_483_648] {
            #expect(try await fixture.send(.post, path, deployment(["replicas": number])).status == 422)
            let surge: JSONValue = ["strategy": ["rollingUpdate": ["maxSurge": number]]]
            #expect(try await fixture.send(.post, path, deployment(surge)).status == 422)
        }
        #expect(try await fixture.send(.post, path, deployment(["replicas": 2_147_483_647])).status == 201)
    }

    private func nested(_ depth: Int) -> JSONValue { (0..<depth).reduce("x") { inner, _ in ["a": inner] } }

    @Test func `what is kept is never so deep that a journal's line could not be read again`() async throws {
        let deep: JSONValue = ["metadata": ["name": "deep"], "data": nested(300)]
        #expect(try await fixture.send(.post, ServerFixture.configMaps, deep).status == 400)
        let shallow: JSONValue = ["metadata": ["name": "deep"], "data": nested(150)]
        #expect(try await fixture.send(.post, ServerFixture.configMaps, shallow).status == 201)
        // Each operation goes on where the one before ended.
        let bottom = "/data" + String(repeating: "/a", count: 150)
        let patch: JSONValue = [["op": "add", "path": .string(bottom), "value": nested(200)]]
        let answer = try await fixture.send(
            .patch, ServerFixture.configMaps + "/deep", patch, type: "application/json-patch+json")
        #expect(answer.status == 422)
    }

    @Test func `a transaction with more changes than are remembered is journalled whole`() async throws {
        let written = Mutex(StoredState())
        var options = EmbeddedAPIServer.Options()
        options.historyLimit = 10
        options.journal = { changes in
            written.withLock { $0.apply(changes) }
            return true
        }
        let fixture = ServerFixture(options)
        for number in 0..<60 { try await fixture.make("made-\(number)") }
        #expect(try await fixture.send(.delete, ServerFixture.configMaps).status == 200)
        #expect(fixture.names.isEmpty)
        let kept = written.withLock { $0 }
        #expect(kept == fixture.server.withStoredState { $0 })
        #expect(kept.objects.allSatisfy { $0.plural == "namespaces" })
    }

    @Test func `a write that the journal does not keep is not answered as one`() async throws {
        var options = EmbeddedAPIServer.Options()
        options.journal = { _ in false }
        let fixture = ServerFixture(options)
        #expect(try await fixture.send(.post, ServerFixture.configMaps, ["metadata": ["name": "a"]]).status == 500)
    }
}
