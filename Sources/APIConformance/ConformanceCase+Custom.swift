// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// Custom resources: schema, status, generation.
    static let customCases: [ConformanceCase] = [
        ConformanceCase("unknown fields are pruned and defaults are set") { run in
            let made = try run.expect(
                try await run.send(.post, run.widgets, run.widget("a", ["size": 1, "nonesuch": 3])), 201, "create")
            try run.expect(made.json["spec"], ["size": 1, "color": "red"], "spec")
        },
        ConformanceCase("what the schema forbids is Invalid, field by field") { run in
            let low = try await run.send(.post, run.widgets, run.widget("a", ["size": 0]))
            try run.expect(
                low, 422, "Invalid",
                saying: #"Widget.conformance.watchbill.dev "a" is invalid: spec.size: Invalid value: 0: "#, "minimum")
            try run.expect(low.json.at("details", "causes")?[0]?["field"], "spec.size", "field")
            try run.expect(
                try await run.send(.post, run.widgets, run.widget("a", ["size": 1, "color": "green"])), 422, "Invalid",
                saying: #"spec.color: Unsupported value: "green": supported values: "#, "enum")
            try run.expect(
                try await run.send(.post, run.widgets, run.widget("a", [:])), 422, "Invalid",
                saying: "spec.size: Required value", "required")
            try run.expect(
                try await run.send(.post, run.widgets, run.widget("a", ["size": "x"])), 422, "Invalid",
                saying: "spec.size", "type")
        },
        ConformanceCase("only the status endpoint writes the status, and it writes nothing else") { run in
            let made = try await run.send(.post, run.widgets, run.widget("a", status: ["phase": "early"]))
            try run.expect(made.json["status"] == nil, "the status was created")
            let main = try await run.send(
                .patch, run.widgets + "/a", ["spec": ["size": 3], "status": ["phase": "no"]], .mergePatch)
            try run.expect(main.json["status"] == nil, "the status was written")
            let status = try run.expect(
                try await run.send(
                    .patch, run.widgets + "/a/status", ["spec": ["size": 9], "status": ["phase": "up"]], .mergePatch),
                200,
                "status")
            try run.expect(status.json.at("spec", "size"), 3, "size")
            try run.expect(status.json.at("status", "phase"), "up", "phase")
            try run.expect(status.json.at("metadata", "generation"), 2, "generation")
        },
        ConformanceCase("generation counts changes of the spec only") { run in
            let made = try await run.send(.post, run.widgets, run.widget("a"))
            try run.expect(made.json.at("metadata", "generation"), 1, "at creation")
            let labelled = try await run.send(
                .patch, run.widgets + "/a", ["metadata": ["labels": ["x": "1"]]], .mergePatch)
            try run.expect(labelled.json.at("metadata", "generation"), 1, "after a label")
            let changed = try await run.send(.patch, run.widgets + "/a", ["spec": ["size": 2]], .mergePatch)
            try run.expect(changed.json.at("metadata", "generation"), 2, "after a change")
        },
        ConformanceCase("a status applied with a revision is guarded by it") { run in
            let made = try await run.send(.post, run.widgets, run.widget("a"))
            var object = run.widget(
                "a", nil, status: ["phase": "up", "conditions": [["type": "Ready", "status": "True"]]])
            object["metadata"]?["uid"] = .string(made.uid)
            object["metadata"]?["resourceVersion"] = .string(made.revision)
            let first = try run.expect(
                try await run.apply(object, at: run.widgets, manager: "status", force: true, subresource: "status"),
                200,
                "apply")
            try run.expect(first.json.at("spec", "size"), 1, "size")
            try run.expect(
                try await run.apply(object, at: run.widgets, manager: "status", force: true, subresource: "status"),
                409,
                "Conflict", "apply with the old revision")
            object["metadata"]?["resourceVersion"] = .string(first.revision)
            let again = try await run.apply(
                object, at: run.widgets, manager: "status", force: true, subresource: "status")
            try run.expect(again.revision, first.revision, "revision")
        },
        // Before 1.21 a list that loses its last item is left as null, which the schema then refuses.
        ConformanceCase("a list of which nothing is applied any more goes", since: 21) { run in
            var object = run.widget("a", ["size": 1, "parts": [["name": "p"]]])
            _ = try await run.apply(object, at: run.widgets, manager: "one")
            object["spec"] = ["size": 1]
            let dropped = try await run.apply(object, at: run.widgets, manager: "one")
            try run.expect(dropped.json["spec"], ["size": 1, "color": "red"], "spec")
        },
        ConformanceCase("a status of what is not there is NotFound") { run in
            try run.expect(
                try await run.apply(
                    run.widget("none", nil, status: ["phase": "up"]), at: run.widgets, manager: "status",
                    subresource: "status"), 404, "NotFound", "apply")
        },
        ConformanceCase("an update without a revision is Invalid") { run in
            _ = try await run.send(.post, run.widgets, run.widget("a"))
            try run.expect(
                try await run.send(.put, run.widgets + "/a", run.widget("a", ["size": 2])), 422, "Invalid",
                saying: "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update", "update")
        },
        ConformanceCase("discovery names the kind and its subresource") { run in
            let reply = try await run.send(.get, "/apis/conformance.watchbill.dev/v1")
            let resources = reply.json["resources"]?.arrayValue ?? []
            try run.expect(
                resources.compactMap { $0["name"]?.stringValue }.sorted(), ["widgets", "widgets/status"], "resources")
            let version = try await run.send(.get, "/version").json["gitVersion"]?.stringValue ?? ""
            try run.expect(version.hasPrefix("v"), "version is \(version)")
            try run.expect(try await run.send(.get, "/readyz").text, "ok", "readiness")
        },
    ]
}
