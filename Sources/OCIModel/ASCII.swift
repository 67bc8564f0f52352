// SPDX-License-Identifier: Apache-2.0

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLower: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    var isUpper: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isAlphanumeric: Bool { isDigit || isLower || isUpper }
    var isLowerHex: Bool { isDigit || (self >= UInt8(ascii: "a") && self <= UInt8(ascii: "f")) }
    var isHex: Bool { isLowerHex || (self >= UInt8(ascii: "A") && self <= UInt8(ascii: "F")) }
}

/// Text from outside for a message: control and non-ASCII characters escaped, at most 80 characters of it.
func quoted(_ text: some StringProtocol) -> String {
    var result = "\""
    var count = 0
    for scalar in text.unicodeScalars {
        if count == 80 { return result + "…\"" }
        result += scalar.escaped(asASCII: true)
        count += 1
    }
    return result + "\""
}
