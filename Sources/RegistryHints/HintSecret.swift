// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials

/// What a sender of hints has to know: one secret, or two while one is replaced by another.
package struct HintSecret: Sendable {
    private let values: [Redacted<[UInt8]>]

    /// The shortest secret that is taken.
    package static let shortest = 16

    /// The lines of a file, without what surrounds them; nil when none is long enough to be one.
    package init?(file bytes: [UInt8]) {
        values = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).map(Self.trimmed)
            .filter { $0.count >= Self.shortest }.prefix(2).map { Redacted(Array($0)) }
        if values.isEmpty { return nil }
    }

    /// Whether `text` is one of them. How long that takes says nothing of where they differ.
    package func matches(_ text: some StringProtocol) -> Bool {
        let given = SHA256.hash(Array(text.utf8))
        return values.reduce(false) { found, value in
            Self.areEqual(SHA256.hash(value.exposed), given) || found
        }
    }

    /// Whether `signature` is the HMAC-SHA-256 (RFC 2104) of `body` with one of them.
    package func signed(_ body: [UInt8], _ signature: [UInt8]) -> Bool {
        values.reduce(false) { found, value in
            Self.areEqual(HMAC.sha256(body, key: value.exposed), signature) || found
        }
    }

    /// Looks at every byte, whatever it finds.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let first = line.first, first == 0x20 || first == 0x09 { line = line.dropFirst() }
        while let last = line.last, last == 0x20 || last == 0x09 { line = line.dropLast() }
        return line
    }
}
