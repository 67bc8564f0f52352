// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Planning

/// A controller of either form, as the dispatcher runs it: the one place where the primary's type is forgotten.
package struct AnyController: Sendable {
    /// The kind's lower-case name, or the singleton's; a label of metrics and logs.
    package let name: String
    package let contract: Contract
    /// Nil for a singleton.
    package let primary: (any CustomResource.Type)?
    private let pass: @Sendable (ObjectKey, World, Timestamp) -> Pass
    private let look: @Sendable (ObjectKey, String, World) -> Bool

    /// What there is to carry out for one key.
    package enum Pass: Sendable {
        /// The primary is gone, or going: nothing to do.
        case nothing
        /// The primary could not be read.
        case unreadable(ObjectReference, ObjectMetadata, JSONError)
        /// A plan; the primary is nil for a singleton.
        case planned(Plan, primary: PrimaryState?)
    }

    /// What the interpreter needs to know of a primary to write its status.
    package struct PrimaryState: Sendable {
        package var reference: ObjectReference
        package var metadata: ObjectMetadata
        package var observedStatus: JSONValue?
        package var conditions: [Condition]
        /// Writes down what the plan looked at.
        package var capture: @Sendable () -> JSONValue? = { nil }
    }

    package init<C: Controller & SendableMetatype>(_ controller: C.Type) {
        name = C.Primary.resource.kind.lowercased()
        contract = C.contract
        primary = C.Primary.self
        look = { key, namespace, world in
            guard let object = world[C.Primary.self].object(key) else { return true }
            return C.looks(object, into: namespace, of: world)
        }
        pass = { key, world, now in
            switch world[C.Primary.self][key] {
            case nil: return .nothing
            case .unreadable(let metadata, let error):
                return .unreadable(ObjectReference(C.Primary.resource, key), metadata, error)
            case .object(let object):
                if object.metadata.isBeingDeleted { return .nothing }
                let state = PrimaryState(
                    reference: object.reference, metadata: object.metadata, observedStatus: object.observedStatus,
                    conditions: object.conditions, capture: { Capture<C>(object, in: world, at: now)?.json })
                return .planned(C.plan(object, in: world, at: now), primary: state)
            }
        }
    }

    /// - Parameter witness: shown the world of every pass, before the plan; it cannot change either.
    package init<C: SingletonController & SendableMetatype>(
        singleton controller: C.Type, witness: @escaping @Sendable (World) -> Void = { _ in }
    ) {
        name = C.name
        contract = C.contract
        primary = nil
        look = { _, _, _ in true }
        pass = { _, world, now in
            witness(world)
            return .planned(C.plan(in: world, at: now), primary: nil)
        }
    }

    /// Everything it reads: what its contract names, and its primaries.
    package var reads: [WatchedKind] { contract.reads + (primary.map { [WatchedKind($0)] } ?? []) }

    /// True when what happens in a namespace can change the plan of a primary of the root namespace.
    func looks(_ key: ObjectKey, into namespace: String, of world: World) -> Bool { look(key, namespace, world) }

    /// Plans for one key; synchronous and pure.
    package func plan(_ key: ObjectKey, in world: World, at now: Timestamp) -> Pass { pass(key, world, now) }
}
