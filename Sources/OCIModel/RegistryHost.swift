// SPDX-License-Identifier: Apache-2.0

/// Checks of a registry's host with its optional port.
package enum RegistryHost {
    /// A DNS name, an IPv4 address or an IPv6 address in brackets, then an optional `:port` of 1 to 65535.
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8[...]
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = bytes[bytes.index(after: bytes.startIndex)..<close]
            let colons = address.count { $0 == UInt8(ascii: ":") }
            guard (2...7).contains(colons), address.count <= 39,
                address.allSatisfy({ $0.isHex || $0 == UInt8(ascii: ":") })
            else { return false }
            let rest = bytes[bytes.index(after: close)...]
            return rest.isEmpty || (rest.first == UInt8(ascii: ":") && isPort(rest.dropFirst()))
        }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2, host.count <= 253 else { return false }
        if parts.count == 2, !isPort(parts[1]) { return false }
        return host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(isLabel)
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard let first = label.first, let last = label.last, first.isAlphanumeric, last.isAlphanumeric else {
            return false
        }
        return label.count <= 63 && label.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
    }

    private static func isPort(_ digits: Substring.UTF8View) -> Bool {
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isDigit) else { return false }
        let port = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (1...65_535).contains(port)
    }
}
