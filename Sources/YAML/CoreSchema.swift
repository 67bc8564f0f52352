// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a plain scalar means: the core schema of YAML 1.2 (section 10.3.2).
///
/// One departure: `0644` is octal, as in YAML 1.1 and so in kubectl; read as 644 it would silently be another file
/// mode.
enum CoreSchema {
    /// Why a plain scalar has no JSON value.
    struct Refusal: Error {
        let problem: String
    }

    static func value(ofPlain text: String) throws(Refusal) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return try number(text) ?? .string(text)
        }
    }

    /// An integer or float, nil for anything else. `.inf` and `.nan` have no JSON form and are refused.
    static func number(_ text: String) throws(Refusal) -> JSONValue? {
        var rest = text.utf8[...]
        var sign = ""
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            if first == UInt8(ascii: "-") { sign = "-" }
            rest = rest.dropFirst()
        }
        guard let first = rest.first else { return nil }
        guard first == UInt8(ascii: ".") || isDigit(first) else { return nil }
        if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(String(rest)) {
            throw Refusal(problem: "`\(text)` is a number without a JSON form; put it in quotes to make it a string")
        }
        if let based = basedInteger(rest, sign: sign) { return based }
        return decimal(rest, sign: sign)
    }

    /// `0x1F`, `0o17` and `017`.
    private static func basedInteger(_ digits: Substring.UTF8View, sign: String) -> JSONValue? {
        guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return nil }
        let radix: Int
        var body = digits.dropFirst()
        switch body.first {
        case UInt8(ascii: "x"): (radix, body) = (16, body.dropFirst())
        case UInt8(ascii: "o"): (radix, body) = (8, body.dropFirst())
        default: radix = 8
        }
        guard let first = body.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        guard let text = String(body), let value = Int64(sign + text, radix: radix) else { return nil }
        return .integer(value)
    }

    /// `[0-9]+` or a float, rewritten to JSON's grammar (`.5` to `0.5`, `5.` to `5`, `007.5` to `7.5`).
    private static func decimal(_ digits: Substring.UTF8View, sign: String) -> JSONValue? {
        var rest = digits
        let whole = take(&rest, while: isDigit)
        var fraction = rest.prefix(0)
        var isFloat = false
        if rest.first == UInt8(ascii: ".") {
            isFloat = true
            rest = rest.dropFirst()
            fraction = take(&rest, while: isDigit)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = ""
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            isFloat = true
            exponent = "e"
            rest = rest.dropFirst()
            if let mark = rest.first, mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") {
                exponent += mark == UInt8(ascii: "-") ? "-" : "+"
                rest = rest.dropFirst()
            }
            let power = take(&rest, while: isDigit)
            guard !power.isEmpty else { return nil }
            exponent += String(decoding: power, as: UTF8.self)
        }
        guard rest.isEmpty else { return nil }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        let integral = sign + (significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self))
        if !isFloat { return Int64(integral).map(JSONValue.integer) ?? .number(integral) }
        let decimals = fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self)
        return .number(integral + decimals + exponent)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func take(_ rest: inout Substring.UTF8View, while isPart: (UInt8) -> Bool) -> Substring.UTF8View {
        let part = rest.prefix(while: isPart)
        rest = rest[part.endIndex...]
        return part
    }
}
