// SPDX-License-Identifier: Apache-2.0

/// Why a sandbox could not start or go on.
package enum SandboxError: Error, Equatable, Sendable {
    /// A file of the state folder could not be read or written.
    case state(path: String, reason: String)
    /// Another sandbox works with this folder.
    case inUse(path: String)
    case certificates(step: Int)
    case cannotListen(address: String, reason: String)
    /// What `--apply` named could not be read or was refused.
    case manifest(place: String, reason: String)
}
