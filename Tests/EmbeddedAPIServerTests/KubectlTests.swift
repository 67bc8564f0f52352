// SPDX-License-Identifier: Apache-2.0
import APIConformance
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel
import Testing

/// The server as kubectl needs it.
@Suite(.timeLimit(.minutes(1))) struct KubectlTests {
    private static var options: EmbeddedAPIServer.Options {
        var options = EmbeddedAPIServer.Options()
        options.servesKubectl = true
        return options
    }

    private let fixture = ServerFixture(Self.options)
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"

    @Test(arguments: ConformanceCase.all)
    func `behaves as a kube-apiserver with all its kinds, too`(_ conformance: ConformanceCase) async throws {
        let server = EmbeddedAPIServer(options: Self.options) { Timestamp(secondsSinceEpoch: 1_800_000_000) }
        let run = ConformanceRun(server.transport(), namespace: "case")
        try await run.defineWidgets()
        server.compact(upTo: 2)
        try await conformance.run(run)
    }

    private func ask(_ path: String, accept: String, user: String = "admin") async throws -> (HTTPResponse, JSONValue) {
        let response = try await fixture.server.transport(user: user).send(
            HTTPRequest(.get, path, headers: [HTTPHeader("Accept", accept)]))
        return (response, try JSONValue(parsing: try await response.body.collect(upTo: 1 << 24)))
    }

    private func deployment(env: [JSONValue]) -> JSONValue {
        let container: JSONValue = ["name": "web", "image": "web:1", "env": .array(env)]
        return [
            "metadata": ["name": "web"],
            "spec": [
                "selector": ["matchLabels": ["app": "web"]],
                "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [container]]],
            ],
        ]
    }

    @Test func `discovery at once names every kind with its subresources`() async throws {
        let (response, list) = try await ask(
            "/apis",
            accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json")
        #expect(
            response.header("Content-Type") == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        let apps = try #require(list["items"]?.arrayValue?.first { $0.at("metadata", "name") == "apps" })
        let resources = try #require(apps["versions"]?[0]?["resources"]?.arrayValue)
        let deployments = try #require(resources.first { $0["resource"] == "deployments" })
        #expect(
            deployments["subresources"]?.arrayValue?.compactMap { $0["subresource"]?.stringValue } == [
                "scale", "status",
            ])
    }

    @Test func `the OpenAPI document knows fieldValidation and the kinds' schemas`() async throws {
        let (_, document) = try await ask("/openapi/v3/apis/apps/v1", accept: "application/json")
        let patch = document.at("paths", deployments.replacing("default", with: "{namespace}") + "/{name}", "patch")
        let parameters = patch?["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        #expect(parameters.contains("fieldValidation"))
        #expect(document.at("components", "schemas", "io.k8s.api.core.v1.PodSpec") != nil)
        let (refused, _) = try await ask(
            "/openapi/v2", accept: "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
        #expect(refused.status == 406)
    }

    @Test func `a table has the columns and the cells of kubectl get`() async throws {
        _ = try await fixture.send(.post, deployments, deployment(env: []))
        let (_, table) = try await ask(
            deployments, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
        #expect(table["kind"] == "Table")
        let names = table["columnDefinitions"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names?.prefix(5) == ["Name", "Ready", "Up-to-date", "Available", "Age"])
        #expect(table["rows"]?[0]?["cells"]?.arrayValue?.prefix(4) == ["web", "0/1", 0, 0])
        #expect(table["rows"]?[0]?["object"]?["kind"] == "PartialObjectMetadata")
    }

    @Test func `a strategic merge patch merges lists by their keys and deletes what it names`() async throws {
        _ = try await fixture.send(
            .post, deployments, deployment(env: [["name": "A", "value": "1"], ["name": "B", "value": "2"]]))
        func patch(_ env: [JSONValue], _ more: [String: JSONValue] = [:]) async throws -> [JSONValue] {
            var container: [String: JSONValue] = ["name": "web", "env": .array(env)]
            container.merge(more) { $1 }
            let body: JSONValue = ["spec": ["template": ["spec": ["containers": [.object(container)]]]]]
            let answer = try await fixture.send(
                .patch, deployments + "/web", body, type: "application/strategic-merge-patch+json")
            #expect(answer.status == 200, "\(answer.json)")
            let containers = answer.json.at("spec", "template", "spec", "containers")
            return try #require(containers?[0]?["env"]?.arrayValue)
        }
        // What is new comes first, as the real server has it.
        #expect(
            try await patch([["name": "C", "value": "3"]]).compactMap { $0["name"]?.stringValue } == ["C", "A", "B"])
        #expect(
            try await patch([["name": "A", "$patch": "delete"]]).compactMap { $0["name"]?.stringValue } == ["C", "B"])
        let order: JSONValue = [["name": "B"], ["name": "C"]]
        #expect(
            try await patch([["name": "B", "value": "9"]], ["$setElementOrder/env": order])
                == [["name": "B", "value": "9"], ["name": "C", "value": "3"]])
    }

    @Test func `an unknown field is refused when that is asked for, and dropped otherwise`() async throws {
        var wrong = deployment(env: [])
        wrong["spec"] = wrong["spec"]?.setting("replikas", 3)
        let refused = try await fixture.send(.post, deployments + "?fieldValidation=Strict", wrong)
        #expect(refused.status == 400)
        #expect(refused.json["message"]?.stringValue?.contains("unknown field \"spec.replikas\"") == true)
        let taken = try await fixture.send(.post, deployments, wrong)
        #expect(taken.status == 201)
        #expect(taken.json.at("spec", "replikas") == nil)
    }

    @Test func `the scale subresource changes the replicas and counts a generation`() async throws {
        _ = try await fixture.send(.post, deployments, deployment(env: []))
        let scaled = try await fixture.send(
            .patch, deployments + "/web/scale", ["spec": ["replicas": 4]], type: "application/merge-patch+json")
        #expect(scaled.status == 200)
        #expect(scaled.json["kind"] == "Scale")
        let web = try #require(fixture.server.object(.deployments, ObjectKey(namespace: "default", name: "web")))
        #expect(web.at("spec", "replicas") == 4)
        #expect(web.at("metadata", "generation") == 2)
        let negative = try await fixture.send(
            .patch, deployments + "/web/scale", ["spec": ["replicas": -1]], type: "application/merge-patch+json")
        #expect(negative.status == 422)
    }

    @Test func `rights come from roles and their bindings`() async throws {
        let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
        let robot = "system:serviceaccount:default:robot"
        func mayList() async throws -> Bool {
            let review: JSONValue = [
                "spec": ["resourceAttributes": ["verb": "list", "resource": "configmaps", "namespace": "default"]]
            ]
            let answer = try await fixture.send(
                .post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, user: robot)
            #expect(answer.status == 201)
            return answer.json.at("status", "allowed") == true
        }
        #expect(try await !mayList())
        #expect(try await ask(ServerFixture.configMaps, accept: "application/json", user: robot).0.status == 403)
        let rule: JSONValue = ["apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]]
        _ = try await fixture.send(.post, rbac + "/roles", ["metadata": ["name": "reader"], "rules": [rule]])
        _ = try await fixture.send(
            .post, rbac + "/rolebindings",
            [
                "metadata": ["name": "reader"],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"],
                "subjects": [["kind": "ServiceAccount", "name": "robot", "namespace": "default"]],
            ])
        #expect(try await mayList())
        #expect(try await ask(ServerFixture.configMaps, accept: "application/json", user: robot).0.status == 200)
    }

    @Test func `a server takes over what another has kept, with its definitions and its revision`() async throws {
        let run = ConformanceRun(fixture.server.transport(), namespace: "case")
        try await run.defineWidgets()
        _ = try await fixture.make("a")
        var options = Self.options
        let stored = fixture.server.withStoredState { $0 }
        let lines = stored.objects.compactMap { StoredObject(line: $0.line) }
        #expect(lines == stored.objects)
        options.restored = stored
        let second = EmbeddedAPIServer(options: options) { Timestamp(secondsSinceEpoch: 1_800_000_000) }
        #expect(second.revision == fixture.server.revision)
        #expect(second.withStoredState { $0 } == stored)
        let widgets = try #require(second.resource(apiVersion: "conformance.watchbill.dev/v1", kind: "Widget"))
        #expect(second.objects(widgets).isEmpty)
    }
}

extension JSONValue {
    fileprivate func setting(_ name: String, _ value: JSONValue) -> JSONValue {
        var copy = self
        copy[name] = value
        return copy
    }
}
