// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import JSONScan
import KubernetesModel
import Planning
import Testing

@testable import ImageWatchController

/// What a watch tells its channels: what is new, once.
@Suite struct WatchNoticeTests {
    private let app = "r.io/app:1.0.0"

    /// 1.0.0 runs and is the newest, and the watch knows it.
    private func current(_ notify: JSONValue = ["channels": ["hooks"]]) throws -> WatchWorld {
        var world = try WatchWorld(["workloads": [:], "notify": notify])
        world.run(app, "a")
        try world.tags("r.io/app", "1.0.0")
        try world.tag(app, "a")
        try world.plan()
        return world
    }

    private func push(_ tag: String, _ digest: Character, to world: inout WatchWorld, tags: [String]) throws {
        world.now = world.now + .seconds(60)
        world.world.set(
            .known(.init(tags: tags, cut: nil), askedAt: world.now),
            for: RepositoryTags(try WatchWorld.reference("r.io/app")))
        try world.tag("r.io/app:\(tag)", digest)
        try world.content("r.io/app", digest, .image)
    }

    private func told(_ world: WatchWorld) -> [String] {
        world.watch.observedOutbox.notices.map {
            "\($0.channel) \($0.event) \($0.count) \($0.subjects.joined(separator: "; "))"
        }
    }

    @Test func `what is there at first sight is not told, unless that is asked for`() throws {
        for (first, expected) in [(false, 0), (true, 1)] {
            var world = try WatchWorld([
                "workloads": [:], "notify": ["channels": ["hooks"], "onFirstSight": .bool(first)],
            ])
            world.run(app, "a")
            try world.plan()
            try world.tag(app, "a")
            try push("1.1.0", "b", to: &world, tags: ["1.0.0", "1.1.0"])
            try world.plan()
            #expect(try world.image(app).outdated == true)
            #expect(told(world).count == expected)
        }
    }

    @Test func `a newer version is told once, in the status that tells of it`() throws {
        var world = try current()
        #expect(told(world).isEmpty)
        try push("1.1.0", "b", to: &world, tags: ["1.0.0", "1.1.0"])
        try world.plan()
        #expect(told(world) == ["hooks NewVersion 1 r.io/app:1.0.0 → 1.1.0 (StatefulSet web)"])
        world.now = world.now + .seconds(60)
        try world.plan()
        #expect(told(world).count == 1)
        // After the rollout there is nothing to tell, until there is something newer still.
        world.stopAll()
        world.run("r.io/app:1.1.0", "b")
        try world.plan()
        #expect(told(world).count == 1)
        try push("1.2.0", "c", to: &world, tags: ["1.0.0", "1.1.0", "1.2.0"])
        try world.plan()
        #expect(told(world).last == "hooks NewVersion 1 r.io/app:1.1.0 → 1.2.0 (StatefulSet web)")
    }

    @Test func `what becomes the newest because a newer one is withdrawn is no news, nor is its return`() throws {
        var world = try current()
        try push("1.2.0", "c", to: &world, tags: ["1.0.0", "1.1.0", "1.2.0"])
        try world.plan()
        #expect(told(world).count == 1)
        try push("1.1.0", "b", to: &world, tags: ["1.0.0", "1.1.0"])
        try world.plan()
        #expect(try world.image(app).latest?.tag == "1.1.0")
        #expect(told(world).count == 1)
    }

    @Test func `new content of a tag, a tag that moved and one that is gone are told apart`() throws {
        var world = try WatchWorld(["workloads": [:], "notify": ["channels": ["hooks"]]])
        world.run("r.io/app:latest", "a")
        world.run(app, "a", name: "pinned")
        try world.tags("r.io/app", "1.0.0", "latest")
        try world.tag(app, "a")
        try world.tag("r.io/app:latest", "a")
        try world.plan()
        #expect(told(world).isEmpty)
        try world.content("r.io/app", "b", .image)
        try world.tag("r.io/app:latest", "b")
        try world.plan()
        #expect(told(world) == ["hooks DigestChanged 1 r.io/app:latest (StatefulSet web)"])
        try world.tag(app, "b")
        try world.plan()
        #expect(told(world).last == "hooks TagMoved 1 \(app) (StatefulSet pinned)")
        try world.tags("r.io/app", "latest")
        try world.plan()
        #expect(told(world).last == "hooks Withdrawn 1 \(app) (StatefulSet pinned)")
        #expect(told(world).count == 3)
    }

