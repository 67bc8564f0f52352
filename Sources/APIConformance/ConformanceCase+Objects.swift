// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// Creating, reading and replacing.
    static let objectCases: [ConformanceCase] = [
        ConformanceCase("a created object has uid, revision and time, and reads back") { run in
            let made = try run.expect(
                try await run.send(.post, run.configMaps, run.configMap("a", ["k": "v"])), 201, "create")
            try run.expect(!made.uid.isEmpty && !made.revision.isEmpty, "uid or revision is missing: \(made.json)")
            try run.expect(made.json.at("metadata", "creationTimestamp")?.stringValue != nil, "no creation time")
            try run.expect(made.json.at("metadata", "namespace"), .string(run.namespace), "namespace")
            let read = try run.expect(try await run.send(.get, run.configMaps + "/a"), 200, "get")
            try run.expect(read.json, made.json, "object read")
        },
        ConformanceCase("the same name twice is AlreadyExists") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a"))
            try run.expect(
                try await run.send(.post, run.configMaps, run.configMap("a")), 409, "AlreadyExists",
                saying: #"configmaps "a" already exists"#, "create twice")
        },
        ConformanceCase("what is not there is NotFound, with the group in its name") { run in
            let reply = try await run.send(.get, run.configMaps + "/none")
            try run.expect(reply, 404, "NotFound", saying: #"configmaps "none" not found"#, "get")
            try run.expect(reply.json["details"], ["name": "none", "kind": "configmaps"], "details")
            try run.expect(
                try await run.send(.get, "/apis/apps/v1/namespaces/\(run.namespace)/deployments/none"), 404, "NotFound",
                saying: #"deployments.apps "none" not found"#, "get in a group")
            try run.expect(try await run.send(.get, "/api/v1/nonesuches"), 404, "NotFound", "unknown resource")
            try run.expect(try await run.send(.get, "/apis/none.example/v1/x").status, 404, "unknown group")
        },
        ConformanceCase("a generated name starts with its prefix") { run in
            var object = run.configMap("")
            object["metadata"] = ["generateName": "made-"]
            let made = try run.expect(try await run.send(.post, run.configMaps, object), 201, "create")
            let name = made.json.at("metadata", "name")?.stringValue ?? ""
            try run.expect(name.hasPrefix("made-") && name.utf8.count == 10, "name is \(name)")
        },
        ConformanceCase("names and labels that are no names are Invalid") { run in
            try run.expect(
                try await run.send(.post, run.configMaps, run.configMap("A_")), 422, "Invalid",
                saying: #"ConfigMap "A_" is invalid: metadata.name: Invalid value: "A_""#, "name")
            let reply = try run.expect(
                try await run.send(.post, run.configMaps, run.configMap("b", labels: ["x": "c d"])), 422, "Invalid",
                saying: #"metadata.labels: Invalid value: "c d""#, "label")
            let cause = reply.json.at("details", "causes")?[0]
            try run.expect(cause?["reason"], "FieldValueInvalid", "cause")
            try run.expect(cause?["field"], "metadata.labels", "field")
        },
        ConformanceCase("nothing is created in a namespace that is not there") { run in
            try run.expect(
                try await run.send(.post, "/api/v1/namespaces/\(run.namespace)-none/configmaps", run.configMap("a")),
                404,
                "NotFound", saying: #"namespaces "\#(run.namespace)-none" not found"#, "create")
        },
        ConformanceCase("a body that contradicts the path is BadRequest") { run in
            var object = run.configMap("a")
            object["metadata"]?["namespace"] = "default"
            try run.expect(try await run.send(.post, run.configMaps, object), 400, "BadRequest", "namespace")
            object = run.configMap("a")
            object["kind"] = "Secret"
            try run.expect(try await run.send(.post, run.configMaps, object), 400, "BadRequest", "kind")
            _ = try await run.send(.post, run.configMaps, run.configMap("a"))
            try run.expect(
                try await run.send(.put, run.configMaps + "/a", run.configMap("b")), 400, "BadRequest",
                saying: "the name of the object (b) does not match the name on the URL (a)", "name")
        },
        ConformanceCase("an update with an old revision is a Conflict and changes nothing") { run in
            let made = try await run.send(.post, run.configMaps, run.configMap("a", ["k": "1"]))
            var object = run.configMap("a", ["k": "2"])
            object["metadata"]?["resourceVersion"] = .string(made.revision)
            let updated = try run.expect(try await run.send(.put, run.configMaps + "/a", object), 200, "first update")
            try run.expect(updated.uid, made.uid, "uid")
            object["data"] = ["k": "3"]
            try run.expect(
                try await run.send(.put, run.configMaps + "/a", object), 409, "Conflict",
                saying: #"Operation cannot be fulfilled on configmaps "a": the object has been modified"#,
                "second update")
            let read = try await run.send(.get, run.configMaps + "/a")
            try run.expect(read.json["data"], ["k": "2"], "data")
            try run.expect(read.revision, updated.revision, "revision")
        },
        ConformanceCase("an update that changes nothing keeps the revision") { run in
            let made = try await run.send(.post, run.configMaps, run.configMap("a", ["k": "1"]))
            let again = try run.expect(try await run.send(.put, run.configMaps + "/a", made.json), 200, "update")
            try run.expect(again.revision, made.revision, "revision")
        },
        ConformanceCase("a dry run changes nothing") { run in
            try run.expect(
                try await run.send(.post, run.configMaps + "?dryRun=All", run.configMap("a")), 201, "dry run")
            try run.expect(try await run.send(.get, run.configMaps + "/a"), 404, "NotFound", "get")
        },
        ConformanceCase("metadata alone can be asked for") { run in
            _ = try await run.send(.post, run.configMaps, run.configMap("a", ["k": "v"], labels: ["l": "1"]))
            let accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
            let read = try await run.send(.get, run.configMaps + "/a", accept: accept)
            try run.expect(read.json["kind"], "PartialObjectMetadata", "kind")
            try run.expect(read.json["apiVersion"], "meta.k8s.io/v1", "apiVersion")
            try run.expect(read.json["data"] == nil, "data is there")
            try run.expect(read.json.at("metadata", "labels"), ["l": "1"], "labels")
            let listed = try await run.send(
                .get, run.configMaps + "?labelSelector=l%3D1",
                accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
            try run.expect(listed.json["kind"], "PartialObjectMetadataList", "kind of the list")
            try run.expect(listed.items.first?["kind"], "PartialObjectMetadata", "kind of the item")
            try run.expect(listed.items.first?["data"] == nil, "data is in the list")
        },
    ]
}
