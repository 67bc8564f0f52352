// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// What only kubectl asks for; the embedded server answers it when it is set to.
    static let kubectlCases: [ConformanceCase] = [
        ConformanceCase("a strategic merge patch merges a list by its key, what is new first") { run in
            _ = try await run.deployment(env: ["A", "B"])
            try run.expect(
                try await run.patchEnv([["name": "C", "value": "3"]]), ["C", "A", "B"], "a new item")
            try run.expect(
                try await run.patchEnv([["name": "A", "$patch": "delete"]]), ["C", "B"], "a deleted item")
            try run.expect(
                try await run.patchEnv([["$patch": "replace"], ["name": "D", "value": "4"]]), ["D"], "a replaced list")
        },
        ConformanceCase("a strategic merge patch brings a list into the order that it names") { run in
            _ = try await run.deployment(env: ["A", "B", "C"])
            let order: JSONValue = [["name": "C"], ["name": "A"]]
            let names = try await run.patchEnv([["name": "A", "value": "9"]], ["$setElementOrder/env": order])
            try run.expect(names.filter { $0 != "B" }, ["C", "A"], "the order of what is named")
        },
        ConformanceCase("a strategic merge patch of a custom object is refused") { run in
            _ = try await run.send(.post, run.widgets, run.widget("a"))
            let reply = try await run.send(.patch, run.widgets + "/a", ["spec": ["size": 2]], .strategicPatch)
            try run.expect(reply, 415, "UnsupportedMediaType", "patch")
        },
        ConformanceCase("the scale is read and written, and counts a generation") { run in
            let made = try await run.deployment(env: [])
            let scale = try run.expect(try await run.send(.get, run.deployments + "/web/scale"), 200, "get")
            try run.expect(scale.json["kind"], "Scale", "kind")
            try run.expect(scale.json.at("status", "selector"), "app=web", "selector")
            let scaled = try await run.send(
                .patch, run.deployments + "/web/scale", ["spec": ["replicas": 3]], .mergePatch)
            try run.expect(scaled, 200, "patch")
            let web = try await run.send(.get, run.deployments + "/web").json
            try run.expect(web.at("spec", "replicas"), 3, "replicas")
            try run.expect(made.json.at("metadata", "generation"), 1, "generation before")
            try run.expect(web.at("metadata", "generation"), 2, "generation after")
            let none = try await run.send(
                .patch, run.deployments + "/web/scale", ["spec": ["replicas": 0]], .mergePatch)
            try run.expect(none.json["spec"], [:], "the spec of a scale without replicas")
            let stopped = try await run.send(.get, run.deployments + "/web").json
            try run.expect(stopped.at("spec", "replicas"), 0, "no replicas")
        },
        ConformanceCase("a table has the columns of the kind") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", ["x": "1"]))
            let table = try await run.send(
                .get, run.configMaps + "?fieldSelector=metadata.name%3Da",
                accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
            try run.expect(table.json["kind"], "Table", "kind")
            let columns = table.json["columnDefinitions"]?.arrayValue ?? []
            try run.expect(columns.compactMap { $0["name"]?.stringValue }, ["Name", "Data", "Age"], "columns")
            let cells = table.json["rows"]?[0]?["cells"]?.arrayValue ?? []
            try run.expect(Array(cells.prefix(2)), ["a", 1], "cells")
            try run.expect(
                table.json["rows"]?[0]?["object"]?["kind"], "PartialObjectMetadata", "the object of a row")
        },
        ConformanceCase("a Deployment gets the defaults of its strategy") { run in
            let spec = try await run.deployment(env: []).json["spec"]
            try run.expect(spec?.at("strategy", "type"), "RollingUpdate", "type")
            try run.expect(spec?.at("strategy", "rollingUpdate", "maxSurge"), "25%", "surge")
            try run.expect(spec?["revisionHistoryLimit"], 10, "history")
            try run.expect(spec?["progressDeadlineSeconds"], 600, "deadline")
        },
        ConformanceCase("a field that a built-in kind does not know is dropped") { run in
            var object = run.deploymentObject(env: [])
            object["spec"]?["replikas"] = 2
            let reply = try run.expect(try await run.send(.post, run.deployments, object), 201, "create")
            try run.expect(reply.json.at("spec", "replikas"), nil, "the unknown field")
        },
        ConformanceCase("a namespace made without finalizers goes with all that is in it") { run in
            let name = run.namespace + "-x"
            let made = try await run.send(
                .post, "/api/v1/namespaces",
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)], "spec": [:]])
            try run.expect(made, 201, "create")
            try run.expect(made.json.at("spec", "finalizers"), ["kubernetes"], "finalizers")
            _ = try await run.send(.delete, "/api/v1/namespaces/\(name)")
        },
        ConformanceCase("everybody may ask what they may do") { run in
            let review: JSONValue = [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": ["resourceAttributes": ["verb": "create", "resource": "pods", "namespace": "default"]],
            ]
            let reply = try await run.send(.post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
            try run.expect(reply, 201, "review")
            try run.expect(reply.json.at("status", "allowed"), true, "allowed")
        },
    ]
}

extension ConformanceRun {
    fileprivate var deployments: String { "/apis/apps/v1/namespaces/\(namespace)/deployments" }

    fileprivate func deploymentObject(env: [String]) -> JSONValue {
        let container: JSONValue = [
            "name": "web", "image": "registry.invalid/web:1",
            "env": .array(env.map { ["name": .string($0), "value": "1"] }),
        ]
        return [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
            "spec": [
                "replicas": 0, "selector": ["matchLabels": ["app": "web"]],
                "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [container]]],
            ],
        ]
    }

    fileprivate func deployment(env: [String]) async throws -> Reply {
        try expect(try await send(.post, deployments, deploymentObject(env: env)), 201, "create")
    }

    /// The names of the container's variables after a strategic merge patch of them.
    fileprivate func patchEnv(_ env: [JSONValue], _ more: [String: JSONValue] = [:]) async throws -> [String] {
        var container = more
        container["name"] = "web"
        container["env"] = .array(env)
        let patch: JSONValue = ["spec": ["template": ["spec": ["containers": [.object(container)]]]]]
        let reply = try expect(try await send(.patch, deployments + "/web", patch, .strategicPatch), 200, "patch")
        let containers = reply.json.at("spec", "template", "spec", "containers")
        return (containers?[0]?["env"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }
}
