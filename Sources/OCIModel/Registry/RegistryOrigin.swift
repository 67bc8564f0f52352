// SPDX-License-Identifier: Apache-2.0

/// Scheme, host and port of a server.
package struct RegistryOrigin: Hashable, Sendable {
    package let isPlainHTTP: Bool
    /// Host and optional port, in lower case.
    package let host: String

    package init(host: String, isPlainHTTP: Bool) {
        self.host = host.lowercased()
        self.isPlainHTTP = isPlainHTTP
    }

    package func url(_ path: String) -> String { (isPlainHTTP ? "http://" : "https://") + host + path }

    /// Docker Hub's registry has another name than its images.
    package static func standard(for registry: String) -> RegistryOrigin {
        RegistryOrigin(host: registry == "docker.io" ? "registry-1.docker.io" : registry, isPlainHTTP: false)
    }

    /// True for a host that no answer of a registry may send us to: an address of this machine, of a private network or of a
    /// cloud's metadata service, and names that only a network's inside knows. What a public name resolves to is the
    /// transport's to check.
    package var isInside: Bool {
        let name = hostName
        if let address = IPv4Address(name) { return address.isInside }
        // Of IPv6, only a few kinds are left to the outside; names of addresses that embed an IPv4 one among them.
        if name.hasPrefix("[") { return true }
        // A name that ends in a number is an address in some other writing (127.1, 0x7f.1, 2130706433).
        guard let last = name.split(separator: ".").last, last.utf8.first?.isDigit != true else { return true }
        return !name.contains(".") || ["localhost", "local", "internal", "cluster", "svc"].contains(String(last))
    }

    /// Without the port.
    private var hostName: String {
        if host.hasPrefix("[") { return String(host.prefix { $0 != "]" }) }
        return String(host.prefix { $0 != ":" })
    }
}

/// Four numbers with dots.
private struct IPv4Address {
    let bytes: [UInt8]

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        bytes = parts.compactMap { UInt8($0) }
        guard parts.count == 4, bytes.count == 4 else { return nil }
    }

    /// RFC 6890: this host, private, shared, loopback, link-local, reserved, multicast.
    var isInside: Bool {
        switch (bytes[0], bytes[1]) {
        case (0, _), (10, _), (127, _), (224..., _): true
        case (100, 64...127), (169, 254), (172, 16...31), (192, 168), (198, 18...19): true
        case (192, 0): bytes[2] == 0
        default: false
        }
    }
}

/// An absolute `http` or `https` URL, or what a server's header gives in its place, taken apart.
package struct RegistryLocation: Hashable, Sendable {
    package let origin: RegistryOrigin
    /// Path and query, with a leading slash.
    package let path: String

    package static let limit = 4_096

    package var url: String { origin.url(path) }

    /// Reads an absolute URL, or one that is relative to `base`. Nil for what is none: other schemes, user names, white
    /// space, anything outside ASCII, more than 4,096 bytes.
    package init?(_ text: String, relativeTo base: RegistryLocation? = nil) {
        guard (1...Self.limit).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        let text = text.prefix { $0 != "#" }
        for (scheme, isPlainHTTP) in [("https://", false), ("http://", true)] {
            guard text.prefix(scheme.count).lowercased() == scheme else { continue }
            let rest = text.dropFirst(scheme.count)
            let host = rest.prefix { $0 != "/" && $0 != "?" }
            guard RegistryHost.isValid(String(host)) else { return nil }
            origin = RegistryOrigin(host: Self.withoutStandardPort(String(host), isPlainHTTP), isPlainHTTP: isPlainHTTP)
            let path = rest.dropFirst(host.count)
            self.path = path.hasPrefix("/") ? String(path) : "/" + String(path)
            return
        }
        guard let base, !text.hasPrefix("//"), !text.hasPrefix("\\") else { return nil }
        origin = base.origin
        if text.hasPrefix("/") {
            path = String(text)
        } else if text.hasPrefix("?") {
            path = String(base.path.prefix { $0 != "?" }) + String(text)
        } else {
            // A scheme of another kind has a colon before any slash.
            guard !text.prefix(while: { $0 != "/" && $0 != "?" }).contains(":") else { return nil }
            let folder = base.path.prefix { $0 != "?" }
            guard let slash = folder.lastIndex(of: "/") else { return nil }
            path = String(folder[...slash]) + String(text)
        }
    }

    package init(_ origin: RegistryOrigin, _ path: String) {
        self.origin = origin
        self.path = path
    }

    private static func withoutStandardPort(_ host: String, _ isPlainHTTP: Bool) -> String {
        let port = isPlainHTTP ? ":80" : ":443"
        return host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
    }
}
