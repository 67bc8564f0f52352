// SPDX-License-Identifier: Apache-2.0

/// Where a server listens: `:8080`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// nil means every address of this machine.
    package let host: String?
    /// 0 lets the system choose.
    package let port: Int
    package let description: String

    package init(_ text: String) throws(ProbeServerError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw .badAddress(text)
        }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw .badAddress(text)
        }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .badAddress(text) }
        self.host = host.isEmpty ? nil : String(host)
        self.port = Int(port)
        description = text
    }

    /// What to try in order: every address means IPv6 with IPv4, or IPv4 alone where the kernel has no IPv6.
    var candidates: [String] { host.map { [$0] } ?? ["::", "0.0.0.0"] }
}
