// SPDX-License-Identifier: Apache-2.0

/// The order of resource versions of one kind: decimal numbers of any length, otherwise only equality (KEP-5504).
package enum ResourceVersion {
    /// How one version stands to another.
    package enum Order: Equatable, Sendable {
        case older
        case same
        case newer
        /// At least one of the two is no decimal number and they differ.
        case unknown
    }

    /// How `version` stands to `other`.
    package static func order(of version: String, to other: String) -> Order {
        if version == other { return .same }
        guard isNumber(version), isNumber(other) else { return .unknown }
        let (length, otherLength) = (version.utf8.count, other.utf8.count)
        if length != otherLength { return length < otherLength ? .older : .newer }
        return version.utf8.lexicographicallyPrecedes(other.utf8) ? .older : .newer
    }

    /// True when a watch that has seen `seen` has certainly also seen `wanted`.
    package static func isReached(_ wanted: String, by seen: String) -> Bool {
        switch order(of: seen, to: wanted) {
        case .same, .newer: true
        case .older, .unknown: false
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "0") else { return false }
        return text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
}
