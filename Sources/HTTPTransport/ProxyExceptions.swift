// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Hosts that are reached without a proxy, by the rules of Go's httpproxy, so that the operator and Trivy agree.
///
/// `name` is the name and its subdomains, `.name` or `*.name` the subdomains alone, `*` everything; addresses and networks
/// (`10.0.0.0/8`) match addresses; `:port` narrows an entry. This machine is always reached directly.
package struct ProxyExceptions: Sendable, Hashable {
    private var entries: [Entry] = []

    private struct Entry: Hashable {
        var rule: Rule
        var port: Int?
    }

    private enum Rule: Hashable {
        case everything
        case name(String, withItself: Bool)
        case network([UInt8], bits: Int)
    }

    package init(_ texts: [String]) { entries = texts.compactMap(Self.entry) }

    /// True when the host is to be reached directly.
    package func covers(host: String, port: Int) -> Bool {
        let host = host.lowercased()
        if host == "localhost" { return true }
        let address = Self.address(host)
        if let address, Self.isLoopback(address) { return true }
        return entries.contains { entry in
            guard entry.port == nil || entry.port == port else { return false }
            switch entry.rule {
            case .everything: return true
            case .name(let name, let withItself):
                return (withItself && host == name) || host.hasSuffix("." + name)
            case .network(let network, let bits):
                guard let address, address.count == network.count else { return false }
                return Self.agree(address, network, bits: bits)
            }
        }
    }

    private static func entry(_ text: String) -> Entry? {
        var text = text.lowercased()
        if text == "*" { return Entry(rule: .everything, port: nil) }
        if let slash = text.firstIndex(of: "/") {
            guard let network = address(String(text[..<slash])), let bits = Int(text[text.index(after: slash)...]),
                (0...network.count * 8).contains(bits)
            else { return nil }
            return Entry(rule: .network(network, bits: bits), port: nil)
        }
        var port: Int?
        // An IPv6 address has colons of its own; with a port it stands in brackets.
        if address(text) == nil, let colon = text.lastIndex(of: ":"),
            let number = Int(text[text.index(after: colon)...])
        {
            port = number
            text = String(text[..<colon])
        }
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        if let address = address(text) { return Entry(rule: .network(address, bits: address.count * 8), port: port) }
        if text.hasPrefix("*.") { text.removeFirst() }
        let withItself = !text.hasPrefix(".")
        let name = withItself ? text : String(text.dropFirst())
        return name.isEmpty ? nil : Entry(rule: .name(name, withItself: withItself), port: port)
    }

    /// The bytes of an IPv4 or IPv6 address; nil for a name.
    private static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }

    private static func isLoopback(_ address: [UInt8]) -> Bool {
        address.count == 4 ? address[0] == 127 : address == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static func agree(_ left: [UInt8], _ right: [UInt8], bits: Int) -> Bool {
        for index in 0..<left.count {
            let rest = bits - index * 8
            if rest <= 0 { return true }
            let mask: UInt8 = rest >= 8 ? 0xFF : ~(0xFF >> UInt8(rest))
            if left[index] & mask != right[index] & mask { return false }
        }
        return true
    }
}
