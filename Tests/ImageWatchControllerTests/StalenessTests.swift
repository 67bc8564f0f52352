// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

@Suite struct StalenessTests {
    private let app = "r.io/app:1.0.0"

    /// 1.0.0 runs, 1.1.0 is there.
    private func outdated(_ spec: JSONValue = ["workloads": [:]]) throws -> WatchWorld {
        var world = try WatchWorld(spec)
        world.run(app, "a")
        try world.tags("r.io/app", "1.0.0", "1.1.0", "0.9.0", "latest")
        try world.tag(app, "a")
        try world.tag("r.io/app:1.1.0", "b")
        try world.content("r.io/app", "b", .image)
        return world
    }

    @Test func `what is not known is asked for, and nothing is said of it`() throws {
        var world = try WatchWorld()
        world.run(app, "a")
        let plan = try world.plan()
        #expect(plan.wants(RepositoryTags(try WatchWorld.reference(app))))
        #expect(plan.says("ChecksHealthy") == "ChecksPending")
        #expect(plan.says("UpToDate") == "NotAssessed")
        #expect(try world.image(app).outdated == nil)
    }

    @Test func `half of the answers change nothing`() throws {
        var world = try WatchWorld()
        world.run(app, "a")
        try world.plan()
        let before = world.watch.observedStatus
        world.fails(RepositoryTags(try WatchWorld.reference(app)), "Unauthorized")
        let plan = try world.plan()
        #expect(world.watch.observedStatus == before)
        #expect(plan.says("ChecksHealthy") == "ChecksPending")
        try world.tag(app, "a")
        try world.plan()
        #expect(try world.image(app).lastError?.reason == "Unauthorized")
    }

    @Test func `a Pod that comes and goes is told in four statuses`() throws {
        var world = try WatchWorld()
        try world.plan()
        var statuses = [try #require(world.watch.observedStatus)]
        func note() throws {
            let plan = try world.plan()
            let status = try #require(plan.status)
            if statuses.last != status { statuses.append(status) }
        }
        world.run(app, nil) { $0.phase = .pending }
        try note()
        world.stopAll()
        world.run(app, "a")
        try note()
        world.fails(RepositoryTags(try WatchWorld.reference(app)), "Unauthorized")
        try note()
        world.fails(TagDigest(try WatchWorld.reference(app)), "Unauthorized")
        try note()
        world.stopAll()
        try note()
        #expect(statuses.count == 1 + 4)
    }

    @Test func `a newer version makes what runs outdated, since it was first seen`() throws {
        var world = try outdated()
        let plan = try world.plan()
        let image = try world.image(app)
        #expect(image.outdated == true)
        #expect(image.outdatedSinceTime == world.now)
        #expect(image.running == .init(tag: "1.0.0", digest: WatchWorld.digest("a").description))
        #expect(
            image.latest == .init(tag: "1.1.0", digest: WatchWorld.digest("b").description, firstSeenTime: world.now))
        #expect(image.usedBy == [.init(namespace: nil, kind: "StatefulSet", name: "web")])
        #expect(image.rejected == ["NotNewer": 1, "NotAVersion": 1])
        #expect(plan.says("UpToDate") == "Outdated")
        #expect(plan.says("ChecksHealthy") == "ChecksSucceeding")
        #expect(plan.outcome?.reason == "Accepted")
        let since = world.now
        world.now = world.now + .seconds(5_000)
        try world.tags("r.io/app", "1.0.0", "1.1.0", "1.2.0")
        try world.tag("r.io/app:1.2.0", "c")
        try world.content("r.io/app", "c", .image)
        try world.plan()
        #expect(try world.image(app).latest?.tag == "1.2.0")
        #expect(try world.image(app).latest?.firstSeenTime == world.now)
        #expect(try world.image(app).outdatedSinceTime == since)
    }

    @Test func `a rollout clears it without a question more`() throws {
        var world = try outdated()
        let before = try world.plan()
        world.stopAll()
        world.run("r.io/app:1.1.0", "b")
        let plan = try world.plan()
        #expect(try world.image("r.io/app:1.1.0").outdated == false)
        #expect(Set(plan.wants).isSubset(of: Set(before.wants)))
        #expect(plan.says("UpToDate") == "Current")
    }

    @Test func `what runs the newest content under another name is not outdated`() throws {
        var world = try outdated()
        try world.content("r.io/app", "b", WatchWorld.index(("a", "linux/amd64"), ("d", "linux/arm64")))
        try world.tag(app, "b")
        try world.plan()
        #expect(try world.image(app).outdated == false)
        #expect(try world.image(app).moved == false)
    }

