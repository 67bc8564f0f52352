// SPDX-License-Identifier: Apache-2.0
import CommandLine
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import JSONScan
import KubernetesModel
import Planning
import ScanPolicyController
import TestSupport
import Testing

/// What an operator answers when somebody asks for an explanation by the annotation.
@Suite struct ExplanationTests {
    private let rig: OperatorRig
    private let key = ObjectKey(namespace: "shop", name: "p")
    private let place = ObjectKey(namespace: "shop", name: Explanation.name)

    init() {
        var options = OperatorRig.Options()
        options.controllers = LawWorld.controllers.filter { $0.primary != nil }
        options.definitions = CustomResourceDefinition.all.map(\.rendered)
        options.namespaces = ["shop"]
        rig = OperatorRig(options)
        rig.addNode("node1")
        rig.addPod(
            ObjectKey(namespace: "shop", name: "web"), [TestContainer("r.io/web:1", digestOf: "web")],
            annotations: ["example.com/token": "canary"])
        rig.create(
            ScanPolicy.resource,
            ["metadata": ["name": "p", "namespace": "shop"], "spec": ["workloads": [:]]])
    }

    private func ask(_ token: String) {
        rig.patch(ScanPolicy.resource, key, ["metadata": ["annotations": [Explanation.annotation: .string(token)]]])
        rig.advance(by: .seconds(2))
    }

    private func answer() throws -> JSONValue? {
        let text = rig.object(.configMaps, place)?["data"]?["scanpolicy.p"]?.stringValue
        return try text.map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test func `it is answered in the object's namespace, with the plan and what it looked at`() throws {
        rig.start()
        ask("one")
        let answer = try #require(try answer())
        #expect(answer["token"] == "one" && answer.at("plan", "status", "images", "matched") == 1)
        let capture = try #require(answer["capture"])
        #expect(try Capture<ScanPolicyController>(json: capture).plan.json == answer["plan"])
        #expect(!capture.canonicalText.contains("canary"))
        let owners = rig.object(.configMaps, place)?.at("metadata", "ownerReferences")
        #expect(owners?[0]?["uid"] == rig.object(ScanPolicy.resource, key)?.at("metadata", "uid"))
    }

    @Test func `it lives ten minutes, and one write is all that it takes`() throws {
        rig.start()
        rig.advance(by: .seconds(5))
        let mark = rig.auditMark
        ask("one")
        rig.advance(by: .seconds(590))
        #expect(try answer() != nil)
        #expect(rig.writes(since: mark).count { $0.resource == .configMaps } == 1)
        rig.advance(by: .seconds(30))
        #expect(rig.object(.configMaps, place) == nil)
        rig.advance(by: .seconds(3_600))
        #expect(rig.writes(since: mark).count { $0.resource == .configMaps } == 2)
        #expect(!rig.hasHotLoop)
    }

    @Test func `asked again it answers again, and lives as long from then on`() throws {
        rig.start()
        ask("one")
        rig.advance(by: .seconds(500))
        ask("two")
        #expect(try answer()?["token"] == "two")
        rig.advance(by: .seconds(300))
        #expect(try answer() != nil)
        rig.advance(by: .seconds(330))
        #expect(rig.object(.configMaps, place) == nil)
    }

    @Test func `a question whose time is over is not answered by a new process, which clears what is left`() throws {
        let process = rig.start()
        ask("\(rig.now.rfc3339)/1")
        #expect(try answer() != nil)
        rig.crash(process)
        rig.advance(by: .seconds(900))
        #expect(try answer() != nil)
        rig.start()
        rig.advance(by: .seconds(10))
        #expect(rig.object(.configMaps, place) == nil)
    }

    @Test func `a ConfigMap of others under the name is left alone`() throws {
        rig.create(
            .configMaps,
            ["metadata": ["name": .string(Explanation.name), "namespace": "shop"], "data": ["mine": "yes"]])
        rig.start()
        ask("one")
        rig.advance(by: .seconds(1_200))
        #expect(rig.object(.configMaps, place)?["data"] == ["mine": "yes"])
        #expect(rig.log.lines.contains { $0.contains("no explanation could be written") })
    }

    @Test func `two objects share the ConfigMap, each with its own answer`() throws {
        rig.create(
            ScanPolicy.resource, ["metadata": ["name": "q", "namespace": "shop"], "spec": ["workloads": [:]]])
        rig.start()
        ask("one")
        rig.patch(
            ScanPolicy.resource, ObjectKey(namespace: "shop", name: "q"),
            ["metadata": ["annotations": [Explanation.annotation: "other"]]])
        rig.advance(by: .seconds(2))
        #expect(
            rig.object(.configMaps, place)?["data"]?.objectValue?.keys.sorted() == ["scanpolicy.p", "scanpolicy.q"])
    }

    @Test(arguments: ["scanpolicy", "imagewatch", "channel"])
    func `every kind that has plans is explained, with a capture that replays as the same plan`(kind: String) throws {
        let resource = try #require(Replay.kinds.first { $0.resource.kind.lowercased() == kind }).resource
        let specs: [String: JSONValue] = [
            "imagewatch": ["workloads": [:], "notify": ["channels": ["c"], "onFirstSight": true]],
            "channel": ["webhook": ["url": "https://hooks.example.org/services/canary"]],
        ]
        for (kind, spec) in specs {
            let resource = try #require(Replay.kinds.first { $0.resource.kind.lowercased() == kind }).resource
            rig.create(
                resource, ["metadata": ["name": .string(String(kind.prefix(1))), "namespace": "shop"], "spec": spec])
        }
        rig.start()
        let name = String(resource.kind.lowercased().prefix(1)) == "s" ? "p" : String(kind.prefix(1))
        rig.patch(
            resource, ObjectKey(namespace: "shop", name: name),
            ["metadata": ["annotations": [Explanation.annotation: "one"]]])
        rig.advance(by: .seconds(2))
        let text = try #require(rig.object(.configMaps, place)?["data"]?["\(kind).\(name)"]?.stringValue)
        let answer = try JSONValue(parsing: Array(text.utf8))
        let capture = try #require(answer["capture"])
        #expect(try Replay.run(capture.canonicalBytes, from: "-").plan == answer["plan"])
        #expect(!text.contains("canary"))
    }

    @Test func `whatever the operator plans for can be replayed`() {
        let planned = LawWorld.controllers.compactMap { $0.primary?.resource }
        #expect(Set(planned) == Set(Replay.kinds.map { $0.resource }))
    }
}
