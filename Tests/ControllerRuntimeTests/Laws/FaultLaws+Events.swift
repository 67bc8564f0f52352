// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import TestSupport

/// Law 8, kind by kind: events that come late, together, or never.
extension FaultLaws {
    private static let kinds: [ResourceType] = [
        .pods, .jobs, ScanReport.resource, ScanPolicy.resource, ImageWatch.resource, .configMaps, .nodes, .namespaces,
        .replicaSets,
    ]

    /// What becomes of the events of one kind that are minutes late.
    private enum Lateness: String, CaseIterable {
        case late = "late"
        case historyGone = "late, history gone"
        /// Only the net effect arrives: an object that came and went meanwhile never shows, one that went and came again under its
        /// name was only changed.
        case pairsGone = "late, pairs coalesced"
    }

    static func lateEventsChangeNothing(_ row: inout LawRow, seed: UInt64) {
        let clean = LawWorld(seed: seed, size: .small)
        clean.run()
        for kind in kinds {
            for lateness in Lateness.allCases {
                let world = LawWorld(seed: seed, size: .small)
                delay(kind, lateness, in: world)
                check(world, against: clean, "\(kind.plural) \(lateness.rawValue)", &row, seed)
            }
        }
    }

    private static func delay(_ kind: ResourceType, _ lateness: Lateness, in world: LawWorld) {
        let server = world.rig.server
        if lateness == .pairsGone { server.inject(.coalesceEvents, times: .max) { $0.isWatch && $0.resource == kind } }
        func late() {
            server.holdEvents { $0.resource == kind }
            world.rig.advance(by: .seconds(45))
            if lateness == .historyGone { server.compact() }
            server.releaseEvents()
        }
        world.run(between: {
            for _ in 0..<3 {
                late()
                world.rig.advance(by: .seconds(20))
            }
        })
    }

    /// A broken proxy swallows events, single ones and pairs of coming and going, and nobody is told. Whatever the operator believes
    /// meanwhile, it keeps calm, and the next list heals it.
    static func droppedEventsHealByLists(_ row: inout LawRow, seed: UInt64) {
        let clean = LawWorld(seed: seed, size: .small)
        clean.run()
        for (index, kind) in kinds.enumerated() {
            let world = LawWorld(seed: seed, size: .small)
            let server = world.rig.server
            var generator = SeededGenerator(seed: seed &* 97 &+ UInt64(index))
            let process = world.run(between: {
                let lost = Set((0..<24).filter { _ in Bool.random(using: &generator) })
                let fault = server.inject(.dropEvents(lost), times: .max) { $0.isWatch && $0.resource == kind }
                server.endWatches { $0.resource == kind }
                world.rig.advance(by: .seconds(90))
                server.disarm(fault)
                server.endWatches(expired: true) { $0.resource == kind }
            })
            let passes = LawWorld.controllers.reduce(0) { $0 + process.passes(of: $1.name) }
            row.check(passes < 1_500, seed: seed, "\(kind.plural) swallowed: \(passes) passes")
            check(world, against: clean, "\(kind.plural) swallowed", &row, seed)
        }
    }

    private static func check(
        _ world: LawWorld, against clean: LawWorld, _ words: String, _ row: inout LawRow, _ seed: UInt64
    ) {
        let difference = LawWorld.difference(world.inventory, clean.inventory)
        row.check(difference == nil, seed: seed, "\(words): \(difference ?? "")")
        row.check(!world.rig.hasHotLoop, seed: seed, "\(words): a hot loop")
    }
}
