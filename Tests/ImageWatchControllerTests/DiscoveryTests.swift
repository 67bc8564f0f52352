// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

@Suite struct DiscoveryTests {
    @Test func `images of every kind of container are found once, with all who run them`() throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a") {
            $0.containers.append(Container(name: "i", image: "r.io/init:1", role: .initialization))
            $0.containers.append(Container(name: "e", image: "busybox", role: .ephemeral))
        }
        world.run("r.io/app:1.0.0", "a", name: "api")
        world.run("r.io/app:1.0.0", "a", name: "gone") { $0.phase = .succeeded }
        world.run("r.io/other:1.0.0", "a", in: "other")
        world.run("r.io/app@\(WatchWorld.digest("a"))", "a", name: "pinned")
        try world.plan()
        #expect(world.images.map(\.image) == ["docker.io/library/busybox:latest", "r.io/app:1.0.0", "r.io/init:1"])
        #expect(try world.image("r.io/app:1.0.0").usedBy.map(\.name) == ["api", "web"])
    }

    @Test func `a selector chooses Pods, and without workloads none is`() throws {
        var world = try WatchWorld(["workloads": ["selector": ["matchLabels": ["app": "api"]]]])
        world.run("r.io/app:1", "a")
        world.run("r.io/api:1", "a", name: "api")
        try world.plan()
        #expect(world.images.map(\.image) == ["r.io/api:1"])
        world = try WatchWorld(["images": []])
        world.run("r.io/app:1", "a")
        let plan = try world.plan()
        #expect(world.images.isEmpty)
        #expect(plan.says("ChecksHealthy") == "NothingToWatch")
        #expect(plan.says("UpToDate") == "Current")
    }

    @Test func `the root namespace may look into others`() throws {
        var world = try WatchWorld(
            ["workloads": ["namespaceSelector": ["matchLabels": ["team": "a"]]]], in: "watchbill-system")
        world.add(namespace: "other", labels: ["team": "a"])
        world.run("r.io/app:1", "a", in: "other")
        world.run("r.io/no:1", "a")
        world.run("r.io/no:2", "a", in: "watchbill-system")
        try world.plan()
        #expect(world.images.map(\.image) == ["r.io/app:1"])
        #expect(world.images.first?.usedBy == [.init(namespace: "other", kind: "StatefulSet", name: "web")])
    }

    @Test func `an image of the spec is compared with what runs of it, where something does`() throws {
        var world = try WatchWorld([
            "images": [["image": "r.io/app:1.0.0"], ["image": "r.io/new", "policy": ["range": "<2"]]]
        ])
        try world.tags("r.io/app", "1.0.0", "1.1.0")
        try world.tag("r.io/app:1.1.0", "b")
        try world.tags("r.io/new", "1.0.0", "1.5.0", "2.0.0")
        try world.tag("r.io/new:1.5.0", "c")
        try world.plan()
        #expect(try world.image("r.io/app:1.0.0").outdated == true)
        #expect(try world.image("r.io/new").latest?.tag == "1.5.0")
        #expect(try world.image("r.io/new").outdated == false)
        #expect(try world.image("r.io/new").running == nil)
        world.run("r.io/app:1.0.0", "b")
        try world.tag("r.io/app:1.0.0", "b")
        try world.plan()
        #expect(try world.image("r.io/app:1.0.0").outdated == false)
        #expect(try world.image("r.io/app:1.0.0").usedBy.map(\.name) == ["web"])
    }

    @Test func `a Pod whose owner is not seen yet is waited for`() throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a") {
            $0.metadata.ownerReferences = [
                OwnerReference(apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "r")
            ]
        }
        let plan = try world.plan()
        #expect(world.images.isEmpty)
        #expect(plan.says("ChecksHealthy") == "ChecksPending")
        #expect(plan.says("UpToDate") == "NotAssessed")
    }

    // MARK: Annotations

    @Test(arguments: [
        ([:], "SemVer", "1.3.0"), (["diun.watch_repo": "true"], "SemVer", "1.3.0"),
        (["diun.watch_repo": "false"], "Digest", "1.0.0"),
        (["diun.enable": "true", "diun.sort_tags": "lexicographical"], "Alphabetical", "x"),
        (["diun.sort_tags": "semver", "diun.max_tags": "5"], "SemVer", "1.3.0"),
        (["diun.include_tags": #"^1\.1\.;^1\.2\."#], "SemVer", "1.2.0"),
        (["diun.exclude_tags": #"^1\.3"#], "SemVer", "1.2.0"),
        (["diun.include_tags": "^1", "diun.exclude_tags": "^1.3;^1.2"], "SemVer", "1.1.0"),
        (["watchbill.dev/tag-range": "~1.1"], "SemVer", "1.1.0"),
        (["watchbill.dev/tag-policy": "Digest"], "Digest", "1.0.0"),
        (["watchbill.dev/tag-include": "^1\\.1\n^1\\.2"], "SemVer", "1.2.0"),
        (["watchbill.dev/tag-exclude": "3.0$"], "SemVer", "1.2.0"),
        (["diun.watch_repo": "false", "watchbill.dev/tag-policy": "SemVer"], "SemVer", "1.3.0"),
        (["diun.notify_on": "new", "diun.metadata.a": "b", "diun.hub_link": "x"], "SemVer", "1.3.0"),
    ])
    func `annotations say how a Pod's images are watched`(annotations: [String: String], policy: String, latest: String)
        throws
    {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a") { $0.metadata.annotations = annotations }
        try world.tags("r.io/app", "1.0.0", "1.1.0", "1.2.0", "1.3.0", "x")
        for (tag, digest) in [("1.0.0", "a"), ("1.1.0", "b"), ("1.2.0", "c"), ("1.3.0", "d"), ("x", "e")]
            as [(String, Character)]
        {
            try world.tag("r.io/app:\(tag)", digest)
            try world.content("r.io/app", digest, .image)
        }
        try world.plan()
        let image = try world.image("r.io/app:1.0.0")
        #expect(image.policy == policy)
        #expect(image.latest?.tag == latest)
        #expect(image.lastError == nil)
    }

    @Test(arguments: [
        ["diun.enable": "false"], ["watchbill.dev/watch": "false"],
        ["diun.enable": "true", "watchbill.dev/watch": "0"],
    ])
    func `a Pod can be left out`(annotations: [String: String]) throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a") { $0.metadata.annotations = annotations }
        try world.plan()
        #expect(world.images.isEmpty)
    }

    @Test(arguments: [
        (["diun.enable": "yes"], "diun.enable: write true or false"),
        (["diun.sort_tags": "newest"], "diun.sort_tags: write default, reverse, lexicographical or semver"),
        (["diun.watch_repo": ""], "diun.watch_repo: write true or false"),
        (["diun.platform": "arm"], "diun.platform: is no platform; write for example linux/arm64"),
        (
            ["diun.include_tags": "("],
            "the Pod's annotations: tags.include[0]: \"(\" is no RE2 expression: missing ): (; correct it"
        ),
        (
            ["watchbill.dev/tag-policy": "semver"],
            "watchbill.dev/tag-policy: write SemVer, CalVer, Numerical, Alphabetical, Digest"
        ),
        (
            ["watchbill.dev/tag-range": "1x"],
            "watchbill.dev/tag-range: range: \"1x\": \"1x\" is no version; write for example >=1.2 <2, ^1.4 or 1.x || 2.5.x"
        ),
    ])
    func `an annotation that cannot be read is the image's error and nobody else's`(
        annotations: [String: String], message: String
    ) throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a") { $0.metadata.annotations = annotations }
        world.run("r.io/other:1.0.0", "a", name: "other")
        let plan = try world.plan()
        #expect(try world.image("r.io/app:1.0.0").lastError == .init("InvalidAnnotation", message))
        #expect(try world.image("r.io/other:1.0.0").lastError == nil)
        #expect(plan.says("ChecksHealthy") == "ChecksFailing")
    }

    @Test func `Pods of one image with two ways of watching are two entries`() throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a")
        world.run("r.io/app:1.0.0", "a", name: "api") { $0.metadata.annotations = ["diun.watch_repo": "false"] }
        try world.plan()
        #expect(world.images.map(\.policy) == ["Digest", "SemVer"])
        #expect(world.images.map { $0.usedBy.map(\.name) } == [["api"], ["web"]])
    }

    @Test func `Diun's platform counts instead of the node's`() throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a") { $0.metadata.annotations = ["diun.platform": "linux/arm/v7"] }
        try world.tags("r.io/app", "1.0.0", "1.1.0")
        try world.tag("r.io/app:1.0.0", "a")
        try world.tag("r.io/app:1.1.0", "b")
        try world.content("r.io/app", "b", WatchWorld.index(("c", "linux/amd64")))
        try world.plan()
        #expect(try world.image("r.io/app:1.0.0").rejected["PlatformMissing"] == 1)
    }

    // MARK: Specs

    @Test(
        arguments: [
            (["workloads": ["namespaceSelector": [:]]], "RootOnlyField"),
            (["workloads": ["selector": ["matchExpressions": [["key": "a", "operator": "In"]]]]], "InvalidSelector"),
            (["images": [["image": "not an image!"]]], "InvalidImage"), (["policy": ["range": "1x"]], "InvalidPolicy"),
            (["policy": ["type": "Numerical", "range": "1"]], "InvalidPolicy"),
            (["images": [["image": "a", "policy": ["tags": ["extract": "("]]]]], "InvalidPolicy"),
            (["schedule": "never"], "InvalidSchedule"),
            (["schedule": "@daily", "intervalSeconds": 60], "InvalidSchedule"),
            (["timeZone": "UTC"], "InvalidSchedule"),
            (["schedule": "@daily", "timeZone": "Nowhere/Land"], "InvalidTimeZone"),
        ] as [(JSONValue, String)])
    func `what is wrong with a spec stops it, and what is known stays`(spec: JSONValue, reason: String) throws {
        var good = try WatchWorld()
        good.run("r.io/app:1.0.0", "a")
        try good.plan()
        var world = try WatchWorld(spec)
        world.watch.observedStatus = good.watch.observedStatus
        let plan = try world.plan()
        guard case .stalled(reason, let message) = plan.outcome else {
            Issue.record("\(String(describing: plan.outcome))")
            return
        }
        #expect(message.hasPrefix("spec."))
        #expect(plan.wants.isEmpty)
        #expect(world.images == good.images)
    }

    @Test func `a suspended watch asks nobody and keeps what it says`() throws {
        var world = try WatchWorld()
        world.run("r.io/app:1.0.0", "a")
        try world.plan()
        let before = world.images
        world.watch.spec.suspend = true
        world.stopAll()
        let plan = try world.plan()
        #expect(plan.outcome?.reason == "Suspended")
        #expect(plan.wants.isEmpty && plan.wakeUp == nil)
        #expect(world.images == before)
    }

    @Test func `a status stays below its limit, whatever runs`() throws {
        var world = try WatchWorld()
        let name = String(repeating: "x", count: 200)
        for number in 0..<400 {
            world.run("r.io/\(name)/app\(number):1.0.0", "a", name: "workload-\(number)") {
                if number % 2 == 0 { $0.metadata.annotations = ["diun.enable": "?"] }
            }
        }
        try world.plan()
        let status = try #require(world.watch.observedStatus)
        #expect(status.canonicalBytes.count <= ImageWatchStatus.byteLimit + 200)
        #expect(status.at("counts", "monitored") == 400)
        #expect(status.at("counts", "failed") == 200)
        #expect((status.at("counts", "omitted")?.integerValue ?? 0) + Int64(world.images.count) == 400)
        #expect(world.images.first?.lastError?.reason == "InvalidAnnotation")
    }
}