    @Test func `all that runs must be the newest content`() throws {
        var world = try outdated()
        world.run(app, "d", name: "api")
        try world.tag(app, "a")
        try world.content("r.io/app", "b", WatchWorld.index(("a", "linux/amd64")))
        try world.content("r.io/app", "a", .image)
        try world.plan()
        let image = try world.image(app)
        #expect(image.outdated == true)
        #expect(image.running?.digest == nil)
        #expect(image.usedBy.map(\.name) == ["api", "web"])
    }

    @Test func `a version that names other content has moved; a moving tag is merely outdated`() throws {
        var world = try outdated()
        try world.tags("r.io/app", "1.0.0")
        try world.tag(app, "e")
        try world.content("r.io/app", "e", .image)
        try world.plan()
        #expect(try world.image(app).moved)
        #expect(try world.image(app).outdated == false)

        world = try WatchWorld()
        world.run("r.io/app:1.2", "a")
        try world.tags("r.io/app", "1.2")
        try world.tag("r.io/app:1.2", "e")
        try world.content("r.io/app", "e", .image)
        try world.plan()
        #expect(try world.image("r.io/app:1.2").moved == false)
        #expect(try world.image("r.io/app:1.2").outdated == true)
        #expect(
            try world.image("r.io/app:1.2").latest
                == .init(tag: "1.2", digest: WatchWorld.digest("e").description, firstSeenTime: world.now))
    }

    @Test func `a tag that is gone is said to be withdrawn, and nothing older is offered`() throws {
        var world = try outdated()
        try world.tags("r.io/app", "0.9.0", "0.8.0")
        try world.plan()
        let image = try world.image(app)
        #expect(image.withdrawn)
        #expect(image.outdated == false)
        #expect(image.latest?.tag == "1.0.0")
    }

    @Test func `latest is watched for new content`() throws {
        var world = try WatchWorld()
        world.run("r.io/app", "a")
        try world.tag("r.io/app:latest", "b")
        try world.content("r.io/app", "b", .image)
        let plan = try world.plan()
        let image = try world.image("r.io/app:latest")
        #expect(image.policy == "Digest")
        #expect(image.outdated == true)
        #expect(!plan.wants(RepositoryTags(try WatchWorld.reference("r.io/app"))))
        try world.content("r.io/app", "b", WatchWorld.index(("a", "linux/amd64")))
        try world.plan()
        #expect(try world.image("r.io/app:latest").outdated == false)
    }

    @Test func `with a type of its own, a tag that is no version is compared with none`() throws {
        var world = try WatchWorld(["workloads": [:], "policy": ["type": "SemVer"]])
        world.run("r.io/app:stable", "a")
        try world.tags("r.io/app", "1.0.0", "stable")
        try world.tag("r.io/app:stable", "a")
        try world.plan()
        #expect(try world.image("r.io/app:stable").policy == "SemVer")
        #expect(try world.image("r.io/app:stable").outdated == nil)
    }

    // MARK: What counts

    @Test func `a candidate counts when it has been seen for long enough, also after a restart`() throws {
        var world = try outdated(["workloads": [:], "minimumAgeSeconds": 3_600])
        let plan = try world.plan()
        var image = try world.image(app)
        #expect(image.outdated == false)
        #expect(image.rejected["TooYoung"] == 1)
        #expect(image.candidates == [.init(tag: "1.1.0", firstSeenTime: world.now)])
        #expect(plan.wakeUp == world.now + .seconds(3_600))
        #expect(!plan.wants(TagDigest(try WatchWorld.reference("r.io/app:1.1.0"))))
        let first = world.now
        world.now = first + .seconds(3_599)
        try world.plan()
        #expect(try world.image(app).outdated == false)
        world.now = first + .seconds(3_600)
        try world.plan()
        image = try world.image(app)
        #expect(image.outdated == true)
        #expect(image.latest?.firstSeenTime == first)
        #expect(image.outdatedSinceTime == world.now)
    }

    @Test func `the newest that is old enough counts`() throws {
        var world = try outdated(["workloads": [:], "minimumAgeSeconds": 3_600])
        try world.plan()
        world.now = world.now + .seconds(3_600)
        try world.tags("r.io/app", "1.0.0", "1.1.0", "1.2.0")
        try world.plan()
        let image = try world.image(app)
        #expect(image.latest?.tag == "1.1.0")
        #expect(image.candidates.map(\.tag) == ["1.2.0"])
    }

    @Test func `new content of a moving tag must be old enough, too`() throws {
        var world = try WatchWorld(["workloads": [:], "minimumAgeSeconds": 60, "policy": ["type": "Digest"]])
        world.run("r.io/app:1", "a")
        try world.tag("r.io/app:1", "b")
        try world.content("r.io/app", "b", .image)
        try world.plan()
        #expect(try world.image("r.io/app:1").outdated == false)
        #expect(try world.image("r.io/app:1").rejected == ["TooYoung": 1])
        world.now = world.now + .seconds(60)
        try world.plan()
        #expect(try world.image("r.io/app:1").outdated == true)
    }

    @Test func `a candidate needs an image for every node that runs the workload`() throws {
        var world = try outdated()
        world.add(node: "node-2", "arm64")
        world.run(app, "a", name: "api") { $0.nodeName = "node-2" }
        try world.content("r.io/app", "b", WatchWorld.index(("d", "linux/amd64")))
        try world.plan()
        #expect(try world.image(app).outdated == false)
        #expect(try world.image(app).rejected["PlatformMissing"] == 1)
        try world.content("r.io/app", "b", WatchWorld.index(("d", "linux/amd64"), ("e", "linux/arm64/v8")))
        try world.plan()
        #expect(try world.image(app).outdated == true)
        world = try outdated(["workloads": [:], "requirePlatforms": false])
        try world.content("r.io/app", "b", WatchWorld.index(("d", "linux/s390x")))
        try world.plan()
        #expect(try world.image(app).outdated == true)
    }

    @Test func `what is no image, or has no content, is no candidate`() throws {
        var world = try outdated()
        try world.content("r.io/app", "b", .artifact)
        try world.plan()
        #expect(try world.image(app).outdated == false)
        #expect(try world.image(app).rejected["NotAnImage"] == 1)
        world.fails(TagDigest(try WatchWorld.reference("r.io/app:1.1.0")), "ImageNotFound")
        try world.plan()
        #expect(try world.image(app).outdated == false)
        #expect(try world.image(app).rejected["WithoutContent"] == 1)
        #expect(try world.image(app).lastError == nil)
    }

    // MARK: Failures

    @Test(arguments: ["Unauthorized", "RateLimited", "RegistryUnreachable", "RegistryAnswerInvalid", "ImageNotFound"])
    func `a registry that does not answer leaves what is known, and harms no other image`(reason: String) throws {
        var world = try outdated()
        world.run("other.io/x:1.0.0", "c", name: "x")
        try world.tags("other.io/x", "1.0.0", "1.1.0")
        try world.tag("other.io/x:1.0.0", "c")
        try world.tag("other.io/x:1.1.0", "d")
        try world.content("other.io/x", "d", .image)
        try world.plan()
        let before = try world.image(app)
        world.fails(RepositoryTags(try WatchWorld.reference(app)), reason)
        let plan = try world.plan()
        var image = try world.image(app)
        #expect(image.lastError == .init(reason, "because"))
        image.lastError = nil
        #expect(image == before)
        #expect(plan.outcome?.reason == "Accepted")
        #expect(plan.says("ChecksHealthy") == "ChecksFailing")
        #expect(try world.image("other.io/x:1.0.0").outdated == true)
        #expect(world.watch.observedStatus?.at("counts") == ["monitored": 2, "outdated": 2, "failed": 1])
    }

    @Test func `after a restart without registries, what the status remembers stands, and a rollout still clears it`()
        throws
    {
        var world = try outdated()
        try world.plan()
        let before = try world.image(app)
        var restarted = world
        restarted.world = World(configuration: world.world.configuration)
        for kind in ["shop", "other"] { restarted.add(namespace: kind) }
        restarted.add(node: "node-1", "amd64")
        restarted.run(app, "a")
        let plan = try restarted.plan()
        #expect(try restarted.image(app).outdated == true)
        #expect(try restarted.image(app).outdatedSinceTime == before.outdatedSinceTime)
        #expect(try restarted.image(app) == before)
        #expect(plan.says("ChecksHealthy") == "ChecksSucceeding")
        restarted.stopAll()
        restarted.run("r.io/app:1.1.0", "b")
        try restarted.plan()
        #expect(try restarted.image("r.io/app:1.1.0").outdated == false)
    }

    @Test func `while a registry does not answer, what is counted stays what it is`() throws {
        var world = try outdated(["workloads": [:], "minimumAgeSeconds": 3_600])
        try world.plan()
        world.fails(RepositoryTags(try WatchWorld.reference(app)), "RateLimited")
        try world.plan()
        let before = world.watch.observedStatus
        try world.plan()
        #expect(world.watch.observedStatus == before)
        #expect(try world.image(app).rejected["TooYoung"] == 1)
    }

    @Test func `a newer version goes before new content of a moving tag`() throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.2", "a")
        try world.tags("r.io/app", "1.2", "1.3.0")
        try world.tag("r.io/app:1.2", "e")
        try world.tag("r.io/app:1.3.0", "f")
        for digest in ["e", "f"] as [Character] { try world.content("r.io/app", digest, .image) }
        try world.plan()
        #expect(try world.image("r.io/app:1.2").latest?.tag == "1.3.0")
    }

    @Test func `more tags than are allowed, or a list without end, are not compared`() throws {
        var world = try outdated(["workloads": [:], "maximumTags": 3])
        try world.plan()
        #expect(try world.image(app).lastError == .init("TooManyTags", "the repository has 4 tags"))
        #expect(try world.image(app).outdated == nil)
        world = try outdated()
        try world.tags("r.io/app", "1.0.0", cut: .loop)
        try world.plan()
        #expect(try world.image(app).lastError?.message == "the repository has 1 tag, and its list ends early: Loop")
        #expect(try world.image(app).withdrawn == false)
    }

    // MARK: When

    @Test func `registries are asked again after the interval`() throws {
        var world = try outdated(["workloads": [:], "intervalSeconds": 600])
        let plan = try world.plan()
        #expect(plan.wakeUp == world.now + .seconds(601))
        let question = plan.wants.compactMap { $0.question as? RepositoryTags }.first
        #expect(question?.freshness == .seconds(600))
    }

    @Test func `registries are asked again when the schedule is due`() throws {
        var world = try outdated(["workloads": [:], "schedule": "0 3 * * *", "timeZone": "Europe/Paris"])
        // 2023-11-14T22:13:20Z; it was due at 02:00Z and is again the next day.
        let plan = try world.plan()
        #expect(plan.wakeUp?.rfc3339 == "2023-11-15T02:00:00Z")
        let question = plan.wants.compactMap { $0.question as? RepositoryTags }.first
        #expect(question?.freshness == .seconds(72_800))
    }
}

