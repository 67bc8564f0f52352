// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import Synchronization
import TestSupport

/// The laws about what goes wrong on the way: the end is the same as without it.
enum FaultLaws {
    // MARK: 7

    static func crashesChangeNothing(_ row: inout LawRow, seed: UInt64) {
        let clean = LawWorld(seed: seed, size: .small)
        let writes = clean.run().link.writeCount
        let wanted = End(of: clean)
        let jobs = wanted.jobs
        row.check(Set(jobs).count == jobs.count && !jobs.isEmpty, seed: seed, "a Job was made twice without any crash")
        row.check(wanted.told.count > 2, seed: seed, "nothing was told without any crash: \(wanted.told.sorted())")
        var missed = 0
        for write in 0..<writes {
            for point in points(of: write, seed: seed) {
                let world = LawWorld(seed: seed, size: .small)
                world.run(crash: .init(write: write, point: point))
                // A run may need a status write less than the first did; what it does not write, it cannot crash at.
                if world.rig.processes.count < 2 { missed += 1 }
                compare(world, wanted, "crash at write \(write) of \(writes), \(point.rawValue)", &row, seed)
            }
        }
        row.check(missed * 10 <= writes, seed: seed, "\(missed) of \(writes) crashes did not happen")
    }

    /// The same writes, each without an answer, or refused, while the process lives on.
    static func lostAnswersChangeNothing(_ row: inout LawRow, seed: UInt64) {
        let clean = LawWorld(seed: seed, size: .small)
        let writes = clean.run().link.writeCount
        let wanted = End(of: clean)
        for write in 0..<writes {
            for fault in sample(
                [Fault.cutAfterCommit, .cutBeforeSend, .hangAfterCommit, .status(500)], of: write, seed)
            {
                let world = LawWorld(seed: seed, size: .small)
                world.rig.server.inject(fault, skip: write) {
                    $0.isWrite && $0.user != "admin" && $0.resource != .leases
                }
                world.run()
                compare(world, wanted, "\(fault) at write \(write) of \(writes)", &row, seed)
            }
        }
    }

    /// One seed takes the points in turn; with more seeds every point is tried at every write.
    private static func points(of write: Int, seed: UInt64) -> [ProcessLink.CrashPoint] {
        guard !LawsTests.isThorough else { return ProcessLink.CrashPoint.allCases }
        return [ProcessLink.CrashPoint.allCases[(write + Int(seed)) % 3]]
    }

    private static func sample(_ faults: [Fault], of write: Int, _ seed: UInt64) -> [Fault] {
        LawsTests.isThorough ? faults : write % 4 == 0 ? [faults[write / 4 % faults.count]] : []
    }

    /// What a world comes to.
    private struct End {
        var inventory: [String: JSONValue]
        var jobs: [String]
        var told: Set<String>

        init(of world: LawWorld) {
            (inventory, jobs, told) = (world.inventory, world.createdJobs, world.told)
        }
    }

    private static func compare(
        _ world: LawWorld, _ wanted: End, _ place: String, _ row: inout LawRow, _ seed: UInt64
    ) {
        let end = End(of: world)
        let difference = LawWorld.difference(end.inventory, wanted.inventory)
        row.check(difference == nil, seed: seed, "\(place): \(difference ?? "")")
        row.check(end.jobs == wanted.jobs, seed: seed, "\(place): made Jobs \(end.jobs), not \(wanted.jobs)")
        let lost = wanted.told.subtracting(end.told).sorted()
        row.check(lost.isEmpty, seed: seed, "\(place): nobody was told of \(lost)")
    }

    // MARK: 8

    static func lostEventsChangeNothing(_ row: inout LawRow, seed: UInt64) {
        let clean = LawWorld(seed: seed, size: .small)
        clean.run()
        let wanted = clean.inventory
        let faults: [Fault] = [
            .coalesceEvents, .endWatch(afterEvents: 0), .endWatch(afterEvents: 2), .errorEvent(410, afterEvents: 1),
            .errorEvent(500, afterEvents: 0), .cutStream(afterBytes: 300), .status(410), .status(503),
            .suppressBookmarks, .chunking([3, 50]), .hang, .status(429, retryAfter: 3),
        ]
        for (index, fault) in faults.enumerated() {
            let world = LawWorld(seed: seed, size: .small)
            world.rig.server.inject(fault, skip: index % 3, times: 12) { $0.isWatch }
            world.run()
            let difference = LawWorld.difference(world.inventory, wanted)
            row.check(difference == nil, seed: seed, "\(fault) on watches: \(difference ?? "")")
            row.check(!world.rig.hasHotLoop, seed: seed, "\(fault) on watches: a hot loop")
        }
    }

    // MARK: 9

