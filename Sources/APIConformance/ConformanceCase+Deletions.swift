// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// Deletion, finalizers and preconditions.
    static let deleteCases: [ConformanceCase] = [
        ConformanceCase("a deletion answers with Success and the uid") { run in
            let made = try await run.send(.post, run.widgets, run.widget("a"))
            let reply = try run.expect(try await run.send(.delete, run.widgets + "/a"), 200, "delete")
            try run.expect(reply.json["status"], "Success", "status")
            try run.expect(
                reply.json["details"],
                [
                    "name": "a", "group": "conformance.watchbill.dev", "kind": "widgets", "uid": .string(made.uid),
                ], "details")
            try run.expect(try await run.send(.delete, run.widgets + "/a"), 404, "NotFound", "delete again")
        },
        ConformanceCase("preconditions hold a deletion back") { run in
            let made = try await run.send(.post, run.configMaps, run.configMap("a"))
            try run.expect(
                try await run.send(.delete, run.configMaps + "/a", ["preconditions": ["uid": "other"]]), 409,
                "Conflict",
                saying: "other", "uid")
            try run.expect(
                try await run.send(.delete, run.configMaps + "/a", ["preconditions": ["resourceVersion": "1"]]), 409,
                "Conflict", "revision")
            let exact: JSONValue = [
                "preconditions": ["uid": .string(made.uid), "resourceVersion": .string(made.revision)],
                "propagationPolicy": "Background",
            ]
            try run.expect(try await run.send(.delete, run.configMaps + "/a", exact), 200, "exact preconditions")
        },
        ConformanceCase("a finalizer holds the object until it is removed") { run in
            var object = run.widget("a")
            object["metadata"]?["finalizers"] = ["example.com/hold"]
            let made = try await run.send(.post, run.widgets, object)
            let deleted = try run.expect(try await run.send(.delete, run.widgets + "/a"), 200, "delete")
            try run.expect(deleted.json["kind"], "Widget", "kind of the answer")
            try run.expect(
                deleted.json.at("metadata", "deletionTimestamp")?.stringValue != nil, "no deletion timestamp")
            try run.expect(deleted.json.at("metadata", "deletionGracePeriodSeconds"), 0, "grace")
            try run.expect(deleted.json.at("metadata", "generation"), 2, "generation")
            let again = try await run.send(.delete, run.widgets + "/a")
            try run.expect(again.revision, deleted.revision, "revision after deleting again")
            try run.expect(
                try await run.send(
                    .patch, run.widgets + "/a", ["metadata": ["finalizers": ["example.com/hold", "example.com/more"]]],
                    .mergePatch), 422, "Invalid",
                saying: "no new finalizers can be added if the object is being deleted",
                "more finalizers")
            let watch = try await run.watch(run.widgets, "&resourceVersion=" + deleted.revision)
            try run.expect(
                try await run.send(.patch, run.widgets + "/a", ["metadata": ["finalizers": .null]], .mergePatch), 200,
                "remove the finalizer")
            let last = try await run.expectEvent(watch, "DELETED", "a")
            try run.expect(last.at("metadata", "uid")?.stringValue, made.uid, "uid")
            try run.expect(try await run.send(.get, run.widgets + "/a"), 404, "NotFound", "get")
        },
        ConformanceCase("a new object of the same name has another uid") { run in
            let first = try await run.send(.post, run.configMaps, run.configMap("a"))
            _ = try await run.send(.delete, run.configMaps + "/a")
            let second = try await run.send(.post, run.configMaps, run.configMap("a"))
            try run.expect(first.uid != second.uid, "the uid came back")
        },
        ConformanceCase("a collection is deleted by selector") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", labels: ["x": "1"]))
            _ = try await run.send(.post, run.configMaps, run.configMap("b", labels: ["x": "2"]))
            try run.expect(
                try await run.send(.delete, run.configMaps + "?labelSelector=x%3D1"), 200, "delete the collection")
            try run.expect(try await run.send(.get, run.configMaps + "?labelSelector=x").names, ["b"], "what is left")
        },
    ]
}
