// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import TestSupport
import Testing

@Suite struct BellTests {
    @Test func `a ring before the wait is remembered once`() {
        let simulation = Simulation()
        let bell = Bell()
        let count = Cell(0)
        simulation.start {
            while !Task.isCancelled {
                await bell.wait()
                count.value = (count.value ?? 0) + 1
                if count.value == 3 { return }
            }
        }
        bell.ring()
        bell.ring()
        simulation.settle()
        #expect(count.value == 1)
        bell.ring()
        simulation.settle()
        #expect(count.value == 2)
    }

    @Test func `a wait ends at its deadline, and a ring comes before it`() {
        let simulation = Simulation()
        let bell = Bell()
        let woken = Cell<Instant>()
        simulation.start {
            await bell.wait(until: Instant(sinceStart: .seconds(10)), on: simulation.clock)
            woken.value = simulation.clock.instant()
        }
        simulation.advance(by: .seconds(9))
        #expect(woken.value == nil)
        simulation.advance(by: .seconds(5))
        #expect(woken.value == Instant(sinceStart: .seconds(10)))

        woken.value = nil
        simulation.start {
            await bell.wait(until: Instant(sinceStart: .seconds(100)), on: simulation.clock)
            woken.value = simulation.clock.instant()
        }
        simulation.settle()
        bell.ring()
        simulation.settle()
        #expect(woken.value == Instant(sinceStart: .seconds(14)))
    }

    @Test func `a cancelled wait returns`() throws {
        let simulation = Simulation()
        let bell = Bell()
        let task = simulation.start { await bell.wait() }
        simulation.settle()
        task.cancel()
        simulation.settle()
        #expect(simulation.complete { await task.value } != nil)
    }
}
