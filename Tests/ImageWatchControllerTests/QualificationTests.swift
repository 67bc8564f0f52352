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

/// What a watch says and tells of newer versions that a policy has scanned.
@Suite struct QualificationTests {
    private let app = "r.io/app:1.0.0"

    /// 1.0.0 runs, the watch knows it, and 1.1.0 has just been pushed.
    private func pushed(policy: Bool = true) throws -> WatchWorld {
        var world = try WatchWorld([
            "workloads": [:], "notify": ["channels": ["hooks"]], "qualification": ["scanPolicyRef": ["name": "p"]],
        ])
        if policy { world.addPolicy() }
        world.run(app, "a")
        try world.tags("r.io/app", "1.0.0")
        try world.tag(app, "a")
        try world.plan()
        world.now = world.now + .seconds(60)
        try world.tags("r.io/app", "1.0.0", "1.1.0")
        try world.tag("r.io/app:1.1.0", "b")
        try world.content("r.io/app", "b", .image)
        return world
    }

    private func scanned(_ world: inout WatchWorld) throws {
        world.add(try WatchWorld.report("a", ["CVE-1 ssl Critical", "CVE-2 ssl Critical", "CVE-3 ssl Critical"]))
        world.add(try WatchWorld.report("b", []))
    }

    private func told(_ world: WatchWorld) -> [String] {
        world.watch.observedOutbox.notices.map { "\($0.event) \($0.subjects.joined(separator: "; "))" }
    }

    private func message(_ plan: Plan, _ type: String) -> String? {
        plan.assessments.first { $0.type == type }?.message
    }

    private let advised = "r.io/app:1.0.0 → 1.1.0: fixes 3 critical, adds 0 (StatefulSet web)"

    @Test func `the status says what the newer version fixes and adds, and the notice waits to tell it`() throws {
        var world = try pushed()
        let waiting = try world.plan()
        #expect(waiting.says("Qualified") == "QualificationPending" && told(world).isEmpty)
        #expect(try world.image(app).outdated == true && world.image(app).advice == nil)
        #expect(waiting.wakeUp.map { $0 <= world.now + .seconds(900) } == true)
        try scanned(&world)
        world.now = world.now + .seconds(120)
        let plan = try world.plan()
        #expect(try world.image(app).advice?.fixes[.critical] == 3)
        #expect(plan.says("Qualified") == "Qualified" && plan.says("UpToDate") == "Outdated")
        #expect(message(plan, "Qualified") == "1 of 1 image; r.io/app:1.0.0 → 1.1.0 fixes 3 critical, adds 0")
        #expect(message(plan, "UpToDate") == "1 of 1 image; r.io/app:1.0.0: 1.1.0 fixes 3 critical, adds 0")
        #expect(told(world) == ["NewVersion \(advised)"])
        try world.plan()
        #expect(told(world).count == 1 && world.images.allSatisfy { $0.adviceDueTime == nil })
    }

    @Test func `what runs by the name of another repository is compared when the image's own has it too`() throws {
        var world = try pushed()
        world.stopAll()
        world.run(app, nil) { $0.containers[0].status.imageID = "r.io/staging@\(WatchWorld.digest("a"))" }
        try scanned(&world)
        let question = TagDigest(try WatchWorld.reference("r.io/app@\(WatchWorld.digest("a"))"))
        #expect(try world.plan().wants(question))
        world.fails(question, "RegistryUnreachable")
        let failing = try world.plan()
        #expect(failing.says("Qualified") == "QualificationPending" && failing.says("ChecksHealthy") == "ChecksFailing")
        #expect(told(world).isEmpty)
        world.world.set(.known(WatchWorld.digest("a"), askedAt: world.now), for: question)
        #expect(try world.plan().says("Qualified") == "Qualified")
        #expect(try world.image(app).running?.digest == WatchWorld.digest("a").description)
        #expect(told(world) == ["NewVersion \(advised)"])
        // As after a restart, and when a tag had moved.
        for fact in [Fact<Digest>.unknown, .failed(FactFailure(reason: "RegistryUnreachable", message: "because"))] {
            world.world.set(fact, for: question)
            #expect(try world.plan().says("Qualified") == "Qualified")
            #expect(try world.image(app).running?.digest == WatchWorld.digest("a").description)
            #expect(told(world).count == 1)
        }
    }

    @Test func `what was found of a tag that runs stands while it is asked again by which digest it runs`() throws {
        var world = try pushed()
        world.stopAll()
        world.run("r.io/app:1.1.0", nil) { $0.containers[0].status.imageID = "r.io/staging@\(WatchWorld.digest("a"))" }
        let question = TagDigest(try WatchWorld.reference("r.io/app@\(WatchWorld.digest("a"))"))
        world.world.set(.known(WatchWorld.digest("a"), askedAt: world.now), for: question)
        try world.plan()
        #expect(try world.image("r.io/app:1.1.0").moved)
        world.fails(question, "RateLimited")
        try world.plan()
        #expect(try world.image("r.io/app:1.1.0").moved)
    }

