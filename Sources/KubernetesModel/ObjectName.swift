// SPDX-License-Identifier: Apache-2.0

/// What objects may be called.
package enum ObjectName {
    /// Whether it is a DNS subdomain (RFC 1123), as most kinds demand of their names: 1 to 253 of `a-z 0-9 - .`, every part
    /// beginning and ending with a letter or digit.
    package static func isSubdomain(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
                guard let first = part.first, let last = part.last else { return false }
                return first != dash && last != dash && part.allSatisfy(isAllowed)
            }
    }

    /// Whether it is a key of a label: an optional subdomain and a slash, then a name of 1 to 63 characters.
    package static func isQualifiedName(_ key: String) -> Bool {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, parts.count <= 2, !name.isEmpty, isLabelValue(String(name)) else { return false }
        return parts.count == 1 || isSubdomain(String(parts[0]))
    }

    /// Whether it is the value of a label: empty, or up to 63 of `A-Z a-z 0-9 - _ .`, beginning and ending with a letter or digit.
    package static func isLabelValue(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return true }
        return text.utf8.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte != dash && isAllowed(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static let dash = UInt8(ascii: "-")

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), dash: true
        default: false
        }
    }
}
