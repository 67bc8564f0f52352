// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import KubernetesModel
import Testing

/// Random writes against a shadow: what a watch tells must add up to what a list shows.
@Suite(.timeLimit(.minutes(1))) struct RandomWalkTests {
    private let names = ["a", "b", "c", "d"]
    private let merge = "application/merge-patch+json"

    @Test(arguments: 1...12)
    func `a watch adds up to the list, from any revision, with and without labels`(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let fixture = ServerFixture()
        let first = try await fixture.send(.get, ServerFixture.configMaps)
        var snapshots = [first.json]
        for _ in 0..<60 {
            try await write(fixture, &generator)
            snapshots.append(try await fixture.send(.get, ServerFixture.configMaps).json)
        }
        let final = try #require(snapshots.last)
        let revisions = snapshots.compactMap { $0.at("metadata", "resourceVersion")?.stringValue }.compactMap {
            Int($0)
        }
        #expect(revisions == revisions.sorted(), "seed \(seed)")
        for start in [snapshots[0], snapshots.randomElement(using: &generator) ?? snapshots[1]] {
            for selector in ["", "&labelSelector=x%3D1"] {
                let wanted = selected(final, selector)
                let folded = try await fold(fixture, from: start, selector)
                #expect(folded == wanted, "seed \(seed), selector \(selector)")
            }
            try await exact(fixture, start)
        }
    }

    private func write(_ fixture: ServerFixture, _ generator: inout SeededGenerator) async throws {
        let name = names.randomElement(using: &generator) ?? "a"
        let path = ServerFixture.configMaps + "/" + name
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1:
            let finalizers: JSONValue = Bool.random(using: &generator) ? ["example.com/hold"] : []
            _ = try await fixture.send(
                .post, ServerFixture.configMaps, ["metadata": ["name": .string(name), "finalizers": finalizers]])
        case 2:
            let label: JSONValue = .string(["1", "2"].randomElement(using: &generator) ?? "1")
            _ = try await fixture.send(.patch, path, ["metadata": ["labels": ["x": label]]], type: merge)
        case 3: _ = try await fixture.send(.delete, path)
        case 4: _ = try await fixture.send(.patch, path, ["metadata": ["finalizers": .null]], type: merge)
        default:
            let value: JSONValue = .string("\(Int.random(in: 0..<3, using: &generator))")
            _ = try await fixture.send(
                .patch, path + "?fieldManager=m&force=true",
                ["apiVersion": "v1", "kind": "ConfigMap", "metadata": [:], "data": ["k": value]],
                type: "application/apply-patch+yaml")
        }
    }

    private func selected(_ list: JSONValue, _ selector: String) -> [String: JSONValue] {
        let items = list["items"]?.arrayValue ?? []
        let kept = selector.isEmpty ? items : items.filter { $0.at("metadata", "labels", "x") == "1" }
        return Dictionary(uniqueKeysWithValues: kept.map { ($0.at("metadata", "name")?.stringValue ?? "", $0) })
    }

    /// The list `start`, and every event since.
    private func fold(
        _ fixture: ServerFixture, from start: JSONValue, _ selector: String
    ) async throws -> [String: JSONValue] {
        var state = selected(start, selector)
        var revision = Int(start.at("metadata", "resourceVersion")?.stringValue ?? "") ?? 0
        let path = ServerFixture.configMaps + "?watch=1&timeoutSeconds=0&resourceVersion=\(revision)" + selector
        let reader = EventReader(try await fixture.respond(.get, path).body)
        while let event = try await reader.next() {
            let name = event.object.at("metadata", "name")?.stringValue ?? ""
            let next = Int(event.object.at("metadata", "resourceVersion")?.stringValue ?? "") ?? 0
            #expect(next > revision)
            revision = next
            switch event.type {
            case "ADDED": #expect(state[name] == nil)
            case "MODIFIED", "DELETED": #expect(state[name] != nil)
            default: Issue.record("event \(event.type)")
            }
            var object = event.object
            object["apiVersion"] = nil
            object["kind"] = nil
            state[name] = event.type == "DELETED" ? nil : object
        }
        return state
    }

    private func exact(_ fixture: ServerFixture, _ past: JSONValue) async throws {
        let revision = past.at("metadata", "resourceVersion")?.stringValue ?? ""
        let again = try await fixture.send(
            .get, ServerFixture.configMaps + "?resourceVersionMatch=Exact&resourceVersion=" + revision)
        #expect(again.json == past)
    }

    /// Two managers apply random configurations; ownership and content must fit each other after every step.
    @Test(arguments: 1...12)
    func `what is owned is there, and what is applied is there until it is dropped`(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let fixture = ServerFixture()
        var applied: [String: [String: JSONValue]] = [:]
        for step in 0..<40 {
            let manager = ["one", "two"].randomElement(using: &generator) ?? "one"
            var data: [String: JSONValue] = ["of-\(manager)": "always"]
            for key in ["k", "l", "m"] where Bool.random(using: &generator) {
                data[key] = .string("\(Int.random(in: 0..<2, using: &generator))")
            }
            let force = Bool.random(using: &generator)
            let other = manager == "one" ? "two" : "one"
            let disputed = data.filter { key, value in applied[other]?[key].map { $0 != value } ?? false }
            let reply = try await fixture.send(
                .patch, ServerFixture.configMaps + "/a?fieldManager=\(manager)\(force ? "&force=true" : "")",
                ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"], "data": .object(data)],
                type: "application/apply-patch+yaml")
            let hint = Comment(rawValue: "seed \(seed), step \(step): \(reply.json)")
            #expect((reply.status == 409) == (!disputed.isEmpty && !force), hint)
            guard reply.status < 300 else { continue }
            applied[manager] = data
            applied[other] = applied[other]?.filter { disputed[$0.key] == nil }
            let content = reply.json["data"]?.objectValue ?? [:]
            #expect(content == (applied["one"] ?? [:]).merging(applied["two"] ?? [:]) { mine, _ in mine }, hint)
            for entry in reply.json.at("metadata", "managedFields")?.arrayValue ?? [] {
                let owned = entry.at("fieldsV1", "f:data")?.objectValue?.keys.filter { $0 != "." } ?? []
                let name = entry["manager"]?.stringValue ?? ""
                #expect(Set(owned) == Set((applied[name] ?? [:]).keys.map { "f:" + $0 }), hint)
            }
        }
    }
}
