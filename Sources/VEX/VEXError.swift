// SPDX-License-Identifier: Apache-2.0
import JSONScan

/// Why a text is no VEX document that can be read. It tells where, never what stands there: whoever sees the message may
/// not be allowed to read the text.
package enum VEXError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No JSON, by byte.
    case malformed(offset: Int)
    /// A member of another type than the format says.
    case unexpectedType(path: String)
    /// JSON, but neither OpenVEX nor CycloneDX.
    case unknownFormat
    /// A time that is none, by the statement's place.
    case invalidTime(path: String)
    case tooLarge(limit: Int)

    /// Without its path: the names of members may be anything.
    init(_ error: JSONError) { self = .malformed(offset: error.offset) }

    package var description: String {
        switch self {
        case .malformed(let offset): "it is no JSON from byte \(offset) on, or too deep"
        case .unexpectedType(let path): "\(path) has another type than the format says"
        case .unknownFormat: "it is neither OpenVEX (@context) nor CycloneDX (bomFormat)"
        case .invalidTime(let path): "\(path) is no RFC 3339 time"
        case .tooLarge(let limit): "it has more than \(limit) statements, products and components"
        }
    }
}
