// SPDX-License-Identifier: Apache-2.0

/// A duration as people type it: `90`, `90s`, `10m`, `1h30m`.
package struct TimeSpan: Hashable, Sendable {
    package let duration: Duration

    /// Nil for anything else, for nothing, and for more than a week.
    package init?(_ text: String) {
        var (seconds, number, last): (Int64, Int64?, Int64) = (0, nil, .max)
        for character in text.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) {
                number = (number ?? 0) * 10 + Int64(character - UInt8(ascii: "0"))
                if (number ?? 0) > Self.longest { return nil }
            } else {
                guard let unit = Self.unit(character), unit < last, let count = number else { return nil }
                seconds += count * unit
                (number, last) = (nil, unit)
            }
        }
        if let number {
            // Seconds without their unit only stand alone.
            guard last == .max else { return nil }
            seconds = number
        }
        guard seconds > 0, seconds <= Self.longest else { return nil }
        duration = .seconds(seconds)
    }

    private static let longest: Int64 = 7 * 86_400

    private static func unit(_ character: UInt8) -> Int64? {
        switch character {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3_600
        default: nil
        }
    }
}
