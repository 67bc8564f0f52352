// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import Schedules

/// The Swift file that holds every time zone, made of the system's files (Debian: package tzdata).
struct ZoneTableSource {
    static let path = "Sources/Schedules/ZoneTable.swift"
    private static let folder = "/usr/share/zoneinfo"
    /// What changed before is left away.
    private static let start = Timestamp(rfc3339: "2020-01-01T00:00:00Z")?.seconds ?? 0

    /// What a group of zones has in common.
    private struct Group: Hashable {
        var rule: String
        var initialOffset: Int
        var changes: [ZoneChange]
    }

    var version: String
    private var zones: [Group: [String]] = [:]

    /// Nil when the system has no zones; the reason is printed.
    init?() {
        guard let first = TextFile.read(Self.folder + "/tzdata.zi")?.split(separator: "\n").first,
            let word = first.split(separator: " ").last
        else {
            print("error: cannot read, \(Self.folder)/tzdata.zi; install tzdata")
            return nil
        }
        version = String(word)
        for name in Self.names() {
            guard let bytes = TextFile.bytes("\(Self.folder)/\(name)"), let file = ZoneFile(bytes),
                let group = Self.group(file)
            else {
                print("error: no time zone, \(Self.folder)/\(name); reinstall tzdata")
                return nil
            }
            zones[group, default: []].append(name)
        }
    }

    /// Links are zones too; what is no zone or counts leap seconds is left away.
    private static func names() -> [String] {
        let skipped = ["posix/", "right/", "posixrules", "localtime", "Factory"]
        return TextFile.list(folder, endingWith: [""])
            .map { String($0.dropFirst(folder.utf8.count + 1)) }
            .filter { name in
                !skipped.contains(where: name.hasPrefix)
                    && TextFile.bytes("\(folder)/\(name)")?.starts(with: "TZif".utf8) == true
            }
    }

    /// The changes that the rule does not make by itself; nil when the file contradicts itself or has half minutes.
    private static func group(_ file: ZoneFile) -> Group? {
        guard let rule = PosixRule(parsing: file.rule) else { return nil }
        var offset = file.initialOffset
        var initialOffset = offset
        var changes: [ZoneChange] = []
        for change in file.changes {
            if change.seconds < start { initialOffset = change.offset }
            if change.seconds >= start, change.offset != offset { changes.append(change) }
            offset = change.offset
        }
        let whole = TimeZoneRules(name: "", initialOffset: initialOffset, changes: changes, rule: rule)
        guard changes.allSatisfy({ $0.seconds % 60 == 0 && $0.offset % 60 == 0 }), initialOffset % 60 == 0 else {
            return nil
        }
        let from = Timestamp(secondsSinceEpoch: start - 1)
        let end = Timestamp(secondsSinceEpoch: (changes.last?.seconds ?? start) + 10 * 366 * 86_400)
        let wanted = whole.changes(after: from, through: end)
        for count in 0...changes.count {
            let short = TimeZoneRules(
                name: "", initialOffset: initialOffset, changes: Array(changes.prefix(count)), rule: rule)
            if short.changes(after: from, through: end) == wanted, short.offset(at: from) == initialOffset {
                return Group(rule: file.rule, initialOffset: initialOffset, changes: Array(changes.prefix(count)))
            }
        }
        return nil
    }
}

extension ZoneTableSource {
    var text: String {
        var lines: [String] = []
        let groups = zones.mapValues { $0.sorted() }.sorted { ($0.value.first ?? "") < ($1.value.first ?? "") }
        for (group, names) in groups {
            var words = ["rule", group.rule, Self.offset(group.initialOffset)]
            if !group.changes.isEmpty { words += ["until"] + group.changes.map(Self.change) }
            lines += Self.wrapped(words + ["zones"] + names)
        }
        return """
            // SPDX-License-Identifier: Apache-2.0

            /// The IANA time zones from 2020 on; `ZoneDirectory` says how the table reads. Written by `make zones` from Debian's
            /// tzdata; do not edit.
            enum ZoneTable {
                static let version = "\(version)"
                static let text = \"""
            \(lines.map { "        " + $0 }.joined(separator: "\n"))
                    \"""
            }

            """
    }

    private static func change(_ change: ZoneChange) -> String {
        let time = Timestamp(secondsSinceEpoch: change.seconds).rfc3339.dropLast(4)
        return "\(time)Z\(offset(change.offset))"
    }

    private static func offset(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + twoDigits(minutes / 60) + ":" + twoDigits(minutes % 60)
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }

    /// Lines as long as the house style allows, the further ones indented.
    private static func wrapped(_ words: [String]) -> [String] {
        var lines: [String] = []
        for word in words {
            if let line = lines.last, line.utf8.count + word.utf8.count + 9 <= 120 {
                lines[lines.count - 1] = line + " " + word
            } else {
                lines.append(lines.isEmpty ? word : "    " + word)
            }
        }
        return lines
    }
}
