// SPDX-License-Identifier: Apache-2.0

/// Base64 (RFC 4648 section 4) with padding, one form for each content: what is not written exactly so is refused.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// As text.
    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: encode(bytes[...]), as: UTF8.self) }

    package static func encode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let left = bytes.endIndex - index
            let first = bytes[index]
            let second = left > 1 ? bytes[index + 1] : 0
            let third = left > 2 ? bytes[index + 2] : 0
            text.append(alphabet[Int(first >> 2)])
            text.append(alphabet[Int((first & 3) << 4 | second >> 4)])
            text.append(left > 1 ? alphabet[Int((second & 15) << 2 | third >> 6)] : padding)
            text.append(left > 2 ? alphabet[Int(third & 63)] : padding)
            index += min(3, left)
        }
        return text
    }

    /// nil when `text` is not what `encode` writes.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var index = text.startIndex
        while index < text.endIndex {
            let isLast = index + 4 == text.endIndex
            let pads = !isLast ? 0 : text[index + 3] != padding ? 0 : text[index + 2] != padding ? 1 : 2
            var group: UInt32 = 0
            for place in 0..<4 {
                let value = place >= 4 - pads ? 0 : values[Int(text[index + place])]
                if value == 0xFF { return nil }
                group = group << 6 | UInt32(value)
            }
            // Bits that padding cuts off must be zero.
            if pads == 1 && group & 0xFF != 0 || pads == 2 && group & 0xFFFF != 0 { return nil }
            bytes.append(UInt8(group >> 16 & 0xFF))
            if pads < 2 { bytes.append(UInt8(group >> 8 & 0xFF)) }
            if pads < 1 { bytes.append(UInt8(group & 0xFF)) }
            index += 4
        }
        return bytes
    }

    /// The same for text in which lines are broken: white space is ignored.
    package static func decode(ignoringSpaceIn text: String) -> [UInt8]? {
        decode(text.utf8.filter { !" \n\r\t".utf8.contains($0) }[...])
    }

    /// The alphabet for URLs (section 5), without padding.
    package static func encodeURL(_ bytes: [UInt8]) -> String {
        let text = encode(bytes[...]).filter { $0 != padding }.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil when `text` is not what `encodeURL` writes.
    package static func decodeURL(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == padding || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else {
            return nil
        }
        var standard = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while !standard.count.isMultiple(of: 4) { standard.append(padding) }
        return decode(standard[...])
    }
}
