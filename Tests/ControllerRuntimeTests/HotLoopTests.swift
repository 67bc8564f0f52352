// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import KubernetesModel
import Planning
import TestSupport
import Testing

/// Plans that ask for more than is good must not keep a core busy.
@Suite struct HotLoopTests {
    private func rig(_ controller: AnyController, sources: [any FactSource] = []) -> ToyRig {
        ToyRig {
            $0.controllers = [controller]
            $0.sources = { _, _ in sources }
        }
    }

    private func news(_ name: String, to toy: ToyRig) {
        toy.rig.create(
            .configMaps,
            [
                "metadata": [
                    "name": .string(name), "namespace": "default",
                    "labels": ["app.kubernetes.io/managed-by": "watchbill"],
                ]
            ])
    }

    @Test func `a wake-up in the past waits a second, time after time`() {
        let toy = rig(AnyController(LateController.self))
        let process = toy.rig.start()
        toy.create("a")
        toy.rig.advance(by: .seconds(60))
        let passes = process.passes(of: "toy")
        #expect((30...75).contains(passes), "\(passes) passes in a minute")
        #expect(!toy.rig.hasHotLoop)
    }

    @Test func `a wake-up at this very moment is one in the past`() {
        let toy = rig(AnyController(NowController.self))
        let process = toy.rig.start()
        toy.create("a")
        toy.rig.advance(by: .seconds(60))
        #expect(process.passes(of: "toy") <= 75, "\(process.passes(of: "toy")) passes in a minute")
    }

    @Test func `questions without end are answered fifty times a second at most`() {
        let toy = rig(AnyController(CuriousController.self), sources: [EndlessAnswers()])
        let process = toy.rig.start()
        toy.create("a")
        toy.rig.advance(by: .seconds(10))
        #expect(!toy.rig.hasHotLoop)
        let passes = process.passes(of: "toy")
        #expect((50...700).contains(passes), "\(passes) passes in ten seconds")
    }

    @Test func `a singleton whose passes are expensive keeps a tenth of a processor busy`() {
        let clock = Cell<VirtualClock>()
        let toy = rig(AnyController(singleton: BusySchedule.self) { _ in clock.value?.spend(.milliseconds(50)) })
        clock.value = toy.rig.clock
        let process = toy.rig.start()
        for second in 0..<20 {
            for change in 0..<20 {
                news("m\(second)-\(change)", to: toy)
                toy.rig.advance(by: .milliseconds(50))
            }
        }
        let passes = process.passes(of: "busy")
        #expect((35...46).contains(passes), "\(passes) passes in 20 seconds, of 50 ms each")
    }

    @Test func `a singleton comes a little after the news`() {
        let toy = rig(AnyController(singleton: BusySchedule.self))
        let process = toy.rig.start()
        toy.rig.advance(by: .seconds(10))
        let before = process.passes(of: "busy")
        news("m", to: toy)
        toy.rig.advance(by: .milliseconds(19))
        #expect(process.passes(of: "busy") == before)
        toy.rig.advance(by: .milliseconds(1))
        #expect(process.passes(of: "busy") == before + 1)
    }

    @Test func `many answers at once all come to the plan`() {
        let toy = rig(AnyController(CrowdController.self), sources: [EndlessAnswers()])
        toy.rig.start()
        toy.create("a")
        toy.rig.advance(by: .seconds(5))
        #expect(toy.status("a")?["answers"] == .integer(Int64(CrowdController.questions)))
    }
}

private enum BusySchedule: SingletonController {
    static let name = "busy"
    static let contract = Contract(reads: [WatchedKind(ConfigMap.self)], writes: [])
    static func plan(in world: World, at now: Timestamp) -> Plan { Plan() }
}

private struct Next: FactQuestion {
    typealias Answer = Int
    static let name = "next"
    var number: Int
    var bucket: String { "next-\(number)" }
}

private struct EndlessAnswers: FactSource {
    func ask(_ question: Next) async -> Result<Int, FactFailure> { .success(question.number + 1) }
}

private enum LateController: Controller {
    static let contract = ToyController.contract

    static func plan(_ toy: Toy, in world: World, at now: Timestamp) -> Plan {
        var plan = Plan(.ready("Accepted", message: "accepted"))
        plan.status = [:]
        plan.wake(at: now - .seconds(3_600))
        return plan
    }
}

private enum NowController: Controller {
    static let contract = ToyController.contract

    static func plan(_ toy: Toy, in world: World, at now: Timestamp) -> Plan {
        var plan = Plan(.ready("Accepted", message: "accepted"))
        plan.status = [:]
        plan.wake(at: now)
        return plan
    }
}

/// Wants to know what comes after the last answer.
private enum CuriousController: Controller {
    static let contract = Contract(
        reads: ToyController.contract.reads, facts: [Next.self], writes: ToyController.contract.writes)

    static func plan(_ toy: Toy, in world: World, at now: Timestamp) -> Plan {
        var plan = Plan(.ready("Accepted", message: "accepted"))
        plan.status = [:]
        var number = 0
        while let next = world.fact(Next(number: number)).answer { number = next }
        for number in max(0, number - 1)...number { plan.want(Next(number: number)) }
        return plan
    }
}

/// Has many questions at a time.
private enum CrowdController: Controller {
    static let questions = 300
    static let contract = CuriousController.contract

    static func plan(_ toy: Toy, in world: World, at now: Timestamp) -> Plan {
        var plan = Plan(.ready("Accepted", message: "accepted"))
        let all = (0..<questions).map { Next(number: $0) }
        plan.status = ["answers": .integer(Int64(all.count { world.fact($0).answer != nil }))]
        for question in all { plan.want(question) }
        return plan
    }
}
