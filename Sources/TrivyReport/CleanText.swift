// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// Text from an image, a database or a scanner is hostile: it ends up in terminals, logs and notifications.
package enum CleanText {
    /// Without control and format characters (escape sequences, bidirectional overrides) and line separators.
    package static func stripped(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter(isVisible)))
    }

    /// With control and format characters written as `\u{1B}`; line feeds stay, carriage returns become them.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", "\r": result.unicodeScalars.append("\n")
            case "\t": result += "    "
            case _ where isVisible(scalar): result.unicodeScalars.append(scalar)
            default: result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}

extension JSONScanner {
    /// A string of which at most `bytes` bytes are kept, cleaned; `null` is empty.
    mutating func readText(upTo bytes: Int) throws(JSONError) -> String {
        if try isNextNull() {
            try skipValue()
            return ""
        }
        return CleanText.stripped(try readString(upTo: bytes))
    }

    /// The same, nil when nothing is left of it.
    mutating func readOptionalText(upTo bytes: Int) throws(JSONError) -> String? {
        let text = try readText(upTo: bytes)
        return text.isEmpty ? nil : text
    }

    /// A number of things: never negative, and so small that sums of many cannot overflow.
    mutating func readCount() throws(JSONError) -> Int {
        let (offset, value) = (offset, try readInteger())
        guard (0...(1 << 40)).contains(value) else {
            throw JSONError(offset: offset, reason: "expected a count, found \(value)")
        }
        return Int(value)
    }
}
