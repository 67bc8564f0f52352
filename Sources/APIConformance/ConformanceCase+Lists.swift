// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// Lists, pages, revisions and selectors.
    static let listCases: [ConformanceCase] = [
        ConformanceCase("pages show one snapshot") { run in
            for name in ["a", "b", "c"] { _ = try await run.send(.post, run.widgets, run.widget(name)) }
            let first = try await run.send(.get, run.widgets + "?limit=2")
            try run.expect(first.names, ["a", "b"], "first page")
            try run.expect(first.json.at("metadata", "remainingItemCount"), 1, "remaining")
            _ = try await run.send(.post, run.widgets, run.widget("d"))
            _ = try await run.send(.delete, run.widgets + "/c")
            let token = first.json.at("metadata", "continue")?.stringValue ?? ""
            let second = try await run.send(.get, run.widgets + "?limit=2&continue=" + token)
            try run.expect(second.names, ["c"], "second page")
            try run.expect(second.revision, first.revision, "revision")
            let next = second.json.at("metadata", "continue")?.stringValue ?? ""
            try run.expect(next, "", "token of a third page")
            try run.expect(try await run.send(.get, run.widgets).names, ["a", "b", "d"], "list afterwards")
        },
        ConformanceCase("a broken continue token is BadRequest") { run in
            try run.expect(
                try await run.send(.get, run.widgets + "?limit=1&continue=abc"), 400, "BadRequest",
                saying: "continue key is not valid", "list")
        },
        ConformanceCase("items of built-in lists carry no kind, those of custom lists do") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", labels: ["mine": "1"]))
            _ = try await run.send(.post, run.widgets, run.widget("a"))
            let builtIn = try await run.send(.get, run.configMaps + "?labelSelector=mine")
            try run.expect(builtIn.json["kind"], "ConfigMapList", "kind")
            try run.expect(builtIn.items.first?["kind"] == nil, "a ConfigMap in a list has a kind")
            let custom = try await run.send(.get, run.widgets)
            try run.expect(custom.items.first?["kind"], "Widget", "kind of a custom item")
        },
        ConformanceCase("a list at an exact revision shows the past") { run in
            _ = try await run.send(.post, run.widgets, run.widget("a"))
            let then = try await run.send(.get, run.widgets)
            _ = try await run.send(.post, run.widgets, run.widget("b"))
            let past = try await run.send(
                .get, run.widgets + "?resourceVersionMatch=Exact&resourceVersion=" + then.revision)
            try run.expect(past.names, ["a"], "past")
            try run.expect(past.revision, then.revision, "revision")
            let newer = try await run.send(
                .get, run.widgets + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + then.revision)
            try run.expect(newer.names.sorted(), ["a", "b"], "not older than")
        },
        ConformanceCase("a revision match without a revision is Invalid") { run in
            try run.expect(
                try await run.send(.get, run.widgets + "?resourceVersionMatch=Exact"), 422, "Invalid",
                saying: "resourceVersionMatch is forbidden unless resourceVersion is provided", "no revision")
            try run.expect(
                try await run.send(.get, run.widgets + "?resourceVersionMatch=Nonesuch&resourceVersion=1"), 422,
                "Invalid",
                saying: #"Unsupported value: "Nonesuch""#, "unknown match")
        },
        ConformanceCase("a revision that is still to come is a Timeout that says so") { run in
            let reply = try await run.send(
                .get, run.widgets + "?resourceVersionMatch=NotOlderThan&resourceVersion=99999999999")
            try run.expect(reply, 504, "Timeout", saying: "Too large resource version: 99999999999", "list")
            try run.expect(
                reply.json.at("details", "causes")?[0]?["reason"], "ResourceVersionTooLarge", "cause")
            try run.expect(reply.json.at("details", "retryAfterSeconds"), 1, "retry")
        },
        ConformanceCase("label selectors select") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", labels: ["x": "1", "y": "1"]))
            _ = try await run.send(.post, run.configMaps, run.configMap("b", labels: ["x": "2"]))
            _ = try await run.send(.post, run.configMaps, run.configMap("c", labels: ["z": ""]))
            let table: [(String, [String])] = [
                ("x=1", ["a"]), ("x==2", ["b"]), ("x!=1,x", ["b"]), ("x in (1,2)", ["a", "b"]),
                ("x notin (1),x", ["b"]),
                ("x,!y", ["b"]), ("z=", ["c"]), ("x=1,y=2", []),
            ]
            for (selector, names) in table {
                let escaped = selector.utf8.map { byte in
                    "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined()
                let reply = try await run.send(.get, run.configMaps + "?labelSelector=" + escaped)
                try run.expect(reply.names, names, "selector \(selector)")
            }
            try run.expect(
                try await run.send(.get, run.configMaps + "?labelSelector=a%20b%20c"), 400, "BadRequest",
                saying: "unable to parse requirement", "broken selector")
        },
        ConformanceCase("field selectors select, and unknown ones are BadRequest") { run in
            for name in ["a", "b"] { _ = try await run.send(.post, run.widgets, run.widget(name)) }
            try run.expect(
                try await run.send(.get, run.widgets + "?fieldSelector=metadata.name%3Db").names, ["b"], "by name")
            try run.expect(
                try await run.send(.get, run.widgets + "?fieldSelector=metadata.name!%3Db").names, ["a"],
                "by other name")
            try run.expect(
                try await run.send(.get, run.pods + "?fieldSelector=spec.nonesuch%3Db"), 400, "BadRequest",
                saying: "field label not supported: spec.nonesuch", "unknown field")
            try run.expect(
                try await run.send(.get, run.pods + "?fieldSelector=spec.nodeName%3Db,status.phase%3DRunning").status,
                200,
                "known fields")
        },
        ConformanceCase("a list over all namespaces shows them all") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", labels: ["only": run.namespace]))
            let reply = try await run.send(.get, "/api/v1/configmaps?labelSelector=only%3D" + run.namespace)
            try run.expect(reply.names, ["a"], "names")
        },
    ]
}