    @Test func `failures are told when they last, once, and again when they are more`() throws {
        var world = try current()
        let tags = RepositoryTags(try WatchWorld.reference("r.io/app"))
        world.fails(tags, "RegistryUnreachable")
        func plan(unhealthyFor seconds: Int64?) throws -> Plan { try world.plan(unhealthyFor: seconds) }
        _ = try plan(unhealthyFor: nil)
        #expect(told(world).isEmpty)
        let waiting = try plan(unhealthyFor: 60)
        #expect(waiting.wakeUp.map { $0 <= world.now + .seconds(540) } == true)
        #expect(told(world).isEmpty)
        _ = try plan(unhealthyFor: 600)
        #expect(told(world) == ["hooks CheckFailed 1 \(app): RegistryUnreachable"])
        _ = try plan(unhealthyFor: 1_200)
        #expect(told(world).count == 1)
        try world.tags("r.io/app", "1.0.0")
        _ = try plan(unhealthyFor: nil)
        world.now = world.now + .seconds(3_600)
        world.fails(tags, "RegistryUnreachable")
        _ = try plan(unhealthyFor: 601)
        #expect(told(world).count == 2)
    }

    @Test func `a watch that is stalled or suspended keeps what is to be told`() throws {
        for change in [["suspend": true], ["policy": ["range": "nonsense"]]] as [JSONValue] {
            var world = try current()
            try push("1.1.0", "b", to: &world, tags: ["1.0.0", "1.1.0"])
            try world.plan()
            let before = told(world)
            try world.respec(change)
            try world.plan()
            #expect(told(world) == before)
            #expect(before.count == 1)
        }
    }

    @Test func `more failing images than can be remembered are no news in every pass`() throws {
        var world = try WatchWorld(["workloads": [:], "notify": ["channels": ["hooks"], "events": ["CheckFailed"]]])
        for number in 0..<130 {
            world.run("r.io/app\(number):1.0.0", "a", name: "web\(number)")
            try world.tag("r.io/app\(number):1.0.0", "a")
            world.fails(RepositoryTags(try WatchWorld.reference("r.io/app\(number)")), "RegistryUnreachable")
        }
        try world.plan()
        for _ in 0..<3 {
            world.now = world.now + .seconds(700)
            _ = try world.plan(unhealthyFor: 600)
        }
        #expect(world.watch.observedOutbox.notices.map(\.count) == [100])
    }

    @Test func `of an image that the status has no room for, what is newer is told`() throws {
        var world = try WatchWorld(["workloads": [:], "notify": ["channels": ["hooks"]]])
        for number in 0..<300 {
            let image = "r.io/team/application-with-a-long-name-\(number)"
            world.run("\(image):1.0.0", "a", name: "web\(number)")
            try world.tags(image, "1.0.0")
            try world.tag("\(image):1.0.0", "a")
        }
        try world.plan()
        try world.plan()
        let omitted = "r.io/team/application-with-a-long-name-99"
        #expect(!world.images.contains { $0.image.hasPrefix(omitted) })
        world.now = world.now + .seconds(60)
        try world.tags(omitted, "1.0.0", "1.1.0")
        try world.tag("\(omitted):1.1.0", "b")
        try world.content(omitted, "b", .image)
        try world.plan()
        #expect(told(world) == ["hooks NewVersion 1 \(omitted):1.0.0 → 1.1.0 (StatefulSet web99)"])
        #expect((world.watch.observedStatus?.canonicalBytes.count ?? 0) < 60 * 1_024)
    }

    @Test func `only what is asked for is told`() throws {
        var world = try current(["channels": ["hooks", "others"], "events": ["DigestChanged"]])
        try push("1.1.0", "b", to: &world, tags: ["1.0.0", "1.1.0"])
        let plan = try world.plan()
        #expect(told(world).isEmpty)
        #expect(plan.says("ChannelsFound") == "ChannelNotFound")
    }
}

extension WatchWorld {
    /// Plans with a condition ChecksHealthy that has been False since then; without one when it is nil.
    mutating func plan(healthFalseSince time: Timestamp?) throws -> Plan {
        if let time, var status = watch.observedStatus?.objectValue {
            status["conditions"] = [
                [
                    "type": "ChecksHealthy", "status": "False", "reason": "ChecksFailing",
                    "lastTransitionTime": .string(time.rfc3339),
                ]
            ]
            watch.observedStatus = .object(status)
        }
        return try plan()
    }

    /// Likewise, for so many seconds.
    mutating func plan(unhealthyFor seconds: Int64?) throws -> Plan {
        try plan(healthFalseSince: seconds.map { now + .seconds(-$0) })
    }

    /// Adds to the spec.
    mutating func respec(_ change: JSONValue) throws {
        let spec: JSONValue = .object(
            (["workloads": [:], "notify": ["channels": ["hooks"]]] as [String: JSONValue]).merging(
                change.objectValue ?? [:]
            ) { _, new in new })
        let object: JSONValue = [
            "metadata": ["name": "watch", "namespace": "shop", "uid": "w", "generation": 2], "spec": spec,
        ]
        var scanner = JSONScanner(object.canonicalBytes)
        let changed = try ImageWatch(from: &scanner)
        watch.spec = changed.spec
    }
}
