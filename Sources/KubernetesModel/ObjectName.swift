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

    private static let dash = UInt8(ascii: "-")

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), dash: true
        default: false
        }
    }
}
