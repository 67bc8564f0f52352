// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPTransport
import NIOPosix

/// Finds the addresses of a name by the machine's own rules, on a thread that may wait.
package enum HostResolver {
    /// - Returns: addresses without repetition; empty when the name has none, or nobody answers.
    package static func addresses(of name: String) async -> [IPAddress] {
        do {
            return try await NIOThreadPool.singleton.runIfActive { lookUp(name) }
        } catch {
            return []
        }
    }

    private static func lookUp(_ name: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0, let first = list else { return [] }
        defer { freeaddrinfo(first) }
        var found: [IPAddress] = []
        for entry in sequence(first: first, next: { $0.pointee.ai_next }) {
            guard let raw = entry.pointee.ai_addr, let address = address(raw, family: entry.pointee.ai_family) else {
                continue
            }
            if !found.contains(address) { found.append(address) }
        }
        return found
    }

    private static func address(_ raw: UnsafeMutablePointer<sockaddr>, family: Int32) -> IPAddress? {
        switch family {
        case AF_INET:
            raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { socket in
                withUnsafeBytes(of: socket.pointee.sin_addr) { IPAddress(bytes: Array($0)) }
            }
        case AF_INET6:
            raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { socket in
                withUnsafeBytes(of: socket.pointee.sin6_addr) { IPAddress(bytes: Array($0)) }
            }
        default: nil
        }
    }
}
