// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Writes random legal documents with random white space, escapes and number forms.
struct DocumentGenerator {
    var generator: SeededGenerator
    private var left = 0

    init(generator: SeededGenerator) { self.generator = generator }

    mutating func document(size: Int = 40) -> [UInt8] {
        left = size
        return space() + value(depth: 0) + space()
    }

    private mutating func chance(_ parts: Int) -> Bool { Int.random(in: 0..<parts, using: &generator) == 0 }

    private mutating func space() -> [UInt8] {
        chance(3) ? bytes([" ", "\n", "\t\r", "  \n "].randomElement(using: &generator)!) : []
    }

    private mutating func value(depth: Int) -> [UInt8] {
        left -= 1
        let kind = Int.random(in: 0..<(left > 0 && depth < 12 ? 10 : 6), using: &generator)
        switch kind {
        case 0: return bytes("null")
        case 1: return bytes(Bool.random(using: &generator) ? "true" : "false")
        case 2, 3: return number()
        case 4, 5: return string()
        case 6, 7:
            var text = bytes("[") + space()
            for index in 0..<Int.random(in: 0...4, using: &generator) {
                if index > 0 { text += bytes(",") + space() }
                text += value(depth: depth + 1) + space()
            }
            return text + bytes("]")
        default:
            var text = bytes("{") + space()
            for index in 0..<Int.random(in: 0...4, using: &generator) {
                if index > 0 { text += bytes(",") + space() }
                text += string() + space() + bytes(":") + space() + value(depth: depth + 1) + space()
            }
            return text + bytes("}")
        }
    }

    private mutating func number() -> [UInt8] {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes(String(Int64.random(in: .min ... .max, using: &generator)))
        case 1: bytes(String(Int.random(in: -100...100, using: &generator)))
        case 2: bytes(String(Double.random(in: -1e6...1e6, using: &generator)))
        case 3: bytes("\(Int.random(in: 0...9, using: &generator))e\(Int.random(in: -30...30, using: &generator))")
        default:
            bytes("-0.\(Int.random(in: 0...99_999, using: &generator))E+\(Int.random(in: 0...20, using: &generator))")
        }
    }

    private mutating func string() -> [UInt8] {
        let pieces = [
            "a", "name", "xyzzy plugh, a longer piece of text", "\\n", "\\\\", "\\\"", "\\/", "\\u0041", "\\u00e9",
            "\\ud83d\\ude00",
            "\\u0000", "é", "漢字", "😀", "\u{7F}", "{", "]", ":", "\\t", "0", " ",
        ]
        var text = bytes("\"")
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            text += bytes(pieces.randomElement(using: &generator)!)
        }
        return text + bytes("\"")
    }
}
