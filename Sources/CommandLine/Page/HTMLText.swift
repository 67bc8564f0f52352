// SPDX-License-Identifier: Apache-2.0
import TrivyReport

/// HTML that is put together of escaped text only: what comes from an image can never become markup.
struct HTMLText: ExpressibleByStringInterpolation {
    private(set) var text: String

    /// A literal of this program is markup.
    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
    init(_ parts: some Sequence<HTMLText>) { text = parts.map(\.text).joined() }

    static func + (left: HTMLText, right: HTMLText) -> HTMLText { HTMLText([left, right]) }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ markup: HTMLText) { text += markup.text }
        mutating func appendInterpolation(_ parts: [HTMLText]) { text += parts.map(\.text).joined() }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
        mutating func appendInterpolation(_ string: String) { text += HTMLText.escaped(string) }
    }

    /// Escaped, with places where a line may break: behind what separates the parts of an image's name.
    static func breakable(_ string: String) -> HTMLText {
        var result = ""
        var part = ""
        for character in string {
            part.append(character)
            if "/:@".contains(character) {
                result += escaped(part) + "<wbr>"
                part = ""
            }
        }
        return HTMLText(markup: result + escaped(part))
    }

    private init(markup: String) { text = markup }

    /// Good in an element and in a quoted attribute.
    static func escaped(_ string: String) -> String {
        var result = ""
        for scalar in CleanText.stripped(string).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
