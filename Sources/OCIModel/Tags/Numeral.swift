// SPDX-License-Identifier: Apache-2.0

/// A whole number of any length: tags hold build numbers and hashes that no integer type has room for.
struct Numeral: Hashable, Comparable, Sendable {
    /// Decimal digits without leading zeros; none for zero.
    private let digits: ArraySlice<UInt8>

    static let zero = Numeral([])

    /// `digits` are digits, with leading zeros or not.
    init(_ digits: ArraySlice<UInt8>) { self.digits = digits.drop { $0 == UInt8(ascii: "0") } }

    init(_ number: UInt) { self.init(Array(String(number).utf8)[...]) }

    var isZero: Bool { digits.isEmpty }

    /// The number if it is below 100,000.
    var small: Int? { digits.count > 5 ? nil : digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }

    /// One more.
    var successor: Numeral {
        var result = Array(digits)
        var place = result.count - 1
        while place >= 0 {
            if result[place] < UInt8(ascii: "9") {
                result[place] += 1
                return Numeral(result[...])
            }
            result[place] = UInt8(ascii: "0")
            place -= 1
        }
        return Numeral([UInt8(ascii: "1")] + result[...])
    }

    static func < (left: Numeral, right: Numeral) -> Bool {
        left.digits.count != right.digits.count
            ? left.digits.count < right.digits.count : left.digits.lexicographicallyPrecedes(right.digits)
    }
}

/// A number without sign, with a fraction or without: `42`, `0.62`.
struct DecimalNumber: Hashable, Sendable {
    private let whole: Numeral
    /// Digits without trailing zeros.
    private let fraction: ArraySlice<UInt8>

    /// Nil unless it is digits, or digits, a dot and digits.
    init?(_ text: ArraySlice<UInt8>) {
        let digits = text.prefix(while: \.isDigit)
        var fraction = text.dropFirst(digits.count)
        guard !digits.isEmpty else { return nil }
        if !fraction.isEmpty {
            guard fraction.removeFirst() == UInt8(ascii: "."), !fraction.isEmpty, fraction.allSatisfy(\.isDigit) else {
                return nil
            }
        }
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        whole = Numeral(digits)
        self.fraction = fraction
    }

    static func compare(_ left: DecimalNumber, _ right: DecimalNumber) -> Ordering {
        Ordering(left.whole, right.whole).then(Ordering(bytes: left.fraction, right.fraction))
    }
}
