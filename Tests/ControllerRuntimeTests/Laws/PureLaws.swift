// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import KubernetesModel
import Planning
import TestSupport

/// The laws about plans alone, checked on worlds as a running operator has them.
enum PureLaws {
    /// 1: the order in which a world came together, and asking again, make no difference.
    static func sameWorldSamePlan(_ row: inout LawRow, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        watch(seed: seed, every: 53) { world, now in
            let other = shuffled(world, keepingFacts: true, using: &generator)
            for (controller, key) in keys(in: world) {
                let plan = plan(controller, key, world, now)
                let isSame =
                    plan == Self.plan(controller, key, world, now) && plan == Self.plan(controller, key, other, now)
                row.check(isSame, seed: seed, "\(controller.name) \(key) plans differently at \(now.rfc3339)")
            }
        }
    }

    /// 6: without the answers, nothing is deleted that would not be deleted with them.
    static func ignorancePrunesNothing(_ row: inout LawRow, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        watch(seed: seed, every: 53) { world, now in
            let ignorant = shuffled(world, keepingFacts: false, using: &generator)
            for (controller, key) in keys(in: world) {
                let known = Set(plan(controller, key, world, now)?.delete ?? [])
                let deleted = Set(plan(controller, key, ignorant, now)?.delete ?? [])
                row.check(
                    deleted.isSubset(of: known), seed: seed,
                    "\(controller.name) deletes \(deleted.subtracting(known).map(\.reference)) for want of facts")
            }
        }
    }

    /// Runs the story of a seed and shows some of the worlds that the operator planned over.
    static func watch(seed: UInt64, every step: Int, _ look: (World, Timestamp) -> Void) {
        let world = LawWorld(seed: seed)
        var count = 0
        withoutActuallyEscaping(look) { look in
            world.rig.onRest = {
                count += 1
                guard count % step == 0, let process = world.rig.running.first, process.obstacle == nil else { return }
                look(process.runtime.store.world, world.rig.now)
            }
            world.run()
            world.rig.onRest = {}
        }
    }

    static func keys(in world: World) -> [(AnyController, ObjectKey)] {
        LawWorld.controllers.flatMap { controller -> [(AnyController, ObjectKey)] in
            guard let primary = controller.primary else { return [(controller, ObjectKey(name: ""))] }
            return keys(of: primary, in: world).sorted().map { (controller, $0) }
        }
    }

    private static func keys<Object: KubernetesObject>(of kind: Object.Type, in world: World) -> [ObjectKey] {
        world[kind].keys
    }

    private static func plan(_ controller: AnyController, _ key: ObjectKey, _ world: World, _ now: Timestamp) -> Plan? {
        if case .planned(let plan, _) = controller.plan(key, in: world, at: now) { plan } else { nil }
    }

    /// The same objects, put together in another order.
    private static func shuffled(
        _ world: World, keepingFacts: Bool, using generator: inout SeededGenerator
    ) -> World {
        var result = keepingFacts ? world : World(configuration: world.configuration)
        for controller in LawWorld.controllers {
            for read in controller.reads { copy(read.kind, from: world, to: &result, using: &generator) }
        }
        return result
    }

    private static func copy<Object: KubernetesObject>(
        _ kind: Object.Type, from world: World, to result: inout World, using generator: inout SeededGenerator
    ) {
        var snapshot = Snapshot<Object>()
        for key in world[kind].keys.sorted().shuffled(using: &generator) { snapshot[key] = world[kind][key] }
        result[kind] = snapshot
    }
}
