// SPDX-License-Identifier: Apache-2.0

/// No time zone has this name.
package struct TimeZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// The zone whose name is nearest, where one is near enough to be meant.
    package let suggestion: String?

    init(unknown name: String) {
        self.name = name
        suggestion = ZoneDirectory.shared.nearestName(to: name)
    }

    package var description: String {
        let remedy = suggestion.map { "did you mean \($0)?" } ?? "write an IANA name such as UTC or Europe/Paris"
        return "time zone \(quoted(name)): is unknown; \(remedy)"
    }
}

extension ZoneDirectory {
    /// The name that differs least, upper and lower case, spaces and underscores being the same; also one whose city is
    /// `text`. Nil when none is near, or when `text` looks like an offset: the sign of `Etc/GMT+2` means the opposite of what
    /// people expect, so none of these is proposed.
    func nearestName(to text: String) -> String? {
        guard (2...64).contains(text.utf8.count),
            !text.utf8.contains(where: { ("0"..."9").contains(Unicode.Scalar($0)) })
        else { return nil }
        let wanted = Self.folded(text)
        var best: (name: String, distance: Int)?
        for name in names where !name.hasPrefix("Etc/") {
            let whole = Self.folded(name)
            let city = name.lastIndex(of: "/").map { Self.folded(name[name.index(after: $0)...]) } ?? whole
            // The city alone counts as a slip more than the whole name.
            let distance = min(Self.distance(wanted, whole), Self.distance(wanted, city) + 1)
            if best.map({ distance < $0.distance }) ?? true { best = (name, distance) }
        }
        guard let best, best.distance <= max(1, wanted.count / 4) else { return nil }
        return best.name
    }

    private static func folded(_ text: some StringProtocol) -> [UInt8] {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
            case UInt8(ascii: " "), UInt8(ascii: "-"): UInt8(ascii: "_")
            default: byte
            }
        }
    }

    /// Levenshtein's distance: letters to insert, remove or replace.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