    static func thereAndBackIsFresh(_ row: inout LawRow, seed: UInt64) {
        let fresh = LawWorld(seed: seed, size: .small, troubled: false)
        fresh.run()
        let others: [JSONValue] = [
            ["minimumSeverity": "Critical", "ignoreUnfixed": true], ["suspend": true], ["excludeImages": ["*"]],
            ["workloads": ["selector": ["matchLabels": ["app": "none"]]]],
            ["images": ["not an image!"]],
            ["workloads": ["selector": ["matchExpressions": [["key": "a", "operator": "In"]]]]],
            ["workloads": ["namespaceSelector": [:]]],
            ["job": ["placement": "Operator", "imagePullSecrets": ["pull"]]],
        ]
        let key = ObjectKey(namespace: "alpha", name: "policy")
        let backs: JSONValue = [
            "minimumSeverity": .null, "ignoreUnfixed": .null, "suspend": .null, "excludeImages": .null,
            "images": .null, "job": .null,
            "workloads": ["selector": ["matchLabels": .null, "matchExpressions": .null], "namespaceSelector": .null],
        ]
        let watch: [JSONValue] = [
            ["suspend": true], ["policy": ["type": "Digest"]], ["policy": ["range": "1x"]],
            ["images": [["image": "not an image!"]]], ["minimumAgeSeconds": 86_400],
            ["workloads": ["selector": ["matchLabels": ["app": "none"]]]],
            ["qualification": .null], ["qualification": ["scanPolicyRef": ["name": "none"]]],
        ]
        let watchBacks: JSONValue = [
            "qualification": ["scanPolicyRef": ["name": "policy"]],
            "suspend": .null, "policy": .null, "images": .null, "minimumAgeSeconds": .null,
            "workloads": ["selector": .null],
        ]
        let channel: [JSONValue] = [
            ["suspend": true], ["webhook": ["url": "https://user:password@hooks.example.org/x"]], ["offeredTo": ["*"]],
        ]
        let channelBacks: JSONValue = [
            "suspend": .null, "offeredTo": .null, "webhook": LawWorld.receiver,
        ]
        let cases =
            others.map { (ScanPolicy.resource, key, $0, backs) }
            + watch.map { (ImageWatch.resource, ObjectKey(namespace: "alpha", name: "watch"), $0, watchBacks) }
            + channel.map { (Channel.resource, ObjectKey(namespace: "alpha", name: "hooks"), $0, channelBacks) }
        for (type, key, other, backs) in cases {
            let world = LawWorld(seed: seed, size: .small, troubled: false)
            world.run()
            let status = world.rig.patch(type, key, ["spec": other]).status
            row.check(status == 200, seed: seed, "\(other.canonicalText) is refused with \(status)")
            world.rig.advance(by: .seconds(1_800))
            world.rig.patch(type, key, ["spec": backs])
            world.rig.advance(by: .seconds(1_800))
            let difference = LawWorld.difference(generationless(world), generationless(fresh))
            row.check(difference == nil, seed: seed, "there and back by \(other.canonicalText): \(difference ?? "")")
        }
    }

    private static func generationless(_ world: LawWorld) -> [String: JSONValue] {
        world.inventory.filter { !$0.key.hasPrefix("ConfigMap") }.mapValues(withoutGeneration)
    }

    /// How often the spec changed, what a workload ran before, and what channels were told.
    private static let past: Set = ["observedGeneration", "change", "notified", "outbox", "toldFailing", "pending"]

    /// Without what tells of the past.
    private static func withoutGeneration(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(withoutGeneration))
        case .object(let members):
            .object(members.filter { !Self.past.contains($0.key) }.mapValues(withoutGeneration))
        default: value
        }
    }

    // MARK: 11

    static func oneWriterAtATime(_ row: inout LawRow, seed: UInt64) {
        let clean = LawWorld(seed: seed, size: .small)
        clean.run()
        for cut in 0..<4 {
            let world = LawWorld(seed: seed, size: .small, election: true)
            world.populate()
            let first = world.rig.start()
            let second = world.rig.start()
            var bothMayWrite = false
            world.rig.onRest = {
                let writers = world.rig.processes.count { !$0.link.isDead && $0.end == nil && $0.gate.timeLeft != nil }
                if writers > 1 { bothMayWrite = true }
            }
            world.rig.advance(by: .seconds(5 + 10 * Int64(cut)))
            let leader = first.isLeading ? first : second
            // A write is in its queue while the leader cannot renew any more.
            leader.link.queueing = .seconds(Int64(cut) * 11)
            leader.link.isCut = true
            world.rig.advance(by: .seconds(90))
            leader.link.isCut = false
            leader.link.queueing = .zero
            world.rig.advance(by: .seconds(700))
            for change in world.changes { change() }
            world.rig.advance(by: .seconds(700))
            world.rig.onRest = {}
            row.check(!bothMayWrite, seed: seed, "cut \(cut): two gates were open at once")
            row.check(handOvers(in: world.rig.writes()) <= 1, seed: seed, "cut \(cut): writers took turns")
            let difference = LawWorld.difference(world.inventory, clean.inventory)
            row.check(difference == nil, seed: seed, "cut \(cut): \(difference ?? "")")
            row.check(world.createdJobs == clean.createdJobs, seed: seed, "cut \(cut): made \(world.createdJobs)")
        }
    }

    static func handOvers(in writes: [AuditRecord]) -> Int {
        zip(writes, writes.dropFirst()).count { $0.user != $1.user }
    }
}
