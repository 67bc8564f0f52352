// SPDX-License-Identifier: Apache-2.0

/// One challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1).
package struct AuthenticationChallenge: Hashable, Sendable {
    package enum Scheme: Hashable, Sendable {
        case bearer
        case basic
        /// Any other, in lower case (`negotiate`).
        case other(String)
    }

    package let scheme: Scheme
    /// Names in lower case; the first of a repeated name stands.
    package let parameters: [String: String]

    package var realm: String? { parameters["realm"] }
    package var service: String? { parameters["service"] }
    package var scope: String? { parameters["scope"] }

    /// All challenges of a header's value, in order; what cannot be read ends the list. Never more than eight.
    package static func parse(_ header: String) -> [AuthenticationChallenge] {
        var reader = ChallengeReader(bytes: Array(header.utf8.prefix(8_192)))
        var challenges: [AuthenticationChallenge] = []
        while challenges.count < 8, let challenge = reader.challenge() { challenges.append(challenge) }
        return challenges
    }
}

private struct ChallengeReader {
    let bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func challenge() -> AuthenticationChallenge? {
        skip { $0 == UInt8(ascii: ",") || Self.isSpace($0) }
        guard let name = token() else { return nil }
        var parameters: [String: String] = [:]
        while true {
            let start = index
            skip { $0 == UInt8(ascii: ",") || Self.isSpace($0) }
            guard let key = token(), takeEquals(), let value = value() else {
                index = start
                break
            }
            if parameters[key.lowercased()] == nil { parameters[key.lowercased()] = value }
        }
        if parameters.isEmpty { skipToken68() }
        let scheme = name.lowercased()
        return AuthenticationChallenge(
            scheme: scheme == "bearer" ? .bearer : scheme == "basic" ? .basic : .other(scheme), parameters: parameters)
    }

    /// `Negotiate YII=`: credentials without a name, up to the next comma.
    private mutating func skipToken68() {
        skip { $0 != UInt8(ascii: ",") }
    }

    private mutating func takeEquals() -> Bool {
        skip(Self.isSpace)
        guard current == UInt8(ascii: "=") else { return false }
        index += 1
        skip(Self.isSpace)
        return true
    }

    private mutating func value() -> String? {
        guard current == UInt8(ascii: "\"") else { return token() }
        index += 1
        var text: [UInt8] = []
        while let byte = current {
            index += 1
            if byte == UInt8(ascii: "\"") { return String(validating: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), let escaped = current {
                text.append(escaped)
                index += 1
            } else {
                text.append(byte)
            }
        }
        return nil
    }

    private mutating func token() -> String? {
        let start = index
        skip(Self.isToken)
        return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
    }

    private mutating func skip(_ matches: (UInt8) -> Bool) {
        while let byte = current, matches(byte) { index += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// RFC 9110 `tchar`, and the few more that servers leave unquoted (`:` and `/` in a scope or URL).
    private static func isToken(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || "!#$%&'*+-.^_`|~:/".utf8.contains(byte)
    }
}
