// SPDX-License-Identifier: Apache-2.0

/// The name of an object's member, compared without making a String of it: `switch key { case "metadata": … }`.
///
/// Escapes are resolved before the comparison, so `"na\u006de"` is `name`. Names up to 32 bytes are held in place.
package struct JSONKey: Sendable, Equatable {
    @usableFromInline let count: Int
    @usableFromInline let words: (UInt64, UInt64, UInt64, UInt64)
    /// The bytes of a name that is too long for `words`.
    @usableFromInline let long: [UInt8]?

    /// The longest name that `words` holds.
    static let inPlace = 32

    /// The name as text; bytes that are not UTF-8 become U+FFFD.
    package var string: String {
        if let long { return String(decoding: long, as: UTF8.self) }
        return withUnsafeBytes(of: words) { String(decoding: $0.prefix(count), as: UTF8.self) }
    }

    /// Whether the name is `literal`, byte for byte.
    @inlinable package static func == (key: JSONKey, literal: StaticString) -> Bool {
        // Asking for the length of a literal that is kept as one scalar would trap.
        guard literal.hasPointerRepresentation else { return key.isScalar(literal.unicodeScalar) }
        return key.count == literal.utf8CodeUnitCount && key.hasBytes(at: literal.utf8Start)
    }

    /// Lets a `switch` over a key have string literals as its cases.
    @inlinable package static func ~= (literal: StaticString, key: JSONKey) -> Bool { key == literal }

    package static func == (left: JSONKey, right: JSONKey) -> Bool {
        left.count == right.count && left.words == right.words && left.long == right.long
    }

    @usableFromInline func isScalar(_ scalar: Unicode.Scalar) -> Bool { string.unicodeScalars.elementsEqual([scalar]) }

    /// Whether the `count` bytes at `other` are the name's.
    @usableFromInline func hasBytes(at other: UnsafePointer<UInt8>) -> Bool {
        let other = UnsafeBufferPointer(start: other, count: count)
        if let long { return long.elementsEqual(other) }
        return withUnsafeBytes(of: words) { mine in
            var index = 0
            while index < other.count, mine[index] == other[index] { index += 1 }
            return index == other.count
        }
    }
}

extension JSONKey {
    /// A name without escapes, `range` in `view`.
    init(_ view: ByteView, _ range: Range<Int>) {
        count = range.count
        if range.count > Self.inPlace {
            words = (0, 0, 0, 0)
            long = view.array(range)
        } else {
            words = view.words(at: range.lowerBound, count: range.count)
            long = nil
        }
    }

    /// A name whose escapes were resolved.
    init(resolved bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { JSONKey(ByteView($0, end: bytes.count), 0..<bytes.count) }
    }
}
