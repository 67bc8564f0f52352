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

    @Test func `many answers at once all come to the plan`() {
        let toy = rig(AnyController(CrowdController.self), sources: [EndlessAnswers()])
        toy.rig.start()
        toy.create("a")
        toy.rig.advance(by: .seconds(5))
        #expect(toy.status("a")?["answers"] == .integer(Int64(CrowdController.questions)))
    }
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
