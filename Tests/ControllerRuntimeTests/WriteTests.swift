// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import TestSupport
import Testing

/// What the interpreter writes, and what it leaves alone.
@Suite struct WriteTests {
    @Test func `a primary is planned, its objects are applied, its status is written, and then nothing more`() {
        let toy = ToyRig()
        let process = toy.rig.start()
        #expect(process.obstacle == nil)
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(5))
        #expect(toy.value("m") == "1")
        #expect(toy.status("a")?["maps"] == 1)
        #expect(toy.rig.condition("Ready", of: Toy.resource, ToyRig.key("a")) == "True/Accepted")
        let mark = toy.rig.auditMark
        toy.rig.advance(by: .seconds(900))
        #expect(toy.rig.writes(since: mark).isEmpty)
        #expect(!toy.rig.hasHotLoop)
    }

    @Test func `a new process finds everything as it should be and writes nothing`() {
        let toy = ToyRig()
        let process = toy.rig.start()
        toy.create("a", maps: ["m": "1"], jobs: ["j"])
        toy.rig.advance(by: .seconds(5))
        toy.rig.crash(process)
        let mark = toy.rig.auditMark
        toy.rig.start()
        toy.rig.advance(by: .seconds(60))
        #expect(toy.rig.writes(since: mark).isEmpty)
    }

    @Test func `what others change of an applied object is put back once`() {
        let toy = ToyRig()
        toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(5))
        let mark = toy.rig.auditMark
        toy.rig.patch(.configMaps, ToyRig.key("m"), ["data": ["value": "changed"]])
        toy.rig.advance(by: .seconds(5))
        #expect(toy.value("m") == "1")
        #expect(toy.rig.writes(since: mark).count { $0.resource == .configMaps } == 1)
    }

    @Test func `a failed write is logged with its cause, under no key that every log line has`() throws {
        let toy = ToyRig()
        toy.rig.server.inject(.status(500), times: 1) { $0.verb == .patch && $0.resource == .configMaps }
        toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(30))
        #expect(toy.value("m") == "1")
        let line = try #require(toy.rig.log.lines.first { $0.hasPrefix("warning write failed") })
        #expect(line.contains("error=") && line.contains("500"))
        for line in toy.rig.log.lines {
            #expect(!["time", "level", "logger", "message"].contains { line.contains(" \($0)=") }, "\(line)")
        }
    }

    @Test func `a created object whose answer was lost is found and adopted, not made twice`() {
        let toy = ToyRig()
        toy.rig.server.inject(.cutAfterCommit) { $0.verb == .create && $0.resource == .jobs }
        toy.rig.server.holdEvents { $0.resource == .jobs }
        toy.rig.start()
        toy.create("a", jobs: ["j"])
        toy.rig.advance(by: .seconds(30))
        #expect(toy.rig.objects(.jobs, in: "default").count == 1)
        #expect(toy.rig.server.audit.contains { $0.verb == .get && $0.resource == .jobs && $0.name == "j" })
        toy.rig.server.releaseEvents()
        toy.rig.advance(by: .seconds(30))
        let created = toy.rig.writes().filter { $0.resource == .jobs && $0.created }
        #expect(created.count == 1)
        #expect(toy.status("a")?["refusals"] == [])
    }

    @Test(arguments: [ResourceType.jobs, .configMaps])
    func `an object of others under our name is left alone, and the status says so`(type: ResourceType) {
        let toy = ToyRig()
        let spec: JSONValue = [
            "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "x", "image": "x"]]]]
        ]
        let foreign = toy.rig.create(
            type,
            .compact([
                "metadata": ["name": "x", "namespace": "default"], "spec": type == .jobs ? spec : nil,
                "data": type == .jobs ? nil : ["mine": "yes"],
            ]))
        #expect(foreign.status == 201)
        let before = toy.rig.object(type, ToyRig.key("x"))
        toy.rig.start()
        if type == .jobs { toy.create("a", jobs: ["x"]) } else { toy.create("a", maps: ["x": "1"]) }
        toy.rig.advance(by: .seconds(5))
        #expect(toy.status("a")?["refusals"] == ["NameTaken"])
        #expect(toy.rig.object(type, ToyRig.key("x")) == before)
        let mark = toy.rig.auditMark
        toy.rig.advance(by: .seconds(600))
        #expect(toy.rig.writes(since: mark).count <= 11, "one try a minute at most")
        #expect(toy.rig.object(type, ToyRig.key("x")) == before)
        toy.rig.delete(type, ToyRig.key("x"))
        toy.rig.advance(by: .seconds(90))
        #expect(toy.rig.object(type, ToyRig.key("x")) != nil)
        #expect(toy.status("a")?["refusals"] == [])
    }

    @Test func `nothing is deleted before every apply of the same plan succeeded`() {
        let toy = ToyRig()
        toy.rig.start()
        toy.create("a", maps: ["old": "1"])
        toy.rig.advance(by: .seconds(5))
        let fault = toy.rig.server.inject(.status(500), times: .max) { $0.isApply && $0.name == "new" }
        toy.setMaps("a", ["old": nil, "new": "2"])
        toy.rig.advance(by: .seconds(30))
        #expect(toy.value("old") == "1")
        toy.rig.server.disarm(fault)
        toy.rig.advance(by: .seconds(120))
        #expect(toy.value("old") == nil)
        #expect(toy.value("new") == "2")
    }

    @Test(arguments: [403, 422])
    func `an apply that is refused keeps what it was to replace`(code: Int) {
        let toy = ToyRig()
        toy.rig.start()
        toy.create("a", maps: ["old": "1"])
        toy.rig.advance(by: .seconds(5))
        toy.rig.server.inject(.status(code), times: .max) { $0.isApply && $0.name == "new" }
        toy.setMaps("a", ["old": nil, "new": "2"])
        toy.rig.advance(by: .seconds(300))
        #expect(toy.value("old") == "1")
        #expect(toy.status("a")?["refusals"] == [code == 403 ? "Forbidden" : "Invalid"])
    }

    @Test(arguments: ["delete", "status"])
    func `a write that is refused for good is tried once a minute`(what: String) {
        let toy = ToyRig()
        toy.rig.start()
        toy.create("a", maps: ["old": "1"])
        toy.rig.advance(by: .seconds(5))
        toy.rig.server.inject(.status(403), times: .max) {
            what == "delete" ? $0.verb == .delete : $0.subresource == "status"
        }
        let mark = toy.rig.auditMark
        toy.setMaps("a", ["old": nil])
        toy.rig.advance(by: .seconds(600))
        let refused = toy.rig.writes(since: mark).filter { $0.code == 403 }
        #expect((2...12).contains(refused.count), "\(refused.count)")
    }

    @Test func `own writes are read back before the next plan`() {
        let toy = ToyRig()
        toy.rig.start()
        toy.rig.server.holdEvents { $0.resource == .configMaps }
        toy.create("a", maps: ["m": "1"])
        toy.rig.settle()
        let mark = toy.rig.auditMark
        // The ConfigMap's event is late: planned now, the Toy would seem to have none.
        toy.rig.patch(Toy.resource, ToyRig.key("a"), ["metadata": ["labels": ["touched": "yes"]]])
        toy.rig.advance(by: .seconds(2))
        #expect(toy.rig.writes(since: mark).isEmpty)
        toy.rig.server.releaseEvents()
        toy.rig.settle()
        #expect(toy.status("a")?["maps"] == 1)
        #expect(toy.rig.writes(since: mark).allSatisfy { $0.subresource == "status" })
    }

    @Test func `deleting the primary leaves nothing behind`() {
        let toy = ToyRig()
        toy.rig.start()
        toy.create("a", maps: ["m": "1"], jobs: ["j"])
        toy.rig.advance(by: .seconds(5))
        toy.rig.delete(Toy.resource, ToyRig.key("a"))
        toy.rig.advance(by: .seconds(60))
        #expect(toy.rig.objects(.configMaps, in: "default").isEmpty)
        #expect(toy.rig.objects(.jobs, in: "default").isEmpty)
    }

    @Test func `an object that cannot be read is said to be stalled, once`() {
        let toy = ToyRig()
        toy.rig.start()
        toy.rig.create(Toy.resource, ["metadata": ["name": "bad", "namespace": "default"], "spec": ["jobs": 5]])
        toy.create("good", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(120))
        #expect(toy.rig.condition("Stalled", of: Toy.resource, ToyRig.key("bad")) == "True/InvalidSpec")
        #expect(toy.value("m") == "1")
        #expect(toy.rig.writes().count { $0.name == "bad" } == 1)
        // Corrected, it heals.
        toy.rig.patch(Toy.resource, ToyRig.key("bad"), ["spec": ["jobs": ["j"]]])
        toy.rig.advance(by: .seconds(5))
        #expect(toy.rig.condition("Stalled", of: Toy.resource, ToyRig.key("bad")) == nil)
        #expect(toy.rig.object(.jobs, ToyRig.key("j")) != nil)
    }
}
