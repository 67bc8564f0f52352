// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A moment at which a zone's clocks are changed.
package struct ZoneChange: Hashable, Sendable {
    /// Since 1970-01-01T00:00:00Z.
    package var seconds: Int64
    /// Seconds east of UTC from then on.
    package var offset: Int

    package init(seconds: Int64, offset: Int) {
        self.seconds = seconds
        self.offset = offset
    }
}

/// What the clocks of an IANA time zone show, from 2020 on; earlier instants take the offset of 2020-01-01 or the zone's rule.
///
/// The data is part of the program (`ZoneTable`), since neither Foundation's zones nor the system's exist in the static image.
package struct TimeZoneRules: Hashable, Sendable {
    /// The IANA name: `Europe/Paris`.
    package let name: String
    /// Before the first of `changes`.
    let initialOffset: Int
    /// What `rule` does not say: in order, mostly none.
    let changes: [ZoneChange]
    /// After the last of `changes`.
    let rule: PosixRule

    package init(name: String, initialOffset: Int, changes: [ZoneChange], rule: PosixRule) {
        self.name = name
        self.initialOffset = initialOffset
        self.changes = changes
        self.rule = rule
    }

    /// The zone of an IANA name; upper and lower case matter, as in Kubernetes.
    package init(named name: String) throws(TimeZoneError) {
        guard let rules = ZoneDirectory.shared.rules(named: name) else { throw TimeZoneError(unknown: name) }
        self = rules
    }

    /// Coordinated Universal Time.
    package static let utc = TimeZoneRules(
        name: "UTC", initialOffset: 0, changes: [], rule: PosixRule(standardOffset: 0, daylight: nil))

    /// The release of the IANA database that is built in: `2025b`.
    package static var dataVersion: String { ZoneTable.version }

    /// Seconds east of UTC.
    package func offset(at instant: Timestamp) -> Int { offset(atSeconds: instant.seconds) }

    /// The changes later than `start` and not later than `end`, in order; the work grows with the years between them, of which
    /// the first hundred are looked at.
    package func changes(after start: Timestamp, through end: Timestamp) -> [ZoneChange] {
        let limit = min(end.seconds, start.seconds + 100 * 366 * 86_400)
        var found: [ZoneChange] = []
        var period = period(atSeconds: start.seconds)
        while period.end <= limit {
            period = self.period(atSeconds: period.end)
            found.append(ZoneChange(seconds: period.start, offset: period.offset))
        }
        return found
    }

    func offset(atSeconds seconds: Int64) -> Int { period(atSeconds: seconds).offset }

    /// A time during which the offset stays; `end` is the first second after it. `Int64.min` and `.max` stand for ever.
    struct Period: Hashable {
        var start: Int64
        var end: Int64
        var offset: Int
    }

    func period(atSeconds seconds: Int64) -> Period {
        guard let last = changes.last else { return rulePeriod(atSeconds: seconds, from: .min) }
        if seconds >= last.seconds { return rulePeriod(atSeconds: seconds, from: last.seconds) }
        // The last of the changes is later, so there is a first one that is.
        let next = changes.firstIndex { $0.seconds > seconds } ?? 0
        let offset = next == 0 ? initialOffset : changes[next - 1].offset
        return Period(
            start: next == 0 ? .min : changes[next - 1].seconds, end: changes[next].seconds, offset: offset)
    }

    private func rulePeriod(atSeconds seconds: Int64, from earliest: Int64) -> Period {
        let year = CivilDate(daysSinceEpoch: floorDivide(seconds, 86_400)).year
        let turns = rule.changes(around: year)
        guard let next = turns.firstIndex(where: { $0.seconds > seconds }), next > 0 else {
            return Period(start: earliest, end: .max, offset: rule.standardOffset)
        }
        let turn = turns[next - 1]
        return Period(start: max(turn.seconds, earliest), end: turns[next].seconds, offset: turn.offset)
    }
}
