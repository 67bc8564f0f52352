// SPDX-License-Identifier: Apache-2.0

/// A shell pattern: `*` stands for any text (slashes too), `?` for one character, everything else for itself.
///
/// Matching takes at most pattern times text steps, whatever the pattern.
package struct Glob: Hashable, Sendable {
    private let pattern: [UInt8]

    package init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    package func matches(_ text: String) -> Bool { matches(Array(text.utf8)) }

    /// Whether it stands for one text only.
    package var isLiteral: Bool { !pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } }

    /// The same as `matches` of a text, for many patterns over one text.
    package func matches(_ text: [UInt8]) -> Bool {
        var (place, index) = (0, 0)
        // Where the last star stood, and how much of the text it has taken so far.
        var (star, taken): (Int?, Int) = (nil, 0)
        while index < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                (star, taken) = (place, index)
                place += 1
            } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") {
                place += 1
                index += 1
                // The rest of a character of several bytes.
                while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
            } else if place < pattern.count, pattern[place] == text[index] {
                place += 1
                index += 1
            } else if let last = star {
                taken += 1
                (place, index) = (last + 1, taken)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