    @Test(arguments: ["r.io/staging@\(WatchWorld.digest("e"))", "docker://\(WatchWorld.digest("e"))"])
    func `what runs by no digest of its repository is compared as what its tag is`(imageID: String) throws {
        var world = try pushed()
        world.stopAll()
        world.run(app, nil) { $0.containers[0].status.imageID = imageID }
        try scanned(&world)
        world.fails(TagDigest(try WatchWorld.reference("r.io/app@\(WatchWorld.digest("e"))")), "ImageNotFound")
        #expect(try world.plan().says("Qualified") == "Qualified")
        #expect(try world.image(app).advice?.fixes[.critical] == 3)
        // Nobody knows that this is what runs.
        #expect(try world.image(app).running?.digest == nil)
    }

    @Test func `with an account of its own, a watch does not wait for what its policy cannot ask for`() throws {
        var world = try WatchWorld([
            "workloads": [:], "credentials": ["secretRef": ["name": "pull"]],
            "qualification": ["scanPolicyRef": ["name": "p"]],
        ])
        world.addPolicy()
        world.run(app, nil) { $0.containers[0].status.imageID = "docker://\(WatchWorld.digest("e"))" }
        let secrets = [ObjectKey(namespace: "shop", name: "pull")]
        world.world.set(
            .known(.init(tags: ["1.0.0", "1.1.0"]), askedAt: world.now),
            for: RepositoryTags(try WatchWorld.reference("r.io/app"), secrets: secrets))
        for (tag, digest) in [("1.0.0", "a"), ("1.1.0", "b")] as [(String, Character)] {
            let question = TagDigest(try WatchWorld.reference("r.io/app:\(tag)"), secrets: secrets)
            world.world.set(.known(WatchWorld.digest(digest), askedAt: world.now), for: question)
        }
        let content = ImageContent(try WatchWorld.reference("r.io/app"), WatchWorld.digest("b"), secrets: secrets)
        world.world.set(.known(.image, askedAt: world.now), for: content)
        try scanned(&world)
        let plan = try world.plan()
        #expect(try world.image(app).outdated == true)
        #expect(plan.says("Qualified") == "NothingToCompare")
    }

    @Test func `whether a tag that moves is newer than what no registry knows, nobody can say`() throws {
        var world = try WatchWorld()
        world.run("r.io/app:stable", nil) { $0.containers[0].status.imageID = "docker://\(WatchWorld.digest("e"))" }
        try world.tag("r.io/app:stable", "a")
        #expect(try world.plan().says("UpToDate") == "NotAssessed")
        #expect(try world.image("r.io/app:stable").latest?.digest == WatchWorld.digest("a").description)
    }

    @Test func `after fifteen minutes it is told without advice, and not again with it`() throws {
        var world = try pushed()
        try world.plan()
        world.now = world.now + .seconds(899)
        try world.plan()
        #expect(told(world).isEmpty)
        world.now = world.now + .seconds(1)
        try world.plan()
        #expect(told(world) == ["NewVersion r.io/app:1.0.0 → 1.1.0 (StatefulSet web)"])
        try scanned(&world)
        try world.plan()
        #expect(told(world).count == 1)
        #expect(try world.image(app).advice != nil)
    }

    @Test func `versions that come faster than they are scanned do not put off telling`() throws {
        var world = try pushed()
        try world.plan()
        world.now = world.now + .seconds(600)
        try world.tags("r.io/app", "1.0.0", "1.1.0", "1.2.0")
        try world.tag("r.io/app:1.2.0", "c")
        try world.content("r.io/app", "c", .image)
        try world.plan()
        world.now = world.now + .seconds(300)
        try world.plan()
        #expect(told(world) == ["NewVersion r.io/app:1.0.0 → 1.2.0 (StatefulSet web)"])
    }

    @Test func `a rollout to another version keeps what waits, one to the newest ends it`() throws {
        for (tag, digest, count) in [("1.0.5", "d", 1), ("1.1.0", "b", 0)] as [(String, Character, Int)] {
            var world = try pushed()
            try world.plan()
            world.stopAll()
            world.run("r.io/app:\(tag)", digest)
            try world.tag("r.io/app:\(tag)", digest)
            try world.plan()
            world.now = world.now + .seconds(900)
            try world.plan()
            #expect(told(world).count == count, "\(tag)")
        }
    }

