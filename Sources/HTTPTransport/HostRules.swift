// SPDX-License-Identifier: Apache-2.0

/// A list of hosts, by the rules of Go's httpproxy for NO_PROXY.
///
/// `name` is the name and its subdomains, `.name` or `*.name` the subdomains alone, `*` everything; addresses and networks
/// (`10.0.0.0/8`) match addresses; `:port` narrows an entry. What cannot be read matches nothing.
package struct HostRules: Sendable, Hashable {
    private var entries: [Entry] = []

    private struct Entry: Hashable {
        var rule: Rule
        var port: Int?
    }

    private enum Rule: Hashable {
        case everything
        case name(String, withItself: Bool)
        case network(IPAddress, bits: Int)
    }

    package init(_ texts: [String]) { entries = texts.compactMap(Self.entry) }

    /// - Parameter host: a name or an address, without brackets.
    package func match(host: String, port: Int) -> Bool {
        let host = host.lowercased()
        let address = IPAddress(host)
        return entries.contains { entry in
            guard entry.port == nil || entry.port == port else { return false }
            switch entry.rule {
            case .everything: return true
            case .name(let name, let withItself):
                return (withItself && host == name) || host.hasSuffix("." + name)
            case .network(let network, let bits): return address?.isIn(network, bits: bits) ?? false
            }
        }
    }

    private static func entry(_ text: String) -> Entry? {
        var text = text.lowercased()
        if text == "*" { return Entry(rule: .everything, port: nil) }
        if let slash = text.firstIndex(of: "/") {
            guard let network = IPAddress(String(text[..<slash])), let bits = Int(text[text.index(after: slash)...]),
                (0...network.bytes.count * 8).contains(bits)
            else { return nil }
            return Entry(rule: .network(network, bits: bits), port: nil)
        }
        var port: Int?
        // An IPv6 address has colons of its own; with a port it stands in brackets.
        if IPAddress(text) == nil, let colon = text.lastIndex(of: ":"),
            let number = Int(text[text.index(after: colon)...])
        {
            port = number
            text = String(text[..<colon])
        }
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        if let address = IPAddress(text) {
            return Entry(rule: .network(address, bits: address.bytes.count * 8), port: port)
        }
        if text.hasPrefix("*.") { text.removeFirst() }
        let withItself = !text.hasPrefix(".")
        let name = withItself ? text : String(text.dropFirst())
        return name.isEmpty ? nil : Entry(rule: .name(name, withItself: withItself), port: port)
    }
}
