// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import Planning

/// What became of each write of a plan.
package struct ApplyReport: Sendable {
    /// What must have been seen by the watches before the same key is planned again.
    package var awaited: [WriteToken] = []
    /// Writes that did not happen, or whose outcome is unknown; the key is planned again after a back-off.
    package var failures: [WriteFailure] = []
    /// When to plan again because the API refused a write: soon, so that the refusal shows; later, to try once more.
    package var again: Duration?
    /// False as soon as one create or apply may not have happened.
    package var isComplete = true
    /// Requests that were sent.
    package var requests = 0

    package init() {}
}

/// One write that failed.
package struct WriteFailure: Sendable {
    package var reference: ObjectReference
    /// `create`, `apply`, `delete`, `status`.
    package var step: String
    /// For people; no secrets.
    package var message: String
}

/// A write of ours that the watches have yet to bring back.
package enum WriteToken: Hashable, Sendable {
    /// The watch of this object's kind must have come to this version.
    case version(ObjectReference, String)
    /// The object with this uid must be gone, or be marked as going.
    case gone(ObjectReference, uid: String)
}
