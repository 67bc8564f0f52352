// SPDX-License-Identifier: Apache-2.0

extension Quantity {
    /// The amount in thousandths, rounded up; nil when the text is no quantity, `Int64.max` when it is too large to tell.
    ///
    /// Source: k8s.io/apimachinery/pkg/api/resource. `1Ki` is 1024, `1k` is 1000, `1e3` too, `100m` a tenth.
    package var thousandths: Int64? {
        var rest = text.utf8[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        var mantissa: Int128 = 0
        var decimals = 0
        var (hasDigit, isFraction) = (false, false)
        while let byte = rest.first {
            if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                hasDigit = true
                // Beyond this nothing can be told apart.
                if mantissa < 1_000_000_000_000_000_000 {
                    mantissa = mantissa * 10 + Int128(byte - UInt8(ascii: "0"))
                    if isFraction { decimals += 1 }
                } else if !isFraction {
                    return saturated(isNegative)
                }
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        guard hasDigit, let (power, shift) = Self.scale(String(decoding: rest, as: UTF8.self)) else { return nil }
        guard let value = Self.scaled(mantissa << Int128(shift), byPowerOfTen: power - decimals + 3),
            value <= Int128(Int64.max)
        else { return saturated(isNegative) }
        return isNegative ? -Int64(value) : Int64(value)
    }

    /// Whole units, rounded up: bytes of memory.
    package var units: Int64? { thousandths.map { $0 / 1_000 + ($0 % 1_000 > 0 ? 1 : 0) } }

    /// False when either is no quantity.
    package static func > (left: Quantity, right: Quantity) -> Bool {
        guard let left = left.thousandths, let right = right.thousandths else { return false }
        return left > right
    }

    /// An amount of memory with the largest suffix that leaves it whole: `2Gi`.
    package init(bytes: Int64) {
        let suffixes = ["", "Ki", "Mi", "Gi", "Ti"]
        var (value, index) = (bytes, 0)
        while value != 0, value % 1_024 == 0, index + 1 < suffixes.count {
            value /= 1_024
            index += 1
        }
        self.init("\(value)\(suffixes[index])")
    }

    private func saturated(_ isNegative: Bool) -> Int64 { isNegative ? .min + 1 : .max }

    /// The power of ten and of two that a suffix stands for.
    private static func scale(_ suffix: String) -> (power: Int, shift: Int)? {
        let decimal = ["n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18]
        let binary = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60]
        if let power = decimal[suffix] { return (power, 0) }
        if let shift = binary[suffix] { return (0, shift) }
        guard let mark = suffix.first, mark == "e" || mark == "E", let exponent = Int(suffix.dropFirst()) else {
            return nil
        }
        return (min(max(exponent, -40), 40), 0)
    }

    /// Nil when it is too large.
    private static func scaled(_ value: Int128, byPowerOfTen power: Int) -> Int128? {
        var value = value
        for _ in 0..<max(power, 0) {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            if isTooLarge { return nil }
            value = product
        }
        for _ in 0..<max(-power, 0) where value > 0 { value = (value + 9) / 10 }
        return value
    }
}
