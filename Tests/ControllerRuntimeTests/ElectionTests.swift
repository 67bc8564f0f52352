// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import TestSupport
import Testing

/// Who writes when: the leader, while it leads, and nobody else.
@Suite struct ElectionTests {
    private static let lease = ObjectKey(namespace: "watchbill-system", name: "watchbill")

    private func holder(_ rig: OperatorRig) -> String? {
        rig.object(.leases, Self.lease)?.at("spec", "holderIdentity")?.stringValue
    }

    @Test func `of two replicas one leads, and the other takes over after a crash`() throws {
        let toy = ToyRig(election: true)
        toy.rig.restartsCrashed = false
        let first = toy.rig.start()
        let second = toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(60))
        #expect(first.isLeading && !second.isLeading)
        #expect(second.obstacle == nil, "a replica that does not lead is ready")
        #expect(toy.value("m") == "1")
        #expect(toy.rig.writes().allSatisfy { $0.user == first.identity })

        toy.rig.crash(first)
        toy.setMaps("a", ["m": "2"])
        #expect(toy.rig.advance(atMost: .seconds(60)) { toy.value("m") == "2" })
        #expect(second.isLeading)
        #expect(holder(toy.rig) == second.identity)
    }

    @Test func `a leader that cannot reach the server stops writing before another one begins`() throws {
        let toy = ToyRig(election: true)
        let first = toy.rig.start()
        let second = toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(10))
        first.link.isCut = true
        #expect(toy.rig.advance(atMost: .seconds(60)) { first.gate.timeLeft == nil })
        #expect(!second.isLeading)
        #expect(toy.rig.advance(atMost: .seconds(60)) { second.isLeading })
        #expect(first.end == .lostLease("renewDeadlinePassed"))
        first.link.isCut = false
        toy.setMaps("a", ["m": "2"])
        toy.rig.advance(by: .seconds(60))
        #expect(toy.value("m") == "2")
    }

    @Test func `a write that waited in a queue past the lease is not sent`() throws {
        let toy = ToyRig(election: true)
        let first = toy.rig.start()
        let second = toy.rig.start()
        toy.rig.advance(by: .seconds(10))
        first.link.queueing = .seconds(45)
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(1))
        // From here on the first one cannot renew, while its write waits in its own queue.
        let fault = toy.rig.server.inject(.status(503), times: .max) {
            $0.user == first.identity && $0.resource == .leases
        }
        toy.rig.advance(by: .seconds(120))
        toy.rig.server.disarm(fault)
        #expect(second.isLeading)
        #expect(toy.value("m") == "1")
        #expect(toy.rig.writes().allSatisfy { $0.user == second.identity })
    }

    @Test func `a hanging renewal does not cost the lease`() {
        let toy = ToyRig(election: true)
        let process = toy.rig.start()
        toy.rig.advance(by: .seconds(20))
        toy.rig.server.inject(.hang, times: 1) { $0.resource == .leases && $0.isWrite }
        toy.rig.advance(by: .seconds(60))
        #expect(process.isLeading && process.end == nil)
    }

    @Test func `shutdown finishes what runs, then gives the lease back`() throws {
        let toy = ToyRig(election: true)
        let first = toy.rig.start()
        toy.rig.advance(by: .seconds(10))
        first.link.queueing = .seconds(3)
        toy.create("a", maps: ["m": "1"])
        first.runtime.shutdown()
        toy.rig.settle()
        #expect(first.obstacle == "shutting down")
        #expect(first.end == nil)
        #expect(holder(toy.rig) == first.identity, "the lease is kept until the write is through")
        toy.rig.advance(by: .seconds(30))
        #expect(first.end == .shutdown)
        #expect(toy.value("m") == "1")
        let audit = toy.rig.server.audit
        let lastWrite = try #require(audit.last { $0.isWrite && $0.user == first.identity })
        #expect(lastWrite.resource == .leases)
        #expect(holder(toy.rig) ?? "" == "")
        // The next one need not wait for anything to run out.
        let second = toy.rig.start()
        toy.rig.advance(by: .seconds(6))
        #expect(second.isLeading)
    }

    @Test func `without the lease nothing is written`() {
        let toy = ToyRig(election: true)
        toy.rig.server.inject(.status(403), times: .max) { $0.resource == .leases }
        toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(300))
        #expect(toy.rig.writes().isEmpty)
    }
}
