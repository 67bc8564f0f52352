// SPDX-License-Identifier: Apache-2.0

/// How a string is written so that readers of YAML 1.1 and 1.2 both read that string again.
enum YAMLScalar {
    /// On one line: plain where that is safe, else in single quotes, else in double quotes with escapes.
    static func inline(_ text: String) -> String {
        if isSafePlain(text) { return text }
        if text.unicodeScalars.allSatisfy(isPrintable) {
            return "'" + text.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
        }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    /// As a literal block (`|`), nil where the text has one line or a form that blocks cannot carry exactly.
    static func literal(_ text: String) -> (header: String, lines: [Substring])? {
        guard text.utf8.contains(UInt8(ascii: "\n")) else { return nil }
        guard text.unicodeScalars.allSatisfy({ isPrintable($0) || $0 == "\n" || $0 == "\t" }) else { return nil }
        let endsLine = text.utf8.last == UInt8(ascii: "\n")
        let body = endsLine ? text.unicodeScalars.dropLast() : text.unicodeScalars[...]
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
        // An empty or indented first line needs an indentation indicator, an empty last line "keep"; quotes are
        // plainer.
        guard let first = lines.first?.utf8.first, first != 0x20, first != 0x09 else { return nil }
        guard let last = lines.last, !last.isEmpty else { return nil }
        guard lines.allSatisfy({ line in line.isEmpty || !line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } }) else {
            return nil
        }
        return (endsLine ? "|" : "|-", lines)
    }

    /// A JSON number that YAML 1.1 readers see as a number too: they want a point before an exponent, and its sign.
    static func number(_ text: String) -> String {
        guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return text }
        var mantissa = text[..<mark]
        var exponent = text[text.index(after: mark)...]
        if !mantissa.contains(".") { mantissa += ".0" }
        if exponent.first != "-", exponent.first != "+" { exponent = "+" + exponent }
        return "\(mantissa)e\(exponent)"
    }

    // MARK: Plain

    /// Deliberately narrow: ASCII, nothing that any reader takes for a number, a date, a bool, null or syntax.
    private static func isSafePlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        guard isAlphanumeric(first) || "/_$(".utf8.contains(first), last != 0x20, last != UInt8(ascii: ":") else {
            return false
        }
        var previous: UInt8 = 0
        for byte in text.utf8 {
            guard byte >= 0x20, byte < 0x7F else { return false }
            if byte == 0x20, previous == UInt8(ascii: ":") { return false }
            if byte == UInt8(ascii: "#"), previous == 0x20 { return false }
            previous = byte
        }
        return !reserved.contains(text.lowercased()) && !looksNumeric(text)
    }

    private static let reserved: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null",
    ]

    /// Integers in any base, floats, sexagesimals (`1:30`), dates; rather too many than one too few.
    private static func looksNumeric(_ text: String) -> Bool {
        guard let first = text.utf8.first, isDigit(first) else { return false }
        return text.utf8.allSatisfy { isDigit($0) || "abcdefABCDEFxXoO_.:+-TtZz ".utf8.contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    // MARK: Quoted

    /// What both versions let stand unescaped, line breaks and tabs aside.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            if isPrintable(scalar) { return String(scalar) }
            let hex = String(scalar.value, radix: 16, uppercase: true)
            return "\\u" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
        }
    }
}
