// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// Server-side apply.
    static let applyCases: [ConformanceCase] = [
        ConformanceCase("an apply creates, and the same apply again keeps the revision") { run in
            let object = run.configMap("a", ["x": "1"], labels: ["l": "1"])
            let first = try run.expect(
                try await run.apply(object, at: run.configMaps, manager: "one"), 201, "first apply")
            let entry = first.json.at("metadata", "managedFields")?[0]
            try run.expect(entry?["manager"], "one", "manager")
            try run.expect(entry?["operation"], "Apply", "operation")
            try run.expect(entry?["fieldsType"], "FieldsV1", "fieldsType")
            let fields: JSONValue = [
                "f:data": ["f:x": [:]], "f:metadata": ["f:labels": ["f:l": [:]]],
            ]
            try run.expect(entry?["fieldsV1"], fields, "fields")
            let second = try run.expect(
                try await run.apply(object, at: run.configMaps, manager: "one"), 200, "second apply")
            try run.expect(second.revision, first.revision, "revision")
        },
        ConformanceCase("another manager's value is a Conflict that names field and manager") { run in
            _ = try await run.apply(run.configMap("a", ["x": "1", "y": "1"]), at: run.configMaps, manager: "one")
            let one = try await run.apply(run.configMap("a", ["x": "2"]), at: run.configMaps, manager: "two")
            try run.expect(
                one, 409, "Conflict", saying: #"Apply failed with 1 conflict: conflict with "one": .data.x"#, "apply")
            let cause: JSONValue = [
                "reason": "FieldManagerConflict", "message": #"conflict with "one""#, "field": ".data.x",
            ]
            try run.expect(one.json.at("details", "causes"), [cause], "causes")
            let two = try await run.apply(run.configMap("a", ["x": "2", "y": "2"]), at: run.configMaps, manager: "two")
            try run.expect(
                two.message, "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.x\n- .data.y", "message")
        },
        ConformanceCase("equal values are shared, and what one drops the other keeps") { run in
            _ = try await run.apply(run.configMap("a", ["x": "1", "y": "1"]), at: run.configMaps, manager: "one")
            try run.expect(
                try await run.apply(run.configMap("a", ["x": "1"]), at: run.configMaps, manager: "two"), 200,
                "same value")
            let dropped = try await run.apply(run.configMap("a", [:]), at: run.configMaps, manager: "one")
            try run.expect(dropped.json["data"], ["x": "1"], "data")
        },
        ConformanceCase("force takes the field over") { run in
            _ = try await run.apply(run.configMap("a", ["x": "1", "y": "1"]), at: run.configMaps, manager: "one")
            let forced = try await run.apply(
                run.configMap("a", ["x": "2"]), at: run.configMaps, manager: "two", force: true)
            try run.expect(forced, 200, "forced apply")
            try run.expect(forced.json["data"], ["x": "2", "y": "1"], "data")
            // The first manager no longer owns x, so dropping it changes nothing.
            let dropped = try await run.apply(run.configMap("a", ["y": "1"]), at: run.configMaps, manager: "one")
            try run.expect(dropped.json["data"], ["x": "2", "y": "1"], "data afterwards")
        },
        ConformanceCase("a field set by an update is owned by the updater") { run in
            _ = try await run.apply(run.configMap("a", ["x": "1"]), at: run.configMaps, manager: "one")
            _ = try await run.send(
                .patch, run.configMaps + "/a?fieldManager=editor", ["data": ["x": "9"]], .mergePatch)
            let reply = try await run.apply(run.configMap("a", ["x": "1"]), at: run.configMaps, manager: "one")
            try run.expect(reply, 409, "Conflict", saying: #"conflict with "editor" using v1"#, "apply")
        },
        ConformanceCase("items of a keyed list have owners of their own") { run in
            _ = try await run.apply(
                run.widget("a", ["size": 1, "parts": [["name": "p", "count": 1]]]), at: run.widgets, manager: "one")
            let two = try await run.apply(
                run.widget("a", ["size": 1, "parts": [["name": "q", "count": 5]]]), at: run.widgets, manager: "two")
            try run.expect(
                two.json.at("spec", "parts"), [["name": "p", "count": 1], ["name": "q", "count": 5]], "parts")
            let conflict = try await run.apply(
                run.widget("a", ["size": 1, "parts": [["name": "p", "count": 2]]]), at: run.widgets, manager: "two")
            try run.expect(conflict, 409, "Conflict", saying: #".spec.parts[name="p"].count"#, "apply to p")
            let dropped = try await run.apply(run.widget("a", ["size": 1]), at: run.widgets, manager: "one")
            try run.expect(dropped.json.at("spec", "parts"), [["name": "q", "count": 5]], "parts after dropping")
        },
        ConformanceCase("an atomic list is one field, a set has a field for each item") { run in
            _ = try await run.apply(
                run.widget("a", ["size": 1, "tags": ["a"], "words": ["a"]]), at: run.widgets, manager: "one")
            try run.expect(
                try await run.apply(run.widget("a", ["size": 1, "tags": ["b"]]), at: run.widgets, manager: "two"), 409,
                "Conflict", saying: ".spec.tags", "atomic list")
            let set = try await run.apply(
                run.widget("a", ["size": 1, "words": ["b"]]), at: run.widgets, manager: "two")
            try run.expect(set.json.at("spec", "words"), ["a", "b"], "set")
            let dropped = try await run.apply(
                run.widget("a", ["size": 1, "tags": ["a"]]), at: run.widgets, manager: "one")
            try run.expect(dropped.json.at("spec", "words"), ["b"], "set after dropping")
        },
        ConformanceCase("a uid in the patch never creates, and never changes another object") { run in
            var object = run.configMap("a", ["x": "1"])
            object["metadata"]?["uid"] = "1234"
            try run.expect(
                try await run.apply(object, at: run.configMaps, manager: "one"), 409, "Conflict",
                saying: "uid mismatch: the provided object specified uid 1234, and no existing object was found",
                "missing")
            _ = try await run.send(.post, run.configMaps, run.configMap("a"))
            let reply = try await run.apply(object, at: run.configMaps, manager: "one")
            try run.expect(
                (400..<500).contains(reply.status), "an apply with a foreign uid was answered \(reply.status)")
        },
        ConformanceCase("a field that the schema does not name cannot be applied") { run in
            let reply = try await run.apply(
                run.widget("a", ["size": 1, "nonesuch": 1]), at: run.widgets, manager: "one")
            try run.expect(
                reply, 500, nil, saying: ".spec.nonesuch: field not declared in schema", "apply")
        },
        ConformanceCase("an old revision in the patch is a Conflict") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a"))
            var object = run.configMap("a", ["x": "1"])
            object["metadata"]?["resourceVersion"] = "1"
            try run.expect(
                try await run.apply(object, at: run.configMaps, manager: "one"), 409, "Conflict", "apply")
        },
        ConformanceCase("an apply without manager, version or with managedFields is refused") { run in
            let object = run.configMap("a")
            try run.expect(
                try await run.send(.patch, run.configMaps + "/a", object, .apply), 422, "Invalid",
                saying: "fieldManager: Required value: is required for apply patch", "manager")
            try run.expect(
                try await run.apply(["metadata": ["name": "a"]], at: run.configMaps, manager: "one"), 400, "BadRequest",
                saying: "Incorrect version specified in apply patch", "version")
            var managed = object
            managed["metadata"]?["managedFields"] = [[:]]
            try run.expect(
                try await run.apply(managed, at: run.configMaps, manager: "one"), 400, "BadRequest",
                saying: "metadata.managedFields must be nil", "managedFields")
        },
        ConformanceCase("containers, environment and ports merge by their keys") { run in
            let path = "/apis/apps/v1/namespaces/\(run.namespace)/deployments"
            func deployment(_ environment: JSONValue, _ ports: JSONValue) -> JSONValue {
                let container: JSONValue = [
                    "name": "c", "image": "example.invalid/x:1", "env": environment, "ports": ports,
                ]
                return [
                    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "a"],
                    "spec": [
                        "replicas": 0, "selector": ["matchLabels": ["a": "b"]],
                        "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [container]]],
                    ],
                ]
            }
            let one = deployment([["name": "A", "value": "1"]], [["containerPort": 80]])
            let first = try run.expect(try await run.apply(one, at: path, manager: "one"), 201, "apply")
            let entry = first.json.at("metadata", "managedFields")?.arrayValue?.first { $0["manager"] == "one" }
            let container = entry?.at(
                "fieldsV1", "f:spec", "f:template", "f:spec", "f:containers", #"k:{"name":"c"}"#)
            try run.expect(
                container?["f:env"], [#"k:{"name":"A"}"#: [".": [:], "f:name": [:], "f:value": [:]]], "fields of env")
            let again = try await run.apply(one, at: path, manager: "one")
            try run.expect(again.uid, first.uid, "uid")
            try run.expect(again.json.at("metadata", "generation"), 1, "generation")
            let two = deployment([["name": "B", "value": "2"]], [["containerPort": 81]])
            let merged = try run.expect(try await run.apply(two, at: path, manager: "two"), 200, "second manager")
            let result = merged.json.at("spec", "template", "spec", "containers")?[0]
            try run.expect(result?["env"], [["name": "A", "value": "1"], ["name": "B", "value": "2"]], "env")
            try run.expect(
                result?["ports"],
                [["containerPort": 80, "protocol": "TCP"], ["containerPort": 81, "protocol": "TCP"]], "ports")
            let dropped = try await run.apply(deployment([], []), at: path, manager: "two")
            try run.expect(
                dropped.json.at("spec", "template", "spec", "containers")?[0]?["env"], [["name": "A", "value": "1"]],
                "env after dropping")
        },
    ]
}
