// SPDX-License-Identifier: Apache-2.0
import Schedules

/// A zone as the system keeps it: a TZif file of version 2 or later.
///
/// Source: RFC 9636 section 3.
struct ZoneFile {
    /// In order; leap seconds are not looked at.
    var changes: [ZoneChange]
    /// Before the first change.
    var initialOffset: Int
    /// The last line.
    var rule: String

    private static let headerBytes = 44

    /// Nil when `bytes` are no such file.
    init?(_ bytes: [UInt8]) {
        guard let old = Counts(bytes, at: 0) else { return nil }
        let start = Self.headerBytes + old.byteCount(timeBytes: 4)
        guard let counts = Counts(bytes, at: start) else { return nil }
        let times = start + Self.headerBytes
        let places = times + counts.times * 8
        let types = places + counts.times
        let footer = start + Self.headerBytes + counts.byteCount(timeBytes: 8)
        guard bytes.count > footer + 1, bytes[footer] == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\n") else {
            return nil
        }
        let offsets = (0..<counts.types).map { Int(Int32(truncatingIfNeeded: Self.number(bytes, types + $0 * 6, 4))) }
        initialOffset = offsets[0]
        changes = (0..<counts.times).map {
            ZoneChange(seconds: Self.number(bytes, times + $0 * 8, 8), offset: offsets[Int(bytes[places + $0])])
        }
        rule = String(decoding: bytes[(footer + 1)..<(bytes.count - 1)], as: UTF8.self)
    }

    /// How much of each kind a block holds.
    private struct Counts {
        var times: Int
        var types: Int
        private var rest: Int
        private var leaps: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard bytes.count >= start + headerBytes, bytes[start..<(start + 4)].elementsEqual("TZif".utf8),
                bytes[start + 4] >= UInt8(ascii: "2")
            else { return nil }
            let values = (0..<6).map { Int(number(bytes, start + 20 + $0 * 4, 4)) }
            (times, types) = (values[3], values[4])
            // Flags of UTC and standard time, and the characters of abbreviations.
            rest = values[0] + values[1] + values[5]
            leaps = values[2]
            guard types > 0, bytes.count >= start + headerBytes + byteCount(timeBytes: 4) else { return nil }
        }

        func byteCount(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + rest + leaps * (timeBytes + 4)
        }
    }

    /// A big-endian number; what has eight bytes has its sign too.
    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int64 {
        bytes[start..<(start + count)].reduce(0) { $0 << 8 | Int64($1) }
    }
}
