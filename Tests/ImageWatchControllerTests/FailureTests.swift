// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

/// What is shown of several failures.
@Suite struct FailureTests {
    private let app = "r.io/app:1.0.0"

    private struct Trouble {
        var question: any FactQuestion
        var reason: String
    }

    /// 1.0.0 runs, 1.1.0 is known to be there, and then nobody answers any more.
    private func known() throws -> WatchWorld {
        var world = try WatchWorld()
        world.run(app, "a")
        try world.tags("r.io/app", "1.0.0", "1.1.0")
        try world.tag(app, "a")
        try world.tag("r.io/app:1.1.0", "b")
        try world.content("r.io/app", "b", .image)
        try world.plan()
        return world
    }

    private func troubles(_ reasons: [String]) throws -> [Trouble] {
        let questions: [any FactQuestion] = [
            RepositoryTags(try WatchWorld.reference(app)), TagDigest(try WatchWorld.reference(app)),
            TagDigest(try WatchWorld.reference("r.io/app:1.1.0")),
        ]
        return zip(questions, reasons).map { Trouble(question: $0, reason: $1) }
    }

    private static let reasons = [
        "RegistryUnreachable", "Unauthorized", "Unheard",
    ]

    /// All orders of three things.
    private static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]

    @Test func `the same answers make the same status, whichever came first, and no write without a change`() throws {
        for first in Self.reasons {
            for second in Self.reasons {
                for third in Self.reasons {
                    var seen: JSONValue?
                    for order in Self.orders {
                        var world = try known()
                        let troubles = try troubles([first, second, third])
                        for index in order {
                            world.fails(troubles[index].question, troubles[index].reason)
                            try world.plan()
                        }
                        let status = world.watch.observedStatus
                        #expect(seen == nil || status == seen, "\(first) \(second) \(third) \(order)")
                        seen = status
                        // Each is tried again, in another order, and fails as before.
                        for index in order.reversed() {
                            world.fails(troubles[index].question, troubles[index].reason)
                            try world.plan()
                            #expect(world.watch.observedStatus == status)
                        }
                    }
                }
            }
        }
    }

    @Test func `what somebody has to mend is shown before what may pass`() throws {
        var world = try known()
        let question = try troubles(Self.reasons)
        world.fails(question[0].question, "RegistryUnreachable")
        world.fails(question[1].question, "Unauthorized")
        try world.plan()
        #expect(try world.image(app).lastError?.reason == "Unauthorized")
        world.fails(question[0].question, "Unheard")
        world.fails(question[1].question, "RateLimited")
        try world.plan()
        #expect(try world.image(app).lastError?.reason == "RateLimited")
        #expect(try world.image(app).outdated == true)
    }
}
