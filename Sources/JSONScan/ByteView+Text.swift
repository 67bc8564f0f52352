// SPDX-License-Identifier: Apache-2.0

extension ByteView {
    /// The bytes of a string whose grammar was checked, escapes resolved; a lone surrogate becomes U+FFFD.
    func resolved(_ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = self[index]
            if byte == UInt8(ascii: "\\") {
                resolveEscape(&index, into: &bytes)
            } else {
                bytes.append(byte)
                index &+= 1
            }
        }
        return bytes
    }

    private func resolveEscape(_ index: inout Int, into bytes: inout [UInt8]) {
        let letter = self[index &+ 1]
        index &+= 2
        switch letter {
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            let unit = hexadecimal(at: index) ?? 0xFFFD
            index &+= 4
            bytes.append(contentsOf: Unicode.UTF8.encode(scalar(startingWith: unit, &index)) ?? Self.replacement)
        default: bytes.append(letter)
        }
    }

    /// The scalar of a UTF-16 unit, together with the low surrogate that follows a high one.
    private func scalar(startingWith unit: UInt32, _ index: inout Int) -> Unicode.Scalar {
        if (0xD800..<0xDC00).contains(unit), self[index] == UInt8(ascii: "\\"), self[index &+ 1] == UInt8(ascii: "u"),
            let low = hexadecimal(at: index &+ 2), (0xDC00..<0xE000).contains(low)
        {
            index &+= 6
            return Unicode.Scalar(0x10000 &+ (unit &- 0xD800) << 10 &+ (low &- 0xDC00)) ?? "\u{FFFD}"
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private static let replacement = Unicode.UTF8.encodedReplacementCharacter

    /// The value of an integer literal; nil when it does not fit 64 bits.
    @inline(__always) func integer(_ range: Range<Int>) -> Int64? {
        var index = range.lowerBound
        let isNegative = self[index] == UInt8(ascii: "-")
        if isNegative { index &+= 1 }
        // Towards the negative side, which reaches one further.
        var value: Int64 = 0
        while index < range.upperBound {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, underflow) = scaled.subtractingReportingOverflow(Int64(self[index] &- UInt8(ascii: "0")))
            if overflow || underflow { return nil }
            value = next
            index &+= 1
        }
        if isNegative { return value }
        return value == .min ? nil : 0 - value
    }

    func string(_ range: Range<Int>) -> String { String(decoding: slice(range), as: UTF8.self) }
}
