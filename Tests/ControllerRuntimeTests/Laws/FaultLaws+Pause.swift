// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import TestSupport

/// Law 11 with a process that is stopped: its tasks do not run while the clock goes on, and then it goes on as if nothing had been.
extension FaultLaws {
    static func pausedLeaderWritesNothing(_ row: inout LawRow, seed: UInt64) {
        let clean = LawWorld(seed: seed, size: .small)
        clean.run()
        for pause in 0..<4 {
            let world = LawWorld(seed: seed, size: .small, election: true)
            let rig = world.rig
            world.populate()
            let processes = [rig.start(), rig.start()]
            var bothMayWrite = false
            rig.onRest = {
                if processes.count(where: { !$0.isOver && $0.gate.timeLeft != nil }) > 1 { bothMayWrite = true }
            }
            rig.advance(by: .seconds(5 + 9 * Int64(pause)))
            guard let leader = processes.first(where: \.isLeading),
                let other = processes.first(where: { !$0.isLeading })
            else {
                row.check(false, seed: seed, "pause \(pause): nobody leads")
                continue
            }
            // Writes wait in the client's queue when the process stops, and are the first thing it goes on with.
            leader.link.queueing = .seconds(pause % 2 == 0 ? 40 : 4)
            rig.advance(by: .seconds(3))
            rig.pause(leader)
            let mark = rig.auditMark
            rig.advance(by: .seconds(pause == 3 ? 300 : 75))
            row.check(other.isLeading, seed: seed, "pause \(pause): the other does not lead")
            rig.resume(leader)
            leader.link.queueing = .zero
            rig.advance(by: .seconds(60))
            row.check(leader.end != nil, seed: seed, "pause \(pause): the stopped one goes on")
            let late = rig.writes(since: mark).first { $0.user == leader.identity }
            row.check(late == nil, seed: seed, "pause \(pause): the stopped one writes \(late?.path ?? "")")
            rig.advance(by: .seconds(700))
            for change in world.changes { change() }
            rig.advance(by: .seconds(700))
            rig.onRest = {}
            row.check(!bothMayWrite, seed: seed, "pause \(pause): two gates were open at once")
            row.check(handOvers(in: rig.writes()) <= 1, seed: seed, "pause \(pause): writers took turns")
            let difference = LawWorld.difference(world.inventory, clean.inventory)
            row.check(difference == nil, seed: seed, "pause \(pause): \(difference ?? "")")
            row.check(world.createdJobs == clean.createdJobs, seed: seed, "pause \(pause): made \(world.createdJobs)")
        }
    }
}