/// What Diun's annotations mean where a watch looks at content only, as an import makes it.
@Suite struct DiunAnnotationTests {
    private static let spec: JSONValue = ["workloads": ["onlyAnnotated": true], "policy": ["type": "Digest"]]

    private func policy(_ annotations: [String: String]) throws -> String? {
        var world = try WatchWorld(Self.spec)
        world.run("r.io/app:1.0.0", "a") { $0.metadata.annotations = annotations }
        try world.plan()
        return world.images.first?.policy
    }

    @Test func `only Pods that ask for it are watched`() throws {
        #expect(try policy([:]) == nil)
        #expect(try policy(["diun.enable": "false"]) == nil)
        #expect(try policy(["diun.sort_tags": "semver"]) == nil)
        #expect(try policy(["diun.enable": "true"]) == "Digest")
        #expect(try policy(["watchbill.dev/watch": "true"]) == "Digest")
    }

    @Test func `other tags count where the repository is to be watched, in the order that is asked for`() throws {
        #expect(try policy(["diun.enable": "true", "diun.watch_repo": "true"]) == "SemVer")
        #expect(try policy(["diun.enable": "true", "diun.sort_tags": "semver"]) == "Digest")
        #expect(
            try policy(["diun.enable": "1", "diun.watch_repo": "true", "diun.sort_tags": "lexicographical"])
                == "Alphabetical")
    }
}
