// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// One pure function a kind: everything the operator decides about a primary object. It keeps no state and does no IO.
package protocol Controller {
    associatedtype Primary: CustomResource
    static var contract: Contract { get }
    /// Decides for one primary; the same arguments always give the same plan.
    static func plan(_ primary: Primary, in world: World, at now: Timestamp) -> Plan
    /// True when what happens in a namespace can change the plan of a primary of the root namespace. What happens in its own
    /// namespace, or concerns no namespace, always can.
    static func looks(_ primary: Primary, into namespace: String, of world: World) -> Bool
    /// The part of the world that gives the same plan, the primary in it, and no more than who may read the primary's namespace
    /// may see; nil for a controller whose plans cannot be captured.
    static func slice(of world: World, for primary: Primary, at now: Timestamp) -> World?
}

extension Controller {
    package static func looks(_ primary: Primary, into namespace: String, of world: World) -> Bool { true }
    package static func slice(of world: World, for primary: Primary, at now: Timestamp) -> World? { nil }
}

/// A controller without a primary object: it plans over everything at once, under one key.
package protocol SingletonController {
    static var name: String { get }
    static var contract: Contract { get }
    static func plan(in world: World, at now: Timestamp) -> Plan
}
