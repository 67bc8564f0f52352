// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

/// What a pass costs: what has changed, and no more.
@Suite struct DerivedTests {
    private func everything() throws -> WatchWorld {
        var world = try WatchWorld(["workloads": ["namespaceSelector": [:]]], in: "watchbill-system")
        for number in 0..<20 {
            world.run("r.io/app\(number):1.0.0", "a", name: "web\(number)", in: "shop")
            world.run("r.io/app\(number):1.0.0", "a", name: "web\(number)", in: "other")
            try world.tags("r.io/app\(number)", "1.0.0", "1.1.0")
            try world.tag("r.io/app\(number):1.0.0", "a")
            try world.tag("r.io/app\(number):1.1.0", "b")
            try world.content("r.io/app\(number)", "b", .image)
        }
        return world
    }

    @Test func `a Pod in one namespace has only that namespace looked at, and no list of tags`() throws {
        var world = try everything()
        try world.plan()
        #expect(world.images.count == 20)
        let (rosters, finds) = (
            world.world.computations(of: WatchRoster.self), world.world.computations(of: LocalDiscovery.self)
        )
        let choices = world.world.computations(of: TagChoice.self)
        world.run("r.io/app3:1.0.0", "a", name: "web3", in: "shop")
        _ = ImageWatchController.plan(world.watch, in: world.world, at: world.now)
        #expect(world.world.computations(of: WatchRoster.self) == rosters + 1)
        // A copy of a Pod of the same workload: it ends at the roster.
        #expect(world.world.computations(of: LocalDiscovery.self) == finds)
        world.run("r.io/app3:1.0.0", "a", name: "another", in: "shop")
        _ = ImageWatchController.plan(world.watch, in: world.world, at: world.now)
        #expect(world.world.computations(of: LocalDiscovery.self) == finds + 1)
        #expect(world.world.computations(of: TagChoice.self) == choices)
    }

    @Test func `another list has the tags of that repository looked at`() throws {
        var world = try everything()
        try world.plan()
        let choices = world.world.computations(of: TagChoice.self)
        let finds = world.world.computations(of: LocalDiscovery.self)
        try world.tags("r.io/app3", "1.0.0", "1.1.0", "1.2.0")
        _ = ImageWatchController.plan(world.watch, in: world.world, at: world.now)
        #expect(world.world.computations(of: TagChoice.self) == choices + 1)
        #expect(world.world.computations(of: LocalDiscovery.self) == finds)
    }

    @Test func `Pods that are copies of another, and those that scan, add nothing`() throws {
        var world = try WatchWorld()
        for _ in 0..<50 { world.run("r.io/app:1.0.0", "a") }
        world.run("r.io/trivy:1.0.0", "a") {
            for (key, value) in Job.labelSelector { $0.metadata.labels[key] = value }
        }
        #expect(world.world.derived(WatchRoster(namespace: "shop")).value.usages.count == 1)
        world.run("r.io/app:1.0.0", "b")
        world.run("r.io/app:1.0.0", "a") { $0.metadata.annotations["diun.watch_repo"] = "false" }
        #expect(world.world.derived(WatchRoster(namespace: "shop")).value.usages.count == 3)
    }

    @Test func `a Pod wakes the watches that can see it`() throws {
        var root = try WatchWorld(
            ["workloads": ["namespaceSelector": ["matchLabels": ["team": "a"]]]], in: "watchbill-system")
        root.add(namespace: "other", labels: ["team": "a"])
        #expect(ImageWatchController.looks(root.watch, into: "other", of: root.world))
        #expect(!ImageWatchController.looks(root.watch, into: "shop", of: root.world))
        #expect(ImageWatchController.looks(root.watch, into: "unseen", of: root.world))
        let plain = try WatchWorld(["workloads": [:]], in: "watchbill-system")
        #expect(!ImageWatchController.looks(plain.watch, into: "other", of: plain.world))
    }

    @Test func `a time in the annotation of Flux has what is older asked again, and only that`() throws {
        var world = try everything()
        let asked = world.now
        func freshness() throws -> Duration? {
            ImageWatchController.plan(world.watch, in: world.world, at: world.now).wants
                .compactMap { ($0.question as? RepositoryTags)?.freshness }.first
        }
        world.now = asked + .seconds(100)
        #expect(try freshness() == .seconds(21_600))
        world.watch.metadata.annotations["reconcile.fluxcd.io/requestedAt"] = (asked + .seconds(60)).rfc3339
        #expect(try freshness() == .seconds(40))
        world.watch.metadata.annotations["reconcile.fluxcd.io/requestedAt"] = (asked + .seconds(160)).rfc3339
        #expect(try freshness() == .seconds(21_600))
        world.watch.metadata.annotations["reconcile.fluxcd.io/requestedAt"] = "now, please"
        #expect(try freshness() == .seconds(21_600))
    }
}
