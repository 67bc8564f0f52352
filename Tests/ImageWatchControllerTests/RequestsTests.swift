// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import JSONScan
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

/// What a registry is asked by a watch that nothing happens to, and by when it is found when something does (record 0012).
@Suite struct RequestsTests {
    /// A registry that answers what is wanted and too old, as the runtime does, from one time the watch wakes to the next.
    private struct Registry {
        private(set) var plan = Plan(.ready("", message: ""))
        var world: WatchWorld
        var lists: [String: [String]] = [:]
        var digests: [String: Digest] = [:]
        private var answeredAt: [AnyQuestion: Timestamp] = [:]
        /// Since the last look.
        var requests = ["list": 0, "HEAD": 0]

        init(_ world: WatchWorld) { self.world = world }

        private mutating func isAsked(_ question: some FactQuestion) -> Bool {
            let key = AnyQuestion(question)
            if let time = answeredAt[key], world.now - time <= question.freshness { return false }
            answeredAt[key] = world.now
            return true
        }

        /// Plans until nothing is asked any more; returns when to look again.
        mutating func settle() throws -> Timestamp? {
            while true {
                plan = try world.plan()
                var asked = 0
                for wanted in plan.wants {
                    if let question = wanted.question as? RepositoryTags, isAsked(question) {
                        requests["list", default: 0] += 1
                        asked += 1
                        world.world.set(
                            .known(.init(tags: lists[question.repository] ?? []), askedAt: world.now), for: question)
                    } else if let question = wanted.question as? TagDigest, isAsked(question) {
                        requests["HEAD", default: 0] += 1
                        asked += 1
                        let name = "\(question.reference.repository):\(question.reference.tag ?? "")"
                        world.world.set(
                            digests[name].map { .known($0, askedAt: world.now) }
                                ?? .failed(.init(reason: "ImageNotFound", message: "")), for: question)
                    } else if let question = wanted.question as? ImageContent, isAsked(question) {
                        asked += 1
                        world.world.set(.known(.image, askedAt: world.now), for: question)
                    }
                }
                if asked == 0 { return plan.wakeUp }
            }
        }

        /// Goes on until a time, waking when the plans want to.
        mutating func run(for duration: Duration) throws {
            let end = world.now + duration
            while let next = try settle(), next <= end { world.now = max(next, world.now + .seconds(1)) }
            world.now = end
        }

        /// How long it takes until something holds of the image that runs.
        mutating func time(until holds: (ImageWatchStatus.Image) -> Bool) throws -> Duration {
            let start = world.now
            while try !holds(#require(world.images.first)) {
                guard let next = try settle(), world.now - start < .seconds(86_400 * 30) else { break }
                if try holds(#require(world.images.first)) { break }
                world.now = max(next, world.now + .seconds(1))
            }
            return world.now - start
        }
    }

    private func registry(
        _ spec: JSONValue = [:], runs tag: String = "1.0.0", tags: [String] = ["0.9.0", "1.0.0"]
    ) throws -> Registry {
        var object = spec.objectValue ?? [:]
        object["workloads"] = [:]
        var world = try WatchWorld(.object(object))
        world.run("r.io/app:\(tag)", "a")
        var registry = Registry(world)
        registry.lists["app"] = tags
        for tag in tags { registry.digests["app:\(tag)"] = WatchWorld.digest("a") }
        _ = try registry.settle()
        registry.requests = [:]
        return registry
    }

    @Test(
        arguments: [
            (["intervalSeconds": 3_600], 100), ([:], 100), (["intervalSeconds": 60], 100),
            (["schedule": "0 * * * *"], 100), (["intervalSeconds": 86_400], 70),
        ] as [(JSONValue, Int)])
    func `a check that finds nothing new is one request, and one more with every tenth, or weekly`(
        spec: JSONValue, checks: Int
    ) throws {
        var registry = try registry(spec)
        let period = spec["intervalSeconds"]?.integerValue ?? (spec["schedule"] == nil ? 21_600 : 3_600)
        try registry.run(for: .seconds(period) * checks + .seconds(checks))
        let lists = registry.requests["list"] ?? 0
        let contents = registry.requests["HEAD"] ?? 0
        #expect((checks - 2...checks + 1).contains(lists), "\(registry.requests)")
        let every = min(10, max(1, 604_800 / Int(period)))
        #expect((checks / every - 1...checks / every + 1).contains(contents), "\(registry.requests)")
    }

    @Test func `a tag that moves by its nature is one request a check, without a list`() throws {
        var registry = try registry(["intervalSeconds": 3_600], runs: "stable", tags: ["stable"])
        try registry.run(for: .seconds(3_601) * 50)
        #expect(registry.requests["list"] == nil)
        #expect((49...51).contains(registry.requests["HEAD"] ?? 0))
    }

    @Test func `twelve images of one repository share a list`() throws {
        var world = try WatchWorld(["workloads": [:], "intervalSeconds": 3_600])
        let tags = (0..<12).map { "1.\($0).0" }
        for tag in tags { world.run("r.io/app:\(tag)", "a", name: "app-\(tag.split(separator: ".")[1])") }
        var registry = Registry(world)
        registry.lists["app"] = tags
        for tag in tags { registry.digests["app:\(tag)"] = WatchWorld.digest("a") }
        _ = try registry.settle()
        #expect(registry.requests == ["list": 1, "HEAD": 12])
        registry.requests = [:]
        try registry.run(for: .seconds(3_601) * 10)
        #expect((9...11).contains(registry.requests["list"] ?? 0))
        #expect((12...24).contains(registry.requests["HEAD"] ?? 0), "\(registry.requests)")
    }

