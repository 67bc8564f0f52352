// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import Schema
import SpecSpace
import TestSupport

/// The law about custom resources that are made to break something, generated from the schema of every kind.
enum SpecLaws {
    // MARK: 12

    /// How many cases of each kind a seed tries.
    private static let count = 150

    static func hostileSpecsHeal(_ row: inout LawRow, seed: UInt64) {
        for space in SpecSpace.all {
            var trial = SpecTrial(space, seed: seed)
            for (index, made) in space.cases(seed: seed, count: count).enumerated() {
                trial.attempt(made, index, &row)
            }
            trial.rest(&row)
        }
    }
}

/// One cluster in which case after case is tried on the same object; between them it is healed.
private struct SpecTrial {
    private let space: SpecSpace
    private let hasStatus: Bool
    private let seed: UInt64
    private let key = ObjectKey(namespace: "alpha", name: "subject")
    /// What there is with the valid document alone.
    private let wanted: [String: JSONValue]
    private var world: LawWorld
    private var process: OperatorProcess

    /// What one spec may cost until it has come to rest.
    private static let mostPasses = 300
    private static let mostWrites = 60
    /// How long a cluster may take to be as if nothing had been.
    private static let healing = Duration.seconds(3_600)

    init(_ space: SpecSpace, seed: UInt64) {
        self.space = space
        self.seed = seed
        // What has no status is no wish of anybody's: the object is not there at rest.
        hasStatus = CustomResourceDefinition.all.contains { $0.resource == space.resource && $0.hasStatus }
        (world, process) = Self.fresh(seed)
        Self.heal(world, space, key, hasStatus)
        world.rig.advance(by: .seconds(1_800))
        wanted = Self.state(world)
    }

    private static func fresh(_ seed: UInt64) -> (LawWorld, OperatorProcess) {
        let world = LawWorld(seed: seed, size: .small, troubled: false)
        world.populate()
        let process = world.rig.start()
        world.rig.advance(by: .seconds(600))
        return (world, process)
    }

    private static func heal(_ world: LawWorld, _ space: SpecSpace, _ key: ObjectKey, _ hasStatus: Bool) {
        if hasStatus {
            world.rig.replace(space.resource, key, with: space.base)
        } else {
            world.rig.delete(space.resource, key)
        }
    }

    mutating func attempt(_ made: SpecCase, _ index: Int, _ row: inout LawRow) {
        let place = "case \(index), \(space.resource.kind) with \(made.words)"
        let (mark, passes) = (world.rig.auditMark, allPasses)
        let reply = world.rig.replace(space.resource, key, with: made.content)
        let isAccepted = (200..<300).contains(reply.status)
        row.check(
            isAccepted == made.isAccepted, seed: seed,
            "\(place): answered with \(reply.status), the schema says \(made.violations.first?.description ?? "yes")")
        guard isAccepted else { return }
        world.rig.advance(by: .seconds(90))
        let spent = allPasses - passes
        let writes = world.rig.writes(since: mark)
        row.check(
            !world.rig.hasHotLoop && spent <= Self.mostPasses && writes.count <= Self.mostWrites, seed: seed,
            "\(place): \(spent) passes, \(writes.count) writes")
        let refused = writes.first { [400, 413, 422, 500].contains($0.code) }
        row.check(refused == nil, seed: seed, "\(place): the API refuses \(refused?.path ?? "")")
        row.check(!process.isOver, seed: seed, "\(place): the process ended")
        if hasStatus { checkStatus(place, &row) }
        checkHealing(place, &row)
    }

    /// What shows another text than it is does not belong into a message.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private var allPasses: Int { LawWorld.controllers.reduce(0) { $0 + process.passes(of: $1.name) } }

    /// The status is about this very spec; what is wrong with it is said with path and remedy, in plain characters.
    private func checkStatus(_ place: String, _ row: inout LawRow) {
        let object = world.rig.object(space.resource, key)
        let generation = object?.at("metadata", "generation")
        let ready = (object?.at("status", "conditions")?.arrayValue ?? []).first { $0["type"] == "Ready" }
        row.check(
            ready?["observedGeneration"] == generation && generation != nil, seed: seed,
            "\(place): the status is not about this spec")
        let message = ready?["message"]?.stringValue ?? ""
        let isPlain = message.utf8.count < 1_500 && message.unicodeScalars.allSatisfy(Self.isPlain)
        row.check(isPlain, seed: seed, "\(place): says \(message.debugDescription)")
        guard world.rig.condition("Stalled", of: space.resource, key) != nil else { return }
        row.check(
            message.contains("spec") && message.contains(";"), seed: seed,
            "\(place): is stalled without path or remedy: \(message)")
    }

    private mutating func checkHealing(_ place: String, _ row: inout LawRow) {
        Self.heal(world, space, key, hasStatus)
        var spent = Duration.zero
        var step = Duration.seconds(30)
        while Self.state(world) != wanted, spent < Self.healing {
            world.rig.advance(by: step)
            spent += step
            step = min(step * 2, .seconds(600))
        }
        let difference = LawWorld.difference(Self.state(world), wanted)
        row.check(difference == nil, seed: seed, "\(place): is not healed: \(difference ?? "")")
        guard difference != nil else { return }
        // What one case spoiled must not count against the next.
        (world, process) = Self.fresh(seed)
        Self.heal(world, space, key, hasStatus)
        world.rig.advance(by: .seconds(1_800))
    }

    /// After all of them: nothing is written, and hardly anything planned.
    func rest(_ row: inout LawRow) {
        world.rig.advance(by: .seconds(3_600))
        WriteLaws.restIsIdle(world, "\(space.resource.kind): an hour after all cases", &row, seed)
    }

    /// Everything that follows from the specs: not what tells of the past.
    private static func state(_ world: LawWorld) -> [String: JSONValue] {
        world.inventory.filter { !$0.key.hasPrefix("ConfigMap") }.mapValues(withoutPast)
    }

    private static let past: Set<String> = [
        "observedGeneration", "change", "run", "lastHandledScanNow", "databaseDigest", "previousDigest",
    ]

    private static func withoutPast(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(withoutPast))
        case .object(let members): .object(members.filter { !past.contains($0.key) }.mapValues(withoutPast))
        default: value
        }
    }
}
