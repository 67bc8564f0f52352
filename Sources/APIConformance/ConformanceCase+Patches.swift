// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// JSON merge patch and JSON patch.
    static let patchCases: [ConformanceCase] = [
        ConformanceCase("a merge patch sets and removes members") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", ["x": "1", "y": "2"]))
            let reply = try run.expect(
                try await run.send(.patch, run.configMaps + "/a", ["data": ["x": .null, "z": "3"]], .mergePatch), 200,
                "patch")
            try run.expect(reply.json["data"], ["y": "2", "z": "3"], "data")
        },
        ConformanceCase("a merge patch that changes nothing keeps the revision") { run in
            let made = try await run.send(.post, run.configMaps, run.configMap("a", ["x": "1"]))
            let reply = try await run.send(.patch, run.configMaps + "/a", ["data": ["x": "1"]], .mergePatch)
            try run.expect(reply.revision, made.revision, "revision")
        },
        ConformanceCase("a patch with an old revision or a foreign uid is refused") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a"))
            try run.expect(
                try await run.send(
                    .patch, run.configMaps + "/a", ["metadata": ["resourceVersion": "1"], "data": ["x": "1"]],
                    .mergePatch),
                409, "Conflict", "revision")
            try run.expect(
                try await run.send(.patch, run.configMaps + "/a", ["metadata": ["uid": "other"]], .mergePatch), 422,
                "Invalid", saying: #"metadata.uid: Invalid value: "other": field is immutable"#, "uid")
            var object = run.configMap("a")
            object["metadata"]?["uid"] = "other"
            try run.expect(
                try await run.send(.put, run.configMaps + "/a", object), 409, "Conflict",
                saying: "Precondition failed: UID in precondition: other", "uid of an update")
        },
        ConformanceCase("a patch of what is not there is NotFound") { run in
            try run.expect(
                try await run.send(.patch, run.configMaps + "/none", [:], .mergePatch), 404, "NotFound", "patch")
        },
        ConformanceCase("a JSON patch is carried out in order, all or nothing") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", ["x": "1"]))
            let reply = try run.expect(
                try await run.send(
                    .patch, run.configMaps + "/a",
                    [
                        ["op": "test", "path": "/data/x", "value": "1"],
                        ["op": "add", "path": "/metadata/annotations", "value": [:]],
                        ["op": "add", "path": "/metadata/annotations/example.com~1y", "value": "2"],
                        ["op": "replace", "path": "/data/x", "value": "3"],
                        ["op": "copy", "from": "/data/x", "path": "/data/w"],
                    ], .jsonPatch), 200, "patch")
            try run.expect(reply.json["data"], ["x": "3", "w": "3"], "data")
            try run.expect(reply.json.at("metadata", "annotations", "example.com/y"), "2", "escaped name")
        },
        ConformanceCase("a JSON patch whose test fails is refused") { run in
            let made = try await run.send(.post, run.configMaps, run.configMap("a", ["x": "1"]))
            let patch: JSONValue = [
                ["op": "replace", "path": "/data/x", "value": "2"], ["op": "test", "path": "/data/x", "value": "1"],
            ]
            let reply = try await run.send(.patch, run.configMaps + "/a", patch, .jsonPatch)
            try run.expect(reply, 422, "Invalid", "patch")
            try run.expect(try await run.send(.get, run.configMaps + "/a").revision, made.revision, "revision")
        },
        ConformanceCase("removing what is not there is refused") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", ["x": "1"]))
            let patch: JSONValue = [["op": "remove", "path": "/data/none"]]
            try run.expect(try await run.send(.patch, run.configMaps + "/a", patch, .jsonPatch).status, 422, "patch")
        },
    ]
}
