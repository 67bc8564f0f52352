// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import JSONScan
import KubernetesModel

/// What a plan looked at, as a value that can be written to a file and planned again: the same for every controller, which
/// only says which slice of the world it is.
package struct Capture<C: Controller> {
    package let primary: C.Primary
    package let time: Timestamp
    package let world: World

    /// Cuts the world down to what the plan looks at; nil for a controller whose plans cannot be captured.
    package init?(_ primary: C.Primary, in world: World, at now: Timestamp) {
        guard let slice = C.slice(of: world, for: primary, at: now) else { return nil }
        self.primary = slice[C.Primary.self].object(primary.key) ?? primary
        time = now
        self.world = slice
    }

    /// The plan that was made.
    package var plan: Plan { C.plan(primary, in: world, at: time) }

    /// What of the contract's kinds can be written down, by name.
    private static var kinds: [(name: String, kind: any CapturedObject.Type)] {
        let read = C.contract.reads.map(\.kind) + [C.Primary.self]
        var names: Set<String> = []
        return read.compactMap { $0 as? any CapturedObject.Type }.map { ($0.capturedName, $0) }
            .filter { names.insert($0.name).inserted }
    }

    // MARK: As text

    package var json: JSONValue {
        var objects: [String: JSONValue] = [:]
        for (name, kind) in Self.kinds {
            let entries = Self.entries(kind, in: world)
            if !entries.isEmpty { objects[name] = .array(entries) }
        }
        return [
            "format": .string(CaptureFormat.name), "kind": .string(C.Primary.resource.kind),
            "namespace": .string(primary.metadata.namespace), "name": .string(primary.metadata.name),
            "time": .string(time.rfc3339Micro), "configuration": CaptureFormat.json(world.configuration),
            "objects": .object(objects), "facts": .array(facts),
        ]
    }

    /// Objects that could not be read stand as their metadata only.
    private static func entries<Object: CapturedObject>(_ kind: Object.Type, in world: World) -> [JSONValue] {
        world[kind].entries().sorted { $0.key < $1.key }.map { _, entry in
            switch entry {
            case .object(let object): object.captured
            case .unreadable(let metadata, let error):
                ["metadata": metadata.captured, "unreadable": .string(error.reason)]
            }
        }
    }

    /// What the plan asks for, known or not, and what else is known.
    private var facts: [JSONValue] {
        Set(plan.wants).union(world.knownQuestions).compactMap { $0.question as? any CapturedQuestion }
            .map { $0.entry(in: world) }.sorted { $0.canonicalText < $1.canonicalText }
    }

    // MARK: Reading

    /// Reads what `json` wrote; the reason says which part is something else.
    package init(json: JSONValue) throws(CaptureError) {
        try CaptureFormat.check(json)
        guard let time = json["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) else {
            throw CaptureError(reason: "time is no instant")
        }
        var world = World(configuration: CaptureFormat.configuration(json["configuration"] ?? [:]))
        for (name, kind) in Self.kinds {
            for (index, object) in (json.at("objects", name)?.arrayValue ?? []).enumerated() {
                do throws(JSONError) {
                    try Self.read(kind, object, into: &world)
                } catch {
                    throw CaptureError(reason: "objects.\(name)[\(index)]: \(error.path) \(error.reason)")
                }
            }
        }
        let questions = C.contract.facts.compactMap { $0 as? any CapturedQuestion.Type }
        for (index, fact) in (json["facts"]?.arrayValue ?? []).enumerated() {
            let name = fact["name"]?.stringValue
            guard let question = questions.first(where: { $0.name == name }), question.read(fact, into: &world) else {
                throw CaptureError(reason: "facts[\(index)] is none that is known")
            }
        }
        let key = ObjectKey(
            namespace: json["namespace"]?.stringValue ?? "", name: json["name"]?.stringValue ?? "")
        guard let primary = world[C.Primary.self].object(key) else {
            throw CaptureError(reason: "there is no \(C.Primary.resource.kind) \(key) among its objects")
        }
        self.primary = primary
        self.time = time
        self.world = world
    }

    private static func read<Object: CapturedObject>(
        _ kind: Object.Type, _ json: JSONValue, into world: inout World
    ) throws(JSONError) {
        var scanner = JSONScanner(json.canonicalBytes)
        if let reason = json["unreadable"]?.stringValue {
            let metadata = try ObjectMetadata.ofObject(&scanner)
            world[kind][metadata.key] = .unreadable(metadata, JSONError(offset: 0, reason: reason))
        } else {
            let object = try Object(from: &scanner)
            world[kind][object.key] = .object(object)
        }
    }
}

/// Why a text is no capture.
package struct CaptureError: Error, Equatable, Sendable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}
