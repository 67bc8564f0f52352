// SPDX-License-Identifier: Apache-2.0

/// Why a look after an installation ended without what it is for.
package enum InstallationError: Error, Equatable, CustomStringConvertible {
    /// Things kept appearing.
    case isNotQuiet(removed: Int)
    /// The policy did not become ready; `seen` is what it said of itself.
    case isNotReady(seen: String)

    package var description: String {
        switch self {
        case .isNotQuiet(let removed): "\(removed) objects were removed and new ones kept appearing"
        case .isNotReady(let seen): "a new policy did not become ready: \(seen)"
        }
    }
}