    @Test func `without a policy to wait for it is told at once`() throws {
        var world = try pushed(policy: false)
        let plan = try world.plan()
        #expect(plan.says("Qualified") == "PolicyNotFound" && told(world).count == 1)
        #expect(message(plan, "Qualified")?.contains("no ScanPolicy p in namespace shop") == true)
    }

    @Test func `a policy that cannot serve is named, with what to do`() throws {
        let changes: [((inout ScanPolicySpec) -> Void, JSONValue?, String)] = [
            ({ $0.suspend = true }, nil, "spec.suspend"), ({ $0.scanners = [.secret] }, nil, "spec.scanners"),
            (
                { _ in },
                ["conditions": [["type": "Ready", "status": "False", "reason": "X", "message": "because"]]], "because"
            ),
        ]
        for (change, status, word) in changes {
            var world = try pushed(policy: false)
            world.addPolicy(status: status, change: change)
            let plan = try world.plan()
            #expect(plan.says("Qualified") == "PolicyNotReady")
            #expect(message(plan, "Qualified")?.contains(word) == true)
        }
        var unreadable = try pushed()
        let key = ObjectKey(namespace: "shop", name: "p")
        unreadable.world[ScanPolicy.self][key] = .unreadable(
            ObjectMetadata(name: "p", namespace: "shop"), JSONError(offset: 0, reason: "no"))
        #expect(try unreadable.plan().says("Qualified") == "PolicyNotReady")
    }

