// SPDX-License-Identifier: Apache-2.0

/// The name of content by its hash: `sha256:` and 64, or `sha512:` and 128, lower-case hexadecimal digits.
///
/// Source: OCI image specification, descriptor.md, "Digests" (registered algorithms).
package struct Digest: Hashable, Sendable, Comparable, LosslessStringConvertible {
    package enum Algorithm: String, Sendable, CaseIterable {
        case sha256
        case sha512

        /// Hexadecimal digits of one hash.
        package var hexLength: Int { self == .sha256 ? 64 : 128 }
    }

    package let algorithm: Algorithm
    /// Lower-case hexadecimal, exactly `algorithm.hexLength` digits.
    package let hex: String

    /// Nil when the length or a digit is wrong.
    package init?(_ algorithm: Algorithm, hex: String) {
        guard hex.utf8.count == algorithm.hexLength, hex.utf8.allSatisfy(\.isLowerHex) else { return nil }
        self.algorithm = algorithm
        self.hex = hex
    }

    /// Reads `sha256:…` or `sha512:…`; nil for anything else, other algorithms and upper-case digits included.
    package init?(_ text: String) {
        guard text.utf8.count <= 160, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let algorithm = Algorithm(rawValue: String(text[..<colon]))
        else { return nil }
        self.init(algorithm, hex: String(text[text.utf8.index(after: colon)...]))
    }

    package var description: String { "\(algorithm.rawValue):\(hex)" }

    /// The first twelve digits, for people.
    package var short: String { String(hex.prefix(12)) }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.algorithm == right.algorithm ? left.hex < right.hex : left.algorithm.rawValue < right.algorithm.rawValue
    }
}
