// SPDX-License-Identifier: Apache-2.0

/// The grammar of RFC 8259, walked without keeping anything.
extension ByteView {
    @inline(__always) func skipSpace(_ index: inout Int) {
        // Compact documents have no space at all: one comparison decides.
        while self[index] <= 0x20 {
            switch self[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index &+= 1
            default: return
            }
        }
    }

    /// From the byte after the opening quote to the one after the closing quote.
    @inline(__always) func skipString(_ index: inout Int, hasEscapes: inout Bool) throws(JSONError) {
        while true {
            while let word = word(at: index) {
                let marks = Self.marks(in: word)
                if marks != 0 {
                    index &+= marks.trailingZeroBitCount >> 3
                    break
                }
                index &+= 8
            }
            switch self[index] {
            case UInt8(ascii: "\""):
                index &+= 1
                return
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape(&index)
            case 0..<0x20: throw controlCharacter(at: index)
            default: index &+= 1
            }
        }
    }

    /// The high bit of each byte that ends a plain run: a quote, a backslash or a control character.
    ///
    /// A borrow can mark a byte above a true mark too, never below it, and only the lowest mark is used.
    @inline(__always) private static func marks(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word)
        return found & highs
    }

    private func skipEscape(_ index: inout Int) throws(JSONError) {
        switch self[index &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            index &+= 2
        case UInt8(ascii: "u"):
            guard hexadecimal(at: index &+ 2) != nil else {
                throw unexpected(at: index, "expected four hexadecimal digits after \\u")
            }
            index &+= 6
        default: throw unexpected(at: index &+ 1, "expected an escape", found: true)
        }
    }

    /// The value of four hexadecimal digits.
    func hexadecimal(at index: Int) -> UInt32? {
        var value: UInt32 = 0
        for place in 0..<4 {
            let digit = self[index &+ place]
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }

    @inline(__always) private func skipDigits(_ index: inout Int) -> Bool {
        let start = index
        while self[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
        return index > start
    }

    /// A number from its first byte; true when it has neither fraction nor exponent.
    @inline(__always) func skipNumber(_ index: inout Int) throws(JSONError) -> Bool {
        if self[index] == UInt8(ascii: "-") { index &+= 1 }
        if self[index] == UInt8(ascii: "0") {
            index &+= 1
            if self[index] &- UInt8(ascii: "0") < 10 { throw unexpected(at: index, "a number has no leading zeros") }
        } else if !skipDigits(&index) {
            throw unexpected(at: index, "expected a digit", found: true)
        }
        var isInteger = true
        if self[index] == UInt8(ascii: ".") {
            isInteger = false
            index &+= 1
            if !skipDigits(&index) { throw unexpected(at: index, "expected a digit after the point", found: true) }
        }
        if self[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index &+= 1
            if self[index] == UInt8(ascii: "+") || self[index] == UInt8(ascii: "-") { index &+= 1 }
            if !skipDigits(&index) { throw unexpected(at: index, "expected a digit in the exponent", found: true) }
        }
        return isInteger
    }

    /// `true`, `false` or `null`, whose first byte was seen.
    func skipWord(_ index: inout Int, _ word: StaticString) throws(JSONError) {
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        for (place, byte) in expected.enumerated() where self[index &+ place] != byte {
            throw unexpected(at: index, "expected a value (\(word)?)")
        }
        index &+= expected.count
    }
}