    @Test func `a newer tag and one that goes are found within an interval, other content of a version within ten`()
        throws
    {
        let interval = Duration.seconds(3_600)
        var newer = try registry(["intervalSeconds": 3_600])
        try newer.run(for: .seconds(40_000))
        newer.lists["app"]?.append("1.1.0")
        newer.digests["app:1.1.0"] = WatchWorld.digest("b")
        #expect(try newer.time { $0.latest?.tag == "1.1.0" } <= interval + .seconds(1))

        var gone = try registry(["intervalSeconds": 3_600])
        try gone.run(for: .seconds(40_000))
        gone.lists["app"] = ["0.9.0"]
        #expect(try gone.time(until: \.withdrawn) <= interval + .seconds(1))

        for waited in stride(from: 100, to: 40_000, by: 3_700) {
            var moved = try registry(["intervalSeconds": 3_600])
            try moved.run(for: .seconds(waited))
            moved.digests["app:1.0.0"] = WatchWorld.digest("c")
            let time = try moved.time(until: \.moved)
            #expect(time <= interval * 10 + .seconds(1), "\(time)")
            #expect(moved.world.images.first?.withdrawn == false)
        }
    }

    /// A clean-up leaves the newest; a list that ends early loses what runs and what is newest, and nothing is to follow from it.
    @Test func `a list that has shrunk is neither a withdrawal nor news, until it has stayed so`() throws {
        let tags = (0..<20).map { "1.\($0).0" }
        var registry = try registry(["intervalSeconds": 3_600], runs: "1.17.0", tags: tags)
        #expect(registry.world.images.first?.latest?.tag == "1.19.0" && registry.world.images.first?.tagCount == 16)
        try registry.run(for: .seconds(3_601))
        registry.lists["app"] = Array(tags.prefix(7))
        let noticed = try registry.time { $0.lastError?.reason == "TagListShrunk" }
        #expect(noticed <= .seconds(3_601))
        let image = try #require(registry.world.images.first)
        #expect(image.lastError?.message == "the repository has 7 tags, and had at least 16")
        #expect(!image.withdrawn && !image.moved && image.outdated == false && image.latest?.tag == "1.19.0")
        #expect(image.shrunkSinceTime == Timestamp(secondsSinceEpoch: registry.world.now.seconds))
        #expect(registry.plan.says("ChecksHealthy") == "ChecksFailing")

        // The registry mends itself.
        var mended = registry
        mended.lists["app"] = tags
        #expect(try mended.time { $0.lastError == nil } <= .seconds(3_601))
        #expect(mended.world.images.first?.shrunkSinceTime == nil && mended.world.images.first?.latest?.tag == "1.19.0")
        // It does not, and somebody says that it is right so.
        var accepted = registry
        accepted.world.now = accepted.world.now + .seconds(60)
        accepted.world.watch.metadata.annotations["reconcile.fluxcd.io/requestedAt"] = accepted.world.now.rfc3339
        _ = try accepted.settle()
        #expect(accepted.world.images.first?.withdrawn == true && accepted.world.images.first?.lastError == nil)
        // Nobody says anything.
        #expect(try registry.time(until: \.withdrawn) <= .seconds(36_000) + .seconds(1))
        #expect(registry.world.images.first?.lastError == nil && registry.world.images.first?.tagCount == nil)
        #expect(registry.world.images.first?.outdated == false)
    }

    @Test func `a list that half is left of, and a short one, are what they are`() throws {
        for (count, left) in [(20, 8), (15, 1)] {
            let tags = (0..<count).map { "1.\($0).0" }
            var registry = try registry(["intervalSeconds": 3_600], runs: "1.14.0", tags: tags)
            registry.lists["app"] = Array(tags.prefix(left))
            #expect(try registry.time(until: \.withdrawn) <= .seconds(3_601))
        }
    }

    @Test func `a tag that comes back is looked at with the list that has it again`() throws {
        var registry = try registry(["intervalSeconds": 3_600])
        registry.lists["app"] = ["0.9.0"]
        _ = try registry.time(until: \.withdrawn)
        registry.lists["app"] = ["0.9.0", "1.0.0"]
        registry.digests["app:1.0.0"] = WatchWorld.digest("c")
        #expect(try registry.time(until: \.moved) <= .seconds(3_601))
    }

    @Test func `who asks for a check now gets both`() throws {
        var registry = try registry(["intervalSeconds": 3_600])
        registry.world.now = registry.world.now + .seconds(600)
        registry.world.watch.metadata.annotations["reconcile.fluxcd.io/requestedAt"] = registry.world.now.rfc3339
        _ = try registry.settle()
        #expect(registry.requests == ["list": 1, "HEAD": 1])
    }

    @Test func `what a hint says may have changed is the list and what is behind the tags`() throws {
        let registry = try registry(["intervalSeconds": 3_600])
        var world = registry.world
        let hinted = try world.plan().wants.compactMap { $0.question.hintedBy }
        #expect(hinted.count == 2 && Set(hinted) == [HintedRepository(registry: "r.io", path: "app")])
        // The list four times as seldom, the content as before.
        world.world.set(
            .known(true, askedAt: world.now), for: HintsArrive(HintedRepository(registry: "r.io", path: "app")))
        let plan = try world.plan()
        #expect(plan.wants.compactMap { ($0.question as? RepositoryTags)?.freshness } == [.seconds(14_400)])
        #expect(plan.wants.compactMap { ($0.question as? TagDigest)?.freshness } == [.seconds(36_000)])
    }
}
