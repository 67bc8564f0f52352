// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Our own kinds: what the runtime needs of every one of them to write a status.
package protocol CustomResource: KubernetesObject {
    /// The status as the API has it, nil when there is none; what a new status is compared with.
    var observedStatus: JSONValue? { get }
    /// The conditions in that status.
    var conditions: [Condition] { get }
}
