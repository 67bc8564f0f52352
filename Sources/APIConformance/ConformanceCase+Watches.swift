// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport

extension ConformanceCase {
    /// Watches.
    static let watchCases: [ConformanceCase] = [
        ConformanceCase("a watch from a list's revision shows every change after it") { run in
            _ = try await run.send(.post, run.widgets, run.widget("a"))
            let list = try await run.send(.get, run.widgets)
            let watch = try await run.watch(run.widgets, "&resourceVersion=" + list.revision)
            let made = try await run.send(.post, run.widgets, run.widget("b"))
            let changed = try await run.send(.patch, run.widgets + "/a", ["spec": ["size": 2]], .mergePatch)
            _ = try await run.send(.delete, run.widgets + "/b")
            let added = try await run.expectEvent(watch, "ADDED", "b")
            try run.expect(added, made.json, "added object")
            let modified = try await run.expectEvent(watch, "MODIFIED", "a")
            try run.expect(modified, changed.json, "modified object")
            let deleted = try await run.expectEvent(watch, "DELETED", "b")
            let revision = Int(deleted.at("metadata", "resourceVersion")?.stringValue ?? "") ?? 0
            try run.expect(revision > Int(changed.revision) ?? 0, "the deletion has no revision of its own")
        },
        ConformanceCase("a watch without a revision starts with what is there") { run in
            for name in ["a", "b"] { _ = try await run.send(.post, run.widgets, run.widget(name)) }
            let watch = try await run.watch(run.widgets)
            let first = try await watch.next()
            let second = try await watch.next()
            try run.expect([first?.type, second?.type], ["ADDED", "ADDED"], "types")
            let names = [first, second].compactMap { $0?.object.at("metadata", "name")?.stringValue }
            try run.expect(names.sorted(), ["a", "b"], "names")
            _ = try await run.send(.post, run.widgets, run.widget("c"))
            try await run.expectEvent(watch, "ADDED", "c")
        },
        ConformanceCase("an object that leaves the selection is DELETED, one that enters is ADDED") { run in
            let list = try await run.send(.get, run.configMaps)
            let watch = try await run.watch(run.configMaps, "&labelSelector=x%3D1&resourceVersion=" + list.revision)
            _ = try await run.send(.post, run.configMaps, run.configMap("a", labels: ["x": "1"]))
            _ = try await run.send(.patch, run.configMaps + "/a", ["metadata": ["labels": ["x": "2"]]], .mergePatch)
            _ = try await run.send(.patch, run.configMaps + "/a", ["data": ["k": "unseen"]], .mergePatch)
            let back = try await run.send(
                .patch, run.configMaps + "/a", ["metadata": ["labels": ["x": "1"]]], .mergePatch)
            try await run.expectEvent(watch, "ADDED", "a")
            try await run.expectEvent(watch, "DELETED", "a")
            let added = try await run.expectEvent(watch, "ADDED", "a")
            try run.expect(added, back.json, "object")
        },
        ConformanceCase("a watch can follow one name") { run in
            let list = try await run.send(.get, run.widgets)
            let watch = try await run.watch(
                run.widgets, "&fieldSelector=metadata.name%3Db&resourceVersion=" + list.revision)
            for name in ["a", "b"] { _ = try await run.send(.post, run.widgets, run.widget(name)) }
            try await run.expectEvent(watch, "ADDED", "b")
        },
        ConformanceCase("a watch of metadata shows nothing else") { run in
            _ = try await run.send(.post, run.widgets, run.widget("a"))
            let watch = try await run.watch(
                run.widgets, accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
            let object = try await run.expectEvent(watch, "ADDED", "a")
            try run.expect(object["kind"], "PartialObjectMetadata", "kind")
            try run.expect(object["spec"] == nil, "the spec is there")
        },
        ConformanceCase("a watch that starts too far back is told so by an event") { run in
            // Of a kind that is younger than that revision: a server that has just begun remembers all of the others.
            let watch = try await run.watch(run.widgets, "&resourceVersion=1")
            let status = try await run.expectEvent(watch, "ERROR")
            try run.expect(status["kind"], "Status", "kind")
            try run.expect(status["code"], 410, "code")
            try run.expect(status["reason"], "Expired", "reason")
            try run.expect(
                status["message"]?.stringValue?.hasPrefix("too old resource version: 1 (") == true,
                "message is \(status["message"] ?? .null)")
            try run.expect(try await watch.next() == nil, "the watch goes on")
        },
        ConformanceCase("bookmarks show a revision and nothing else") { run in
            let list = try await run.send(.get, run.widgets)
            let watch = try await run.watch(
                run.widgets, "&allowWatchBookmarks=true&resourceVersion=" + list.revision)
            _ = try await run.send(.post, run.widgets, run.widget("a"))
            try await run.expectEvent(watch, "ADDED", "a")
        },
    ]
}
