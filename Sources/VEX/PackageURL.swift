// SPDX-License-Identifier: Apache-2.0

/// A package URL (purl-spec): `pkg:type/namespace/name@version?qualifiers#subpath`, of which all but the subpath says what
/// a statement is about.
package struct PackageURL: Hashable, Sendable {
    /// Lower case: `apk`, `pypi`, `oci`.
    package let type: String
    /// Empty when there is none.
    package let namespace: String
    package let name: String
    /// Empty when it stands for every version.
    package let version: String
    package let qualifiers: [String: String]

    package init(
        type: String, namespace: String = "", name: String, version: String = "", qualifiers: [String: String] = [:]
    ) {
        self.type = type.lowercased()
        self.namespace = Self.lowerCaseNamespaces.contains(self.type) ? namespace.lowercased() : namespace
        self.name = Self.normalized(name, type: self.type)
        self.version = version
        self.qualifiers = qualifiers
    }

    /// Longest text that is looked at.
    private static let byteLimit = 4_096
    /// Types whose names are the same in upper and lower case (purl-spec, types).
    private static let lowerCaseNames: Set<String> = [
        "alpm", "apk", "bitbucket", "bitnami", "composer", "deb", "github", "golang", "npm", "pypi",
    ]
    private static let lowerCaseNamespaces: Set<String> = [
        "alpm", "apk", "bitbucket", "composer", "deb", "github", "golang", "npm", "qpkg", "rpm",
    ]

    private static func normalized(_ name: String, type: String) -> String {
        guard lowerCaseNames.contains(type) else { return name }
        let lower = name.lowercased()
        return type == "pypi" ? String(lower.map { $0 == "_" ? "-" : $0 }) : lower
    }
}

extension PackageURL {
    /// Nil when the text is none.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.byteLimit, text.hasPrefix("pkg:") else { return nil }
        var rest = text.dropFirst("pkg:".count)
        if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
        var qualifiers: [String: String] = [:]
        if let question = rest.firstIndex(of: "?") {
            guard let read = Self.qualifiers(rest[rest.index(after: question)...]) else { return nil }
            qualifiers = read
            rest = rest[..<question]
        }
        // Slashes after the scheme are allowed and mean nothing.
        rest = rest.drop { $0 == "/" }
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let type = rest[..<slash]
        var name = rest[rest.index(after: slash)...]
        var namespace: Substring = ""
        if let last = name.lastIndex(of: "/") {
            namespace = name[..<last]
            name = name[name.index(after: last)...]
        }
        var version: Substring = ""
        if let at = name.lastIndex(of: "@") {
            version = name[name.index(after: at)...]
            name = name[..<at]
        }
        guard !type.isEmpty, let namespace = Self.decoded(namespace), let name = Self.decoded(name), !name.isEmpty,
            let version = Self.decoded(version)
        else { return nil }
        let trimmed = namespace.split(separator: "/").joined(separator: "/")
        self.init(type: String(type), namespace: trimmed, name: name, version: version, qualifiers: qualifiers)
    }

    private static func qualifiers(_ text: Substring) -> [String: String]? {
        var qualifiers: [String: String] = [:]
        for pair in text.split(separator: "&") {
            guard let equals = pair.firstIndex(of: "="), let value = decoded(pair[pair.index(after: equals)...]) else {
                return nil
            }
            if !value.isEmpty { qualifiers[pair[..<equals].lowercased()] = value }
        }
        return qualifiers
    }

    /// Without percent escapes; nil when one of them is none, or they make no UTF-8.
    static func decoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%") {
                guard index + 2 < source.count, let high = hexadecimal(source[index + 1]),
                    let low = hexadecimal(source[index + 2])
                else { return nil }
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// True when `other` is what this one speaks of: without a version it means every version, and each of its qualifiers
    /// must be there with the same value (OpenVEX, go-vex `PurlMatches`).
    package func covers(_ other: PackageURL) -> Bool {
        type == other.type && namespace == other.namespace && name == other.name
            && (version.isEmpty || version == other.version)
            && qualifiers.allSatisfy { other.qualifiers[$0.key] == $0.value }
    }
}
