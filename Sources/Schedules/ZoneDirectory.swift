// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The zones of `ZoneTable`, read once.
///
/// The table is a row of words, wherever its lines end. `rule RULE OFFSET` begins a group of zones with their POSIX rule and
/// their offset on 2020-01-01; `until CHANGE…` are the changes that the rule does not state (after the last of them it
/// does), each `2026-02-15T02:00Z+00:00`: when, and the offset from then on; `zones NAME…` are the zones of the group.
package struct ZoneDirectory: Sendable {
    static let shared = ZoneDirectory(ZoneTable.text)

    private var groups: [TimeZoneRules] = []
    private var places: [String: Int] = [:]

    /// Reads a table; what is not as described holds no zones, which the tests of the table would show.
    package init(_ table: String) {
        var words = table.split(whereSeparator: \.isWhitespace)[...]
        while words.popFirst() == "rule" {
            guard let rule = words.popFirst().flatMap({ PosixRule(parsing: $0) }),
                let initialOffset = words.popFirst().flatMap(Self.offset)
            else { return }
            var changes: [ZoneChange] = []
            if words.first == "until" {
                words.removeFirst()
                let written = words.prefix { $0 != "zones" }
                changes = written.compactMap(Self.change)
                words = words.dropFirst(written.count)
            }
            guard words.popFirst() == "zones" else { return }
            let names = words.prefix { $0 != "rule" }
            words = words.dropFirst(names.count)
            for name in names { places[String(name)] = groups.count }
            groups.append(TimeZoneRules(name: "", initialOffset: initialOffset, changes: changes, rule: rule))
        }
    }

    /// Every IANA name, sorted; names that stand for another zone are among them.
    package var names: [String] { places.keys.sorted() }

    func rules(named name: String) -> TimeZoneRules? {
        guard let place = places[name] else { return nil }
        let group = groups[place]
        return TimeZoneRules(
            name: name, initialOffset: group.initialOffset, changes: group.changes, rule: group.rule)
    }

    private static func change(_ word: Substring) -> ZoneChange? {
        guard let letter = word.firstIndex(of: "Z"), let instant = Timestamp(rfc3339: word[..<letter] + ":00Z"),
            let offset = offset(word[word.index(after: letter)...])
        else { return nil }
        return ZoneChange(seconds: instant.seconds, offset: offset)
    }

    /// `+05:30` in seconds.
    private static func offset(_ word: Substring) -> Int? {
        let parts = word.dropFirst().split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2, word.hasPrefix("+") || word.hasPrefix("-") else { return nil }
        return (parts[0] * 3_600 + parts[1] * 60) * (word.hasPrefix("-") ? -1 : 1)
    }
}

extension TimeZoneRules {
    /// The names of all zones that are built in, sorted.
    package static var names: [String] { ZoneDirectory.shared.names }
}