    @Test func `what the policy could not scan is said`() throws {
        var world = try pushed()
        world.scansFailed("b")
        let plan = try world.plan()
        #expect(plan.says("Qualified") == "CandidateNotScannable" && told(world).isEmpty)
        #expect(message(plan, "Qualified") == "1 of 1 image; r.io/app:1.1.0: Unauthorized: because of b")
        world.scansFailed("b shop", "a")
        #expect(
            message(try world.plan(), "Qualified") == "1 of 1 image; r.io/app:1.1.0: Unauthorized: because of b shop")
        world.scansFailed("a shop")
        #expect(
            message(try world.plan(), "Qualified") == "1 of 1 image; r.io/app:1.0.0: Unauthorized: because of a shop")
    }

    @Test func `a failure of something else is none of this`() throws {
        var world = try pushed()
        let changes: [(inout WatchWorld) -> Void] = [
            { $0.scansFailed("c") }, { $0.scansFailed("b other") }, { $0.scansFailed("b", platform: "linux/arm64") },
            { $0.scansFailed("b", scanners: [.secret]) },
            { $0.scansFailed("b", at: $0.now - .seconds(86_401)) },
        ]
        for change in changes {
            change(&world)
            #expect(try world.plan().says("Qualified") == "QualificationPending")
        }
    }

    @Test func `however many scans fail, each candidate's failure is found`() throws {
        var world = try WatchWorld(["workloads": [:], "qualification": ["scanPolicyRef": ["name": "p"]]])
        world.addPolicy()
        for number in 0..<30 {
            world.run("r.io/app\(number):1.0.0", "a", name: "app\(number)")
            try world.tags("r.io/app\(number)", "1.0.0", "1.1.0")
            try world.tag("r.io/app\(number):1.1.0", "b")
            try world.content("r.io/app\(number)", "b", .image)
        }
        world.scansFailed("b")
        let plan = try world.plan()
        #expect(plan.says("Qualified") == "CandidateNotScannable")
        #expect(message(plan, "Qualified")?.hasPrefix("30 of 30 images; ") == true)
    }

    @Test func `a report of another namespace or platform does not serve`() throws {
        var world = try pushed()
        world.add(try WatchWorld.report("a", []))
        world.add(try WatchWorld.report("b", [], in: "other"))
        world.add(try WatchWorld.report("b", [], platform: "linux/arm64"))
        #expect(try world.plan().says("Qualified") == "QualificationPending")
    }

    @Test func `while they are scanned again with another database, what is known stands`() throws {
        var world = try pushed()
        try scanned(&world)
        try world.plan()
        let known = try #require(try world.image(app).advice)
        let since = world.now.seconds
        world.add(
            try WatchWorld.report("a", ["CVE-7 ssl Low"], database: since, scanned: since))
        #expect(try world.plan().says("Qualified") == "Qualified")
        #expect(try world.image(app).advice == known)
        world.add(try WatchWorld.report("b", [], database: since, scanned: since))
        try world.plan()
        #expect(try world.image(app).advice?.sentence == "fixes 1 low, adds 0")
    }

    @Test func `nothing newer, nothing that runs, and no wish for it are told apart`() throws {
        var world = try pushed()
        try world.tags("r.io/app", "1.0.0")
        #expect(try world.plan().says("Qualified") == "NothingNewer")
        var named = try WatchWorld([
            "images": [["image": .string(app)]], "qualification": ["scanPolicyRef": ["name": "p"]],
        ])
        named.addPolicy()
        try named.tags("r.io/app", "1.0.0", "1.1.0")
        try named.tag("r.io/app:1.1.0", "b")
        #expect(try named.plan().says("Qualified") == "NothingToCompare")
        var plain = try WatchWorld()
        plain.run(app, "a")
        try plain.tags("r.io/app", "1.0.0", "1.1.0")
        #expect(try plain.plan().says("Qualified") == nil)
    }

    @Test func `what was told of one image is not told again while another one of its repository waits`() throws {
        var world = try pushed()
        world.run("r.io/app:0.9.0", "c", name: "old")
        try world.tags("r.io/app", "0.9.0", "1.0.0")
        try world.tag("r.io/app:0.9.0", "c")
        try world.plan()
        try world.tags("r.io/app", "0.9.0", "1.0.0", "1.1.0")
        try scanned(&world)
        try world.plan()
        let first = told(world)
        #expect(first.count == 1 && first[0].contains("1.0.0 → 1.1.0") && !first[0].contains("0.9.0"))
        world.now = world.now + .seconds(60)
        try world.plan()
        #expect(told(world) == first)
        world.add(try WatchWorld.report("c", ["CVE-1 ssl Low"]))
        try world.plan()
        #expect(told(world).count == 2 && told(world)[1].contains("0.9.0 → 1.1.0: fixes 1 low, adds 0"))
    }

    @Test func `in a rollout of new content, what runs it already is not compared with it`() throws {
        var world = try WatchWorld([
            "workloads": [:], "policy": ["type": "Digest"], "qualification": ["scanPolicyRef": ["name": "p"]],
        ])
        world.addPolicy()
        // Nodes name the index, or what of it they run.
        world.run("r.io/app:main", "a")
        world.run("r.io/app:main", "c")
        try world.tag("r.io/app:main", "b")
        try world.content("r.io/app", "b", WatchWorld.index(("c", "linux/amd64")))
        try scanned(&world)
        let plan = try world.plan()
        #expect(plan.says("Qualified") == "Qualified")
        #expect(try world.image("r.io/app:main").advice?.sentence == "fixes 3 critical, adds 0")
    }

    @Test func `what cannot be scanned again is said, unless there is advice of before`() throws {
        for isKnown in [false, true] {
            var world = try pushed()
            world.scansFailed("a", reason: .imageNotFound)
            try scanned(&world)
            if isKnown { try world.plan() }
            let since = world.now.seconds
            world.add(try WatchWorld.report("b", [], database: since, scanned: since))
            #expect(try world.plan().says("Qualified") == (isKnown ? "Qualified" : "CandidateNotScannable"))
        }
    }

    @Test func `nothing is awaited that nobody scans`() throws {
        var excluded = try pushed(policy: false)
        excluded.addPolicy { $0.excludeImages = ["*/app:1.1.0"] }
        #expect(try excluded.plan().says("Qualified") == "NothingToCompare" && told(excluded).count == 1)
        var optedOut = try pushed()
        var metadata = ObjectMetadata(name: "shop")
        metadata.annotations = ["watchbill.dev/scan": "false"]
        optedOut.world[Namespace.self][ObjectKey(name: "shop")] = .object(Namespace(metadata: metadata))
        #expect(try optedOut.plan().says("Qualified") == "NothingToCompare" && told(optedOut).count == 1)
    }

    @Test func `what the status has no room for does not wait, and everything is told once`() throws {
        var world = try WatchWorld([
            "workloads": [:], "notify": ["channels": ["hooks"], "onFirstSight": true],
            "qualification": ["scanPolicyRef": ["name": "p"]],
        ])
        world.addPolicy()
        let count = 300
        for number in 0..<count {
            let repository = "registry.example.org/a-rather-long-name-of-a-repository/app\(number)"
            world.run("\(repository):1.0.0", "a", name: "app\(number)")
            try world.tags(repository, "1.0.0", "1.1.0")
            try world.tag("\(repository):1.0.0", "a")
            try world.tag("\(repository):1.1.0", "b")
            try world.content(repository, "b", .image)
        }
        func total() -> Int { world.watch.observedOutbox.notices.reduce(0) { $0 + $1.count } }
        try world.plan()
        let listed = world.images.count
        #expect(listed < count && world.images.allSatisfy { $0.adviceDueTime != nil })
        #expect(total() == count - listed)
        try world.plan()
        #expect(total() == count - listed)
        world.now = world.now + .seconds(900)
        try world.plan()
        try world.plan()
        #expect(total() == count)
    }
}
