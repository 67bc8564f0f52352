// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// Our own kinds: what the runtime needs of every one of them to write a status.
package protocol CustomResource: KubernetesObject {
    /// The status as the API has it, nil when there is none; what a new status is compared with.
    var observedStatus: JSONValue? { get }
    /// The conditions in that status.
    var conditions: [Condition] { get }
}

/// One pure function a kind: everything the operator decides about a primary object. It keeps no state and does no IO.
package protocol Controller {
    associatedtype Primary: CustomResource
    static var contract: Contract { get }
    /// Decides for one primary; the same arguments always give the same plan.
    static func plan(_ primary: Primary, in world: World, at now: Timestamp) -> Plan
}

/// A controller without a primary object: it plans over everything at once, under one key.
package protocol SingletonController {
    static var name: String { get }
    static var contract: Contract { get }
    static func plan(in world: World, at now: Timestamp) -> Plan
}
