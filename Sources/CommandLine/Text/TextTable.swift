// SPDX-License-Identifier: Apache-2.0
import TrivyReport

/// A table as kubectl prints it: titles in capitals, three spaces between columns, nothing behind the last.
package struct TextTable: Sendable {
    /// What stands in one place. Text from a cluster or an image is hostile; what could move a cursor is taken out.
    package struct Cell: Sendable, ExpressibleByStringLiteral {
        let text: String
        let ink: Ink?

        package init(_ text: String, ink: Ink? = nil) {
            self.text = Self.clean(text)
            self.ink = ink
        }

        package init(_ number: Int, ink: Ink? = nil) { self.init(String(number), ink: number > 0 ? ink : nil) }
        package init(stringLiteral value: String) { self.init(value) }

        private static func clean(_ text: String) -> String {
            let oneLine = text.contains(where: \.isNewline) ? String(text.map { $0.isNewline ? " " : $0 }) : text
            let clean = CleanText.stripped(oneLine)
            return clean.isEmpty ? "-" : clean
        }
    }

    private let titles: [String]
    private var rows: [[Cell]] = []

    package init(_ titles: [String]) { self.titles = titles.map { $0.uppercased() } }

    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row with as many cells as there are titles.
    package mutating func add(_ cells: [Cell]) { rows.append(cells) }

    /// The text, a line feed behind each line.
    package func text(isColoured: Bool = false) -> String {
        let all = [titles.map { Cell($0) }] + rows
        let widths = titles.indices.map { column in
            all.map { $0.indices.contains(column) ? DisplayWidth.of($0[column].text) : 0 }.max() ?? 0
        }
        return all.map { line($0, widths, isColoured) }.joined()
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ isColoured: Bool) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            line += isColoured ? cell.ink?.applied(to: cell.text) ?? cell.text : cell.text
            if column < cells.count - 1 {
                line += String(repeating: " ", count: widths[column] - DisplayWidth.of(cell.text) + 3)
            }
        }
        return line + "\n"
    }
}

/// The colours of a terminal, used sparingly and never alone: the word always says the same.
package enum Ink: String, Sendable {
    case red = "31"
    case boldRed = "1;31"
    case yellow = "33"
    case green = "32"
    case faint = "2"

    package func applied(to text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}

/// How many columns of a terminal a text takes.
enum DisplayWidth {
    static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return isWide(scalar.value) ? 2 : 1
        }
    }

    /// Source: Unicode Standard Annex 11, the blocks whose characters are wide, without the exceptions in them.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
