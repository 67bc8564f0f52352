// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import KubernetesModel
import Testing

@Suite struct ServerTests {
    private let fixture = ServerFixture()
    private let pods = "/api/v1/namespaces/default/pods"

    private func pod(_ name: String, node: String? = nil) -> JSONValue {
        [
            "metadata": ["name": .string(name)],
            "spec": .compact([
                "containers": [["name": "main", "image": "example.com/a:1"]], "nodeName": node.map(JSONValue.string),
            ]),
        ]
    }

    @Test func `a user may do what is granted and nothing else`() async throws {
        fixture.server.grant(
            "bob", [AccessRule(group: "", resource: "configmaps", verbs: [.get, .list], namespace: "default")])
        #expect(try await fixture.send(.get, ServerFixture.configMaps, user: "bob").status == 200)
        let everywhere = try await fixture.send(.get, "/api/v1/configmaps", user: "bob")
        #expect(everywhere.status == 403)
        #expect(
            everywhere.json["message"]
                == #"configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" at the cluster scope"#
        )
        let log = try await fixture.send(.get, pods + "/a/log", user: "bob")
        #expect(
            log.json["message"]
                == #"pods "a" is forbidden: User "bob" cannot get resource "pods/log" in API group "" in the namespace "default""#
        )
        #expect(try await fixture.send(.get, "/version", user: "nobody").status == 200)
        #expect(
            try await fixture.send(.post, ServerFixture.configMaps, ["metadata": ["name": "x"]], user: "bob").status
                == 403)
        #expect(fixture.names.isEmpty)
    }

    @Test func `a rule for a subresource or a name grants only that`() async throws {
        try await fixture.make("a")
        try await fixture.make("b")
        fixture.server.grant(
            "bob",
            [
                AccessRule(group: "", resource: "configmaps", verbs: [.get], names: ["a"]),
                AccessRule(group: "batch", resource: "jobs/status", verbs: [.patch]),
            ])
        #expect(try await fixture.send(.get, ServerFixture.configMaps + "/a", user: "bob").status == 200)
        #expect(try await fixture.send(.get, ServerFixture.configMaps + "/b", user: "bob").status == 403)
        let jobs = "/apis/batch/v1/namespaces/default/jobs/x"
        let type = "application/merge-patch+json"
        #expect(try await fixture.send(.patch, jobs, [:], type: type, user: "bob").status == 403)
        #expect(try await fixture.send(.patch, jobs + "/status", [:], type: type, user: "bob").status == 404)
    }

    @Test func `the audit tells who did what, and whether anything changed`() async throws {
        let made = try await fixture.make("a")
        _ = try await fixture.send(
            .patch, ServerFixture.configMaps + "/a?fieldManager=m", ["data": [:]], type: "application/merge-patch+json")
        let record = try #require(fixture.server.audit.first)
        #expect(record.verb == .create)
        #expect(record.name == "a")
        #expect(record.uid == made.at("metadata", "uid")?.stringValue)
        #expect(fixture.server.audit.map(\.changed) == [true, true])
        _ = try await fixture.send(
            .patch, ServerFixture.configMaps + "/a?fieldManager=m", ["data": [:]], type: "application/merge-patch+json")
        #expect(fixture.server.audit.last?.changed == false)
        #expect(fixture.server.audit.last?.fieldManager == "m")
    }

    @Test func `equal seeds and requests give equal bytes`() async throws {
        func run() async throws -> [UInt8] {
            let fixture = ServerFixture()
            for name in ["a", "b"] { try await fixture.make(name) }
            let reply = try await fixture.send(.post, ServerFixture.configMaps, ["metadata": ["generateName": "g-"]])
            let list = try await fixture.send(.get, ServerFixture.configMaps)
            return reply.json.canonicalBytes + list.json.canonicalBytes
        }
        #expect(try await run() == run())
    }

    @Test func `a log comes from its provider, cut as asked`() async throws {
        _ = try await fixture.send(.post, pods, pod("a"))
        fixture.server.setPodLog { query in
            query.pod.name == "a" ? .text(Array("0123456789 \(query.container)".utf8)) : .unavailable("no")
        }
        let whole = try await fixture.respond(.get, pods + "/a/log")
        #expect(String(decoding: try await whole.body.collect(upTo: 100), as: UTF8.self) == "0123456789 main")
        let cut = try await fixture.respond(.get, pods + "/a/log?container=main&limitBytes=4")
        #expect(String(decoding: try await cut.body.collect(upTo: 100), as: UTF8.self) == "0123")
        #expect(try await fixture.send(.get, pods + "/a/log?container=none").status == 400)
        #expect(try await fixture.send(.get, pods + "/b/log").status == 404)
        fixture.server.setPodLog { _ in .notReady("ContainerCreating") }
        let waiting = try await fixture.send(.get, pods + "/a/log")
        #expect(waiting.json["message"] == #"container "main" in pod "a" is waiting to start: ContainerCreating"#)
    }

    @Test func `a Pod on a node is given time to stop, others go at once`() async throws {
        for (name, node) in [("idle", nil), ("busy", "n1"), ("done", "n1")] as [(String, String?)] {
            _ = try await fixture.send(.post, pods, pod(name, node: node))
        }
        _ = try await fixture.send(
            .patch, pods + "/done/status", ["status": ["phase": "Succeeded"]], type: "application/merge-patch+json")
        for name in ["idle", "busy", "done"] { _ = try await fixture.send(.delete, pods + "/" + name) }
        let left = fixture.server.objects(.pods)
        #expect(left.compactMap { $0.at("metadata", "name")?.stringValue } == ["busy"])
        #expect(left.first?.at("metadata", "deletionGracePeriodSeconds") == 30)
        _ = try await fixture.send(.delete, pods + "/busy", ["gracePeriodSeconds": 0])
        #expect(fixture.server.objects(.pods).isEmpty)
    }

    @Test func `a Job gets its defaults, and its template never changes`() async throws {
        let path = "/apis/batch/v1/namespaces/default/jobs"
        let template: JSONValue = [
            "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "a:1"]]]
        ]
        let job: JSONValue = [
            "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"], "spec": ["template": template],
        ]
        let made = try await fixture.send(.post, path, job)
        #expect(made.status == 201, "\(made.json)")
        #expect(made.json.at("spec", "backoffLimit") == 6)
        #expect(made.json.at("spec", "template", "metadata", "labels", "job-name") == "j")
        let refused = try await fixture.send(
            .patch, path + "/j", ["spec": ["template": ["spec": ["restartPolicy": "OnFailure"]]]],
            type: "application/merge-patch+json")
        #expect(refused.status == 422)
        #expect(refused.json["message"]?.stringValue?.contains("field is immutable") == true)
        var broken = job
        broken["metadata"] = ["name": "k"]
        broken["spec"] = ["template": ["spec": ["containers": [["name": "c", "image": "a:1"]]]]]
        #expect(try await fixture.send(.post, path, broken).status == 422)
    }

    @Test func `Events of both groups are one kind`() async throws {
        let core: JSONValue = [
            "metadata": ["name": "e"], "involvedObject": ["kind": "Pod", "name": "p"], "message": "hello",
            "reason": "R",
        ]
        _ = try await fixture.send(.post, "/api/v1/namespaces/default/events", core)
        let event = try await fixture.send(.get, "/apis/events.k8s.io/v1/namespaces/default/events/e")
        #expect(event.json["note"] == "hello")
        #expect(event.json.at("regarding", "name") == "p")
        let selected = try await fixture.send(.get, "/api/v1/events?fieldSelector=involvedObject.name%3Dp")
        #expect(selected.json["items"]?.arrayValue?.count == 1)
    }

    @Test func `a definition brings its kind and takes it away with all its objects`() async throws {
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        let definition: JSONValue = [
            "metadata": ["name": "things.example.com"],
            "spec": [
                "group": "example.com", "scope": "Cluster", "names": ["plural": "things", "kind": "Thing"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                        ],
                    ]
                ],
            ],
        ]
        #expect(try await fixture.send(.get, "/apis/example.com/v1/things").status == 404)
        let made = try await fixture.send(.post, definitions, definition)
        #expect(made.json.at("status", "conditions")?.arrayValue?.count == 2)
        let thing: JSONValue = ["apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "t"], "any": 1]
        #expect(try await fixture.send(.post, "/apis/example.com/v1/things", thing).json["any"] == 1)
        _ = try await fixture.send(.delete, definitions + "/things.example.com")
        #expect(try await fixture.send(.get, "/apis/example.com/v1/things").status == 404)
    }

    @Test(arguments: [
        "/", "/api/v1/%zz", "/api/v1/namespaces/default/configmaps/a/b/c", "/apis/batch/v1/namespaces//jobs", "//", "",
        "/api/v1/namespaces/default/configmaps?labelSelector=)(,((", "/api/v1/configmaps/x", "/apis", "/apis/batch",
        "/api/v1/namespaces/default/configmaps?limit=-5&continue=%20", "/api/v1/pods?resourceVersion=-1",
        "/api/v1/pods?resourceVersion=999999999999999999999999",
        "/api/v1/pods?watch=1&timeoutSeconds=0&resourceVersion=5",
    ])
    func `no path traps`(path: String) async throws {
        for method in [HTTPMethod.get, .head, .post, .put, .patch, .delete] {
            let response = try await fixture.respond(method, path, ["metadata": 5, "spec": ["containers": "x"]])
            #expect((200..<600).contains(response.status))
        }
    }

    @Test func `hostile bodies are refused`() async throws {
        let bodies: [JSONValue] = [
            .null, [], "x", ["metadata": []], ["metadata": ["name": 5]], ["metadata": ["name": "a", "labels": 7]],
            ["metadata": ["name": "a", "ownerReferences": [1, ["uid": 5]]]],
            ["metadata": ["name": "a", "managedFields": [["manager": 1], 5]]],
            ["metadata": ["name": "a", "finalizers": "x", "deletionTimestamp": 1]],
            ["metadata": ["name": "a"], "data": 1],
        ]
        for body in bodies {
            for (method, path, type) in [
                (HTTPMethod.post, "", "application/json"), (.put, "/a", "application/json"),
                (.patch, "/a", "application/merge-patch+json"), (.patch, "/a", "application/json-patch+json"),
                (.patch, "/a?fieldManager=m", "application/apply-patch+yaml"), (.delete, "/a", "application/json"),
            ] {
                let status = try await fixture.respond(method, ServerFixture.configMaps + path, body, type: type).status
                #expect((200..<600).contains(status))
            }
        }
    }

    @Test func `numbers out of all bounds are harmless`() async throws {
        _ = try await fixture.send(.post, pods, pod("a"))
        #expect(try await fixture.respond(.get, pods + "/a/log?limitBytes=-9223372036854775808").status == 200)
        let watch = try await fixture.respond(.get, pods + "?watch=1&timeoutSeconds=9223372036854775807").body
        #expect(try await EventReader(watch).next()?.type == "ADDED")
        #expect(try await fixture.send(.delete, pods + "/a?gracePeriodSeconds=9223372036854775807").status == 200)
    }

    @Test func `a patch that doubles itself is stopped`() async throws {
        try await fixture.make("a")
        let add: JSONValue = ["op": "add", "path": "/data", "value": [.string(String(repeating: "y", count: 1_000))]]
        let double: JSONValue = ["op": "copy", "from": "/data", "path": "/data/-"]
        let reply = try await fixture.send(
            .patch, ServerFixture.configMaps + "/a", .array([add] + Array(repeating: double, count: 60)),
            type: "application/json-patch+json")
        #expect(reply.status == 413)
    }

    @Test func `two thousand Pods are listed, paged and watched`() async throws {
        for index in 0..<2_000 {
            _ = try await fixture.respond(.post, pods, pod("p\(index)"))
        }
        let list = try await fixture.send(.get, pods)
        #expect(list.json["items"]?.arrayValue?.count == 2_000)
        let page = try await fixture.send(.get, pods + "?limit=500")
        #expect(page.json.at("metadata", "remainingItemCount") == 1_500)
    }
}