/// How often registries are asked that tell of changes themselves.
@Suite struct HintedIntervalTests {
    private func wakeUp(hinted: Bool?, _ spec: JSONValue) throws -> Duration {
        var world = try WatchWorld(spec)
        world.run("r.io/app:1.0.0", "a")
        try world.tags("r.io/app", "1.0.0")
        try world.tag("r.io/app:1.0.0", "a")
        if let hinted {
            world.world.set(
                .known(hinted, askedAt: world.now), for: HintsArrive(HintedRepository(registry: "r.io", path: "app")))
        }
        return try #require(try world.plan().wakeUp) - world.now
    }

    @Test func `four times the interval, up to a day, while hints arrive; a schedule is kept`() throws {
        let hourly: JSONValue = ["workloads": [:], "intervalSeconds": 3_600]
        #expect(try wakeUp(hinted: nil, hourly) == .seconds(3_601))
        #expect(try wakeUp(hinted: false, hourly) == .seconds(3_601))
        #expect(try wakeUp(hinted: true, hourly) == .seconds(14_401))
        #expect(try wakeUp(hinted: true, ["workloads": [:], "intervalSeconds": 43_200]) == .seconds(86_401))
        #expect(try wakeUp(hinted: true, ["workloads": [:], "intervalSeconds": 172_800]) == .seconds(172_801))
        let nightly: JSONValue = ["workloads": [:], "schedule": "0 3 * * *"]
        #expect(try wakeUp(hinted: true, nightly) == wakeUp(hinted: nil, nightly))
    }

    @Test func `what is wanted may be as old as that`() throws {
        var world = try WatchWorld(["workloads": [:], "intervalSeconds": 3_600])
        world.run("r.io/app:1.0.0", "a")
        let repository = HintedRepository(registry: "r.io", path: "app")
        world.world.set(.known(true, askedAt: world.now), for: HintsArrive(repository))
        let plan = try world.plan()
        let asked = plan.wants.compactMap { $0.question as? RepositoryTags }
        #expect(asked.map(\.freshness) == [.seconds(14_400)])
        #expect(asked.map(\.hintedBy) == [repository])
    }
}
