// SPDX-License-Identifier: Apache-2.0

/// Asked by the transport at the moment it puts a request on a connection, so also after a wait in its queue.
///
/// The answer is the time that is left for the request; nil holds it back (`TransportError.refused`).
package struct SendPermission: Sendable {
    package let timeLeft: @Sendable () -> Duration?

    package init(timeLeft: @escaping @Sendable () -> Duration?) { self.timeLeft = timeLeft }
}

extension SendPermission: Equatable {
    /// It is no part of what is sent, so requests that differ in it only are equal.
    package static func == (left: SendPermission, right: SendPermission) -> Bool { true }
}
