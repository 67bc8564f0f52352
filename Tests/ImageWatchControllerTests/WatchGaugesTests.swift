// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Exposition
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

@Suite struct WatchGaugesTests {
    private func samples(_ gauges: WatchGauges, _ metric: MetricDescription) -> [[String]: Double] {
        gauges.families.first { $0.description == metric }?.samples ?? [:]
    }

    /// 1.0.0 runs in two workloads, 1.1.0 is there; another image is up to date.
    private func outdated() throws -> WatchWorld {
        var world = try WatchWorld(["workloads": [:], "criticality": "Critical"])
        world.run("r.io/app:1.0.0", "a")
        world.run("r.io/app:1.0.0", "a", name: "api")
        world.run("r.io/new:1.0.0", "a", name: "new")
        for name in ["app", "new"] { try world.tag("r.io/\(name):1.0.0", "a") }
        try world.tags("r.io/app", "1.0.0", "1.1.0")
        try world.tags("r.io/new", "1.0.0")
        try world.tag("r.io/app:1.1.0", "b")
        try world.content("r.io/app", "b", .image)
        try world.plan()
        world.world[ImageWatch.self][world.watch.key] = .object(world.watch)
        return world
    }

    @Test func `says what is outdated, for each workload, and since when`() throws {
        let world = try outdated()
        let gauges = WatchGauges(of: world.world)
        #expect(samples(gauges, DiunCatalog.monitored) == [[]: 2])
        #expect(samples(gauges, DiunCatalog.outdated) == [[]: 1])
        #expect(samples(gauges, TrivyCatalog.current(DiunCatalog.outdated)) == [[]: 1])
        #expect(samples(gauges, DiunCatalog.failing) == [[]: 0])
        #expect(
            samples(gauges, DiunCatalog.outdatedImage) == [
                ["shop", "api", "r.io/app", "r.io", "1.0.0", "1.1.0"]: 1,
                ["shop", "web", "r.io/app", "r.io", "1.0.0", "1.1.0"]: 1,
            ])
        #expect(
            samples(gauges, DiunCatalog.outdatedSince)[["shop", "web", "r.io/app", "r.io", "critical"]]
                == Double(world.now.seconds))
        #expect((samples(gauges, DiunCatalog.stateBytes)[[]] ?? 0) > 100)
        #expect(Array(gauges.news.keys) == ["shop/watch r.io/app:1.0.0 SemVer"])
        #expect(gauges.leftOut == 0)
    }

    @Test func `has an end, and says what it left out`() throws {
        let gauges = WatchGauges(of: try outdated().world, limit: 2)
        #expect(samples(gauges, DiunCatalog.outdatedImage).count == 1)
        #expect(gauges.leftOut == 2)
        #expect(samples(gauges, DiunCatalog.monitored) == [[]: 2])
    }

    @Test func `a cluster without watches has gauges that say zero`() {
        let gauges = WatchGauges(of: World(configuration: OperatorConfiguration()))
        #expect(samples(gauges, DiunCatalog.monitored) == [[]: 0])
        #expect(samples(gauges, DiunCatalog.outdatedImage).isEmpty)
        #expect(gauges.newestWatch == nil)
    }
}
