// SPDX-License-Identifier: Apache-2.0

extension ByteView {
    /// An error at `index`; with `found`, what stands there is added.
    @inline(never) func unexpected(at index: Int, _ expectation: String, found: Bool = false) -> JSONError {
        if index >= end { return JSONError(offset: end, reason: "\(expectation), but the document ends here") }
        return JSONError(offset: index, reason: found ? "\(expectation), found \(described(self[index]))" : expectation)
    }

    @inline(never) func controlCharacter(at index: Int) -> JSONError {
        if index >= end { return JSONError(offset: end, reason: "a string is not closed, the document ends here") }
        return JSONError(offset: index, reason: "\(described(self[index])) must be escaped in a string")
    }

    private func described(_ byte: UInt8) -> String {
        switch byte {
        case 0x21..<0x7F: "'\(Character(Unicode.Scalar(byte)))'"
        default: "the byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
        }
    }

    /// What kind of value starts at `index`, for messages.
    @inline(never) func kind(at index: Int) -> String {
        switch self[index] {
        case UInt8(ascii: "\""): "a string"
        case UInt8(ascii: "{"): "an object"
        case UInt8(ascii: "["): "an array"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): "a boolean"
        case UInt8(ascii: "n"): "null"
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): "a number"
        default: index >= end ? "the end of the document" : described(self[index])
        }
    }
}

extension JSONError {
    static func tooDeep(at offset: Int, _ maximum: Int) -> JSONError {
        JSONError(offset: offset, reason: "more than \(maximum) objects and arrays inside each other")
    }
}
