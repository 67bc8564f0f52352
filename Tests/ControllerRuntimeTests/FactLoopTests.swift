// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import Essentials
import KubernetesModel
import Logging
import Planning
import Synchronization
import TestSupport
import Testing

@Suite struct FactLoopTests {
    private struct Weather: FactQuestion {
        static let name = "weather"
        var place: String
        var bucket: String { "sky" }
        typealias Answer = String
    }

    private struct Sky: FactSource {
        func ask(_ question: Weather) async -> Result<String, FactFailure> { .success("rain in \(question.place)") }
    }

    /// A loop, and who was brought back by it.
    private final class Rig: Sendable {
        let simulation = Simulation()
        let store = Store(configuration: OperatorConfiguration())
        private let back = Mutex<[PlanKey]>([])
        let loop: Mutex<FactLoop?> = Mutex(nil)

        init() {
            let loop = FactLoop(
                sources: [Sky()], store: store, clock: simulation.clock, metrics: Metrics(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, seed: 1
            ) { keys in self.back.withLock { $0 += keys.sorted() } }
            self.loop.withLock { $0 = loop }
            simulation.start { await loop.run() }
        }

        func want(_ question: Weather, by key: PlanKey, planned: World) {
            loop.withLock { $0 }?.want([AnyQuestion(question)], by: key, planned: planned)
            simulation.settle()
        }

        /// Who was brought back since the last time.
        func taken() -> [PlanKey] {
            back.withLock { back in
                defer { back = [] }
                return back
            }
        }
    }

    private let first = PlanKey(controller: 0), second = PlanKey(controller: 1)

    @Test func `an answer that came after a plan and before its wish brings the key back, once`() {
        let rig = Rig()
        let question = Weather(place: "Brest")
        let before = rig.store.world
        rig.want(question, by: first, planned: before)
        #expect(rig.taken() == [first])
        // The second planned when the first's question was still open, and comes to say so too late.
        rig.want(question, by: second, planned: before)
        #expect(rig.taken() == [second])
        #expect(rig.store.world.fact(question).answer == "rain in Brest")
        rig.want(question, by: second, planned: rig.store.world)
        rig.want(question, by: first, planned: rig.store.world)
        #expect(rig.taken() == [])
    }

    @Test func `an answer to something else brings nobody back`() {
        let rig = Rig()
        let before = rig.store.world
        rig.want(Weather(place: "Brest"), by: first, planned: before)
        rig.want(Weather(place: "Paris"), by: second, planned: before)
        #expect(rig.taken() == [first, second])
        rig.want(Weather(place: "Paris"), by: second, planned: rig.store.world)
        #expect(rig.taken() == [])
    }

    @Test func `an answer that was forgotten meanwhile brings the key back, and it is asked for again`() {
        let rig = Rig()
        let question = Weather(place: "Brest")
        rig.want(question, by: first, planned: rig.store.world)
        let answered = rig.store.world
        rig.store.forget(AnyQuestion(question))
        rig.simulation.advance(by: .seconds(1))
        _ = rig.taken()
        rig.want(question, by: first, planned: answered)
        #expect(Set(rig.taken()) == [first])
        #expect(rig.store.world.fact(question).answer == "rain in Brest")
    }
}
