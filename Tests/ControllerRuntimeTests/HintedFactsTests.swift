// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Logging
import Planning
import Synchronization
import TestSupport
import Testing

@testable import ControllerRuntime

/// What a hint does to the facts that plans want.
@Suite struct HintedFactsTests {
    private struct Tag: FactQuestion {
        static let name = "tag"
        typealias Answer = Int
        var registry = "r.example"
        var path: String
        var tag: String
        var freshness: Duration = .seconds(3_600)
        var bucket: String { registry }
        var hintedBy: HintedRepository? { HintedRepository(registry: registry, path: path) }
        static func == (left: Tag, right: Tag) -> Bool {
            (left.registry, left.path, left.tag) == (right.registry, right.path, right.tag)
        }
        func hash(into hasher: inout Hasher) {
            hasher.combine(path)
            hasher.combine(tag)
        }
    }

    private final class Registry: FactSource {
        let revision = Mutex(1)
        let asked = Mutex<[String]>([])
        func ask(_ question: Tag) async -> Result<Int, FactFailure> {
            asked.withLock { $0.append("\(question.registry)/\(question.path):\(question.tag)") }
            return .success(revision.withLock { $0 })
        }
    }

    private final class Rig: Sendable {
        let simulation = Simulation()
        let store = Store(configuration: OperatorConfiguration())
        let registry = Registry()
        let loop: FactLoop
        private let brought = Cell<Set<PlanKey>>()

        init() {
            loop = FactLoop(
                sources: [registry], store: store, clock: simulation.clock, metrics: Metrics(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, seed: 1
            ) { [brought] keys in brought.value = (brought.value ?? []).union(keys) }
            simulation.start { [loop] in await loop.run() }
        }

        func want(_ questions: Tag..., by key: PlanKey = PlanKey(controller: 0)) {
            loop.want(questions.map { AnyQuestion($0) }, by: key, planned: store.world)
            simulation.settle()
        }

        func hint(_ path: String, on registry: String? = nil, times: Int = 1) {
            for _ in 0..<times { loop.hinted([HintedRepository(registry: registry, path: path)]) }
            simulation.settle()
        }

        var asked: [String] { registry.asked.withLock { $0 } }
        func arrives(_ path: String, on registry: String = "r.example") -> Bool? {
            store.world.fact(HintsArrive(HintedRepository(registry: registry, path: path))).answer
        }
        func takeBrought() -> Set<PlanKey> {
            defer { brought.value = [] }
            return brought.value ?? []
        }
    }

    private let one = Tag(path: "app", tag: "1"), two = Tag(path: "app", tag: "2"), other = Tag(path: "other", tag: "1")

    @Test func `a hint has all that is wanted of its repository asked again, and nothing else`() {
        let rig = Rig()
        rig.want(one, two, other)
        #expect(rig.asked.count == 3)
        _ = rig.takeBrought()
        rig.simulation.advance(by: .seconds(60))
        rig.registry.revision.withLock { $0 = 2 }
        rig.hint("app")
        #expect(rig.asked.count == 3)
        rig.simulation.advance(by: .seconds(1))
        #expect(Set(rig.asked.dropFirst(3)) == ["r.example/app:1", "r.example/app:2"])
        #expect(rig.store.world.fact(one).answer == 2)
        #expect(rig.takeBrought() == [PlanKey(controller: 0)])
        rig.hint("unheard")
        rig.hint("app", on: "elsewhere.example")
        rig.simulation.advance(by: .seconds(10))
        #expect(rig.asked.count == 5)
    }

    @Test func `a sender that names no registry vouches for none where several have the repository`() {
        let rig = Rig()
        rig.want(one, Tag(registry: "mirror.example", path: "app", tag: "1"))
        rig.simulation.advance(by: .seconds(60))
        rig.hint("app")
        rig.simulation.advance(by: .seconds(5))
        #expect(Set(rig.asked.dropFirst(2)) == ["r.example/app:1", "mirror.example/app:1"])
        #expect(rig.arrives("app") != true && rig.arrives("app", on: "mirror.example") != true)
        rig.hint("app", on: "mirror.example")
        #expect(rig.arrives("app") != true && rig.arrives("app", on: "mirror.example") == true)
    }

    @Test func `a flood of hints leads to one check in four seconds`() {
        let rig = Rig()
        rig.want(one)
        rig.simulation.advance(by: .seconds(60))
        rig.hint("app", times: 1_000)
        rig.simulation.advance(by: .seconds(1))
        #expect(rig.asked.count == 2)
        for _ in 0..<10 {
            rig.simulation.advance(by: .seconds(1))
            rig.hint("app", times: 100)
            rig.want(one)
        }
        #expect(rig.asked.count == 4)
        rig.simulation.advance(by: .seconds(60))
        #expect(rig.asked.count == 5)
    }

    @Test func `hints are relied on from the first one on, until a check finds what none told of`() {
        let rig = Rig()
        rig.want(one)
        #expect(rig.arrives("app") == nil)
        rig.simulation.advance(by: .seconds(60))
        rig.registry.revision.withLock { $0 = 2 }
        rig.hint("app")
        rig.simulation.advance(by: .seconds(1))
        rig.want(one)
        #expect(rig.arrives("app") == true && rig.store.world.fact(one).answer == 2)
        // Nothing has changed: the hints may still be relied on.
        rig.simulation.advance(by: .seconds(4_000))
        rig.want(one)
        #expect(rig.asked.count == 3 && rig.arrives("app") == true)
        rig.registry.revision.withLock { $0 = 3 }
        rig.simulation.advance(by: .seconds(4_000))
        rig.want(one)
        #expect(rig.store.world.fact(one).answer == 3)
        #expect(rig.arrives("app") == false)
        rig.hint("app")
        #expect(rig.arrives("app") == true)
    }

    @Test func `what nobody wants any more is forgotten with its hints`() {
        let rig = Rig()
        rig.want(one)
        rig.hint("app")
        #expect(rig.arrives("app") == true)
        rig.want()
        #expect(rig.arrives("app") == nil)
        rig.simulation.advance(by: .seconds(60))
        let before = rig.asked.count
        rig.hint("app")
        rig.simulation.advance(by: .seconds(10))
        #expect(rig.asked.count == before)
    }
}
