// SPDX-License-Identifier: Apache-2.0

/// What a credential is for, as a Docker configuration writes it: a host whose parts may be patterns, an exact port, the
/// beginning of a path.
///
/// `https://index.docker.io/v1/`, `registry.example.com:5000`, `*.example.com/team`
struct RegistryKey: Hashable, Sendable {
    /// Host, port and path, without scheme and API version. What is longer sorts before what it begins with.
    let text: String
    private let hostParts: [Substring]
    private let port: Substring
    /// Empty, or with its leading slash.
    private let path: Substring

    /// Longest key that is looked at.
    private static let textLimit = 1_024

    /// Nil for what is no URL of a registry.
    init?(_ written: String) {
        guard (1...Self.textLimit).contains(written.utf8.count), written.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        var rest = written[...]
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            break
        }
        // A query or fragment is no part of a registry's name.
        if let end = rest.firstIndex(where: { $0 == "#" || $0 == "?" }) { rest = rest[..<end] }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var authority = rest[..<slash]
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        var path = rest[slash...]
        if path.hasPrefix("/v1/") || path.hasPrefix("/v2/") { path = path.dropFirst(3) }
        if path == "/" { path = "" }
        // What no URL has in its host.
        guard !authority.utf8.contains(where: { "^`{}|\\%".utf8.contains($0) }),
            let (parts, port) = Self.split(authority)
        else { return nil }
        hostParts = parts
        self.port = port
        self.path = path
        text = String(authority + path)
    }

    /// Whether the key is one for an image: every part of the host matches, the port is the same, and the path begins so.
    func matches(_ image: ImageReference) -> Bool {
        guard let (parts, port) = Self.split(image.registry[...]), port == self.port, parts.count == hostParts.count,
            ("/" + image.repository).hasPrefix(path)
        else { return false }
        return zip(hostParts, parts).allSatisfy { HostPartPattern.matches($1, pattern: $0) }
    }

    /// The host's parts between dots, and the port, empty where there is none.
    private static func split(_ authority: Substring) -> (parts: [Substring], port: Substring)? {
        var (host, port) = (authority, Substring())
        // A colon inside of brackets is one of an IPv6 address.
        let hostEnd = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[hostEnd...].lastIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty, port.utf8.allSatisfy(\.isDigit) else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { return ([host.dropFirst().dropLast()], port) }
        return (host.split(separator: ".", omittingEmptySubsequences: false), port)
    }
}

/// Shell patterns for one part of a host name, as far as they can stand in one: `*` and `[a-z]`.
enum HostPartPattern {
    /// False also for a pattern that is none.
    static func matches(_ text: Substring, pattern: Substring) -> Bool {
        guard let elements = elements(of: Array(pattern.utf8)) else { return false }
        let text = Array(text.utf8)
        var (place, index) = (0, 0)
        // Where to go on when what follows the last star does not fit: the star takes one byte more.
        var retry: (place: Int, index: Int)?
        while place < text.count {
            if index < elements.count, case .star = elements[index] {
                retry = (place, index)
                index += 1
            } else if index < elements.count, elements[index].takes(text[place]) {
                place += 1
                index += 1
            } else if let last = retry {
                retry = (last.place + 1, last.index)
                place = last.place + 1
                index = last.index + 1
            } else {
                return false
            }
        }
        return elements[index...].allSatisfy { if case .star = $0 { true } else { false } }
    }

    private enum Element {
        case star
        case byte(UInt8)
        case oneOf([ClosedRange<UInt8>])

        func takes(_ byte: UInt8) -> Bool {
            switch self {
            case .star: false
            case .byte(let own): own == byte
            case .oneOf(let ranges): ranges.contains { $0.contains(byte) }
            }
        }
    }

    private static func elements(of pattern: [UInt8]) -> [Element]? {
        var elements: [Element] = []
        var index = 0
        while index < pattern.count {
            switch pattern[index] {
            case UInt8(ascii: "*"):
                elements.append(.star)
                index += 1
            case UInt8(ascii: "["):
                guard let (element, next) = characterClass(pattern, from: index + 1) else { return nil }
                elements.append(element)
                index = next
            case let byte:
                elements.append(.byte(byte))
                index += 1
            }
        }
        return elements
    }

    /// What stands between brackets, and what comes after them.
    private static func characterClass(_ pattern: [UInt8], from start: Int) -> (Element, Int)? {
        var index = start
        var ranges: [ClosedRange<UInt8>] = []
        while index < pattern.count {
            if pattern[index] == UInt8(ascii: "]"), !ranges.isEmpty {
                return (.oneOf(ranges), index + 1)
            }
            let low = pattern[index]
            var high = low
            index += 1
            if index + 1 < pattern.count, pattern[index] == UInt8(ascii: "-") {
                high = pattern[index + 1]
                index += 2
            }
            guard low != UInt8(ascii: "-"), low != UInt8(ascii: "]"), low <= high else { return nil }
            ranges.append(low...high)
        }
        return nil
    }
}
