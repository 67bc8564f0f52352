// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

/// Between two runs of a CronJob nothing of it runs, and still it is watched.
@Suite struct CronJobTests {
    private let app = "r.io/app:1.0.0"

    private func world() throws -> WatchWorld {
        var world = try WatchWorld()
        try world.tags("r.io/app", "1.0.0", "1.1.0")
        try world.tag(app, "a")
        try world.tag("r.io/app:1.1.0", "b")
        try world.content("r.io/app", "b", .image)
        return world
    }

    /// A run of the CronJob `nightly`, made that many seconds after the first.
    private func run(
        _ image: String, _ digest: Character, _ world: inout WatchWorld, made: Int64, phase: Pod.Phase,
        of owner: String? = "nightly"
    ) {
        var job = ObjectMetadata(name: "run-\(made)", namespace: "shop", uid: "j\(made)")
        if let owner {
            job.ownerReferences = [OwnerReference(apiVersion: "batch/v1", kind: "CronJob", name: owner, uid: "c")]
        }
        world.world[JobOwner.self][job.key] = .object(JobOwner(metadata: job))
        world.run(image, digest, name: "run") { pod in
            pod.metadata.ownerReferences = [
                OwnerReference(apiVersion: "batch/v1", kind: "Job", name: job.name, uid: job.uid)
            ]
            pod.metadata.creationTime = Timestamp(secondsSinceEpoch: 1_600_000_000 + made)
            pod.phase = phase
        }
    }

    @Test func `an image keeps since when it is outdated from run to run`() throws {
        var world = try world()
        run(app, "a", &world, made: 1, phase: .running)
        try world.plan()
        let since = world.now
        #expect(try world.image(app).outdatedSinceTime == since)
        for night in 2...4 as ClosedRange<Int64> {
            world.now = world.now + .seconds(86_400)
            world.stopAll()
            run(app, "a", &world, made: night - 1, phase: .succeeded)
            try world.plan()
            #expect(try world.image(app).outdatedSinceTime == since)
            #expect(try world.image(app).usedBy == [.init(namespace: nil, kind: "CronJob", name: "nightly")])
            run(app, "a", &world, made: night, phase: .running)
            try world.plan()
            #expect(try world.image(app).outdatedSinceTime == since)
        }
    }

    @Test func `only the latest run counts, so a new image clears the old one`() throws {
        var world = try world()
        run(app, "a", &world, made: 1, phase: .succeeded)
        run("r.io/app:1.1.0", "b", &world, made: 3, phase: .failed)
        run(app, "a", &world, made: 2, phase: .succeeded)
        try world.plan()
        #expect(world.images.map(\.image) == ["r.io/app:1.1.0"])
        // One that takes long counts beside the latest.
        run(app, "a", &world, made: 0, phase: .running)
        try world.plan()
        #expect(Set(world.images.map(\.image)) == ["r.io/app:1.1.0", app])
    }

    @Test func `a Job of nobody's that has ended is nothing to watch`() throws {
        var world = try world()
        run(app, "a", &world, made: 1, phase: .succeeded, of: nil)
        try world.plan()
        #expect(world.images.isEmpty)
    }
}
