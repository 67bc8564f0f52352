// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import EmbeddedAPIServer
import Essentials
import Exposition
import KubernetesModel
import TestSupport
import Testing

/// What the probe says, and what a watch survives.
@Suite struct ReadinessTests {
    @Test func `a kind that may not be read is named, and nothing is planned without it`() throws {
        let toy = ToyRig()
        let fault = toy.rig.server.inject(.status(403), times: .max) { $0.resource == .jobs && $0.verb == .list }
        let process = toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(10))
        let obstacle = try #require(process.obstacle)
        #expect(obstacle.contains("jobs.batch") && obstacle.contains("Forbidden"), "\(obstacle)")
        #expect(!obstacle.contains("configmaps"))
        #expect(toy.rig.writes().isEmpty)
        toy.rig.server.disarm(fault)
        toy.rig.advance(by: .seconds(300))
        #expect(process.obstacle == nil)
        #expect(toy.value("m") == "1")
    }

    @Test func `namespaces are watched one by one where only some are ours`() {
        let toy = ToyRig { $0.watchedNamespaces = ["default"] }
        toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(5))
        #expect(toy.value("m") == "1")
        let lists = toy.rig.server.audit.filter { $0.verb == .list && $0.user != "admin" }
        #expect(lists.allSatisfy { $0.namespace == "default" || $0.namespace == "watchbill-system" })
    }

    @Test(arguments: [
        Fault.status(410), .errorEvent(410, afterEvents: 0), .errorEvent(500, afterEvents: 1),
        .cutStream(afterBytes: 10),
        .endWatch(afterEvents: 1), .coalesceEvents, .chunking([1, 7]), .cutBeforeSend, .hang, .suppressBookmarks,
        .status(429, retryAfter: 2), .status(503),
    ])
    func `a watch goes on after`(fault: Fault) {
        let toy = ToyRig()
        toy.rig.server.inject(fault, times: 3) { $0.isWatch }
        toy.rig.start()
        for index in 0..<5 {
            toy.create("t\(index)", maps: ["m\(index)": "1"])
            toy.rig.advance(by: .seconds(1))
        }
        toy.rig.advance(by: .seconds(200))
        for index in 0..<5 { #expect(toy.value("m\(index)") == "1") }
        #expect(toy.rig.objects(.configMaps, in: "default").count == 5)
        #expect(!toy.rig.hasHotLoop)
    }

    @Test func `history that is gone is made up for by a list`() {
        let toy = ToyRig()
        toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(5))
        toy.rig.server.holdEvents { $0.isWatch }
        toy.setMaps("a", ["m": "2"])
        toy.create("b", maps: ["n": "1"])
        toy.rig.server.compact()
        toy.rig.server.releaseEvents()
        toy.rig.advance(by: .seconds(60))
        #expect(toy.value("m") == "2")
        #expect(toy.value("n") == "1")
    }

    @Test func `metrics count objects, unreadable ones and requests`() {
        let toy = ToyRig()
        let process = toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.create(Toy.resource, ["metadata": ["name": "bad", "namespace": "default"], "spec": ["jobs": 5]])
        toy.rig.advance(by: .seconds(5))
        let metrics = process.runtime.metrics
        #expect(metrics.value(MetricCatalog.objects, "toys.test.watchbill.dev") == 2)
        #expect(metrics.value(MetricCatalog.unreadable, "toys.test.watchbill.dev") == 1)
        #expect(metrics.value(MetricCatalog.requests, "apply", "201") == 1)
    }

    @Test func `requests are counted as the server saw them`() {
        let toy = ToyRig()
        let process = toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(30))
        toy.setMaps("a", ["m": "2"])
        toy.rig.advance(by: .seconds(30))
        var seen: [String: Int] = [:]
        for record in toy.rig.server.audit where record.user == process.identity {
            let verb =
                record.isApply ? (record.subresource == "status" ? "apply-status" : "apply") : record.verb.rawValue
            seen["\(verb) \(record.code)", default: 0] += 1
        }
        #expect(seen["watch 200"] != nil && seen["apply 201"] != nil && seen["apply-status 200"] != nil)
        for (name, count) in seen {
            let labels = name.split(separator: " ").map(String.init)
            let counted = process.runtime.metrics.value(MetricCatalog.requests, labels[0], labels[1])
            #expect(counted == Double(count), "\(name)")
        }
    }

    @Test func `the time from an event to its plan is measured, of several events the oldest counts`() {
        let toy = ToyRig()
        let process = toy.rig.start()
        toy.create("a", maps: ["m": "1"])
        toy.rig.advance(by: .seconds(5))
        let before = process.runtime.metricsText()
        toy.rig.server.holdEvents { $0.isWatch }
        toy.setMaps("a", ["m": "2"])
        toy.rig.server.releaseEvents()
        toy.rig.advance(by: .seconds(5))
        let after = process.runtime.metricsText()
        func count(_ text: String) -> Int? {
            let name = "watchbill_event_to_plan_seconds_count{controller=\"toy\"} "
            return text.split(separator: "\n").first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) }
        }
        #expect((count(after) ?? 0) > (count(before) ?? 0))
        #expect(after.contains("watchbill_leader 1\n") && after.contains("watchbill_queue_oldest_seconds 0\n"))
    }
}
