// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import Schedules

@Suite struct TimeZoneTests {
    @Test(arguments: [
        ("Europe/Paris", "2026-03-29T00:59:59Z", 3_600), ("Europe/Paris", "2026-03-29T01:00:00Z", 7_200),
        ("Europe/Paris", "2026-10-25T00:59:59Z", 7_200), ("Europe/Paris", "2026-10-25T01:00:00Z", 3_600),
        ("Europe/Paris", "2045-07-01T00:00:00Z", 7_200), ("America/New_York", "2026-11-01T06:00:00Z", -18_000),
        ("Asia/Kolkata", "2026-01-01T00:00:00Z", 19_800), ("Asia/Calcutta", "2026-01-01T00:00:00Z", 19_800),
        ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39_600),
        ("Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37_800),
        ("Europe/Dublin", "2026-01-01T00:00:00Z", 0), ("Europe/Dublin", "2026-07-01T00:00:00Z", 3_600),
        ("Pacific/Apia", "2021-01-01T00:00:00Z", 50_400), ("Pacific/Apia", "2022-01-01T00:00:00Z", 46_800),
        ("America/Nuuk", "2026-01-01T00:00:00Z", -7_200), ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 20_700),
        ("UTC", "2026-01-01T00:00:00Z", 0), ("Etc/GMT+2", "2026-01-01T00:00:00Z", -7_200),
    ])
    func `knows the offset`(name: String, text: String, offset: Int) throws {
        let instant = try #require(Timestamp(rfc3339: text))
        #expect(try TimeZoneRules(named: name).offset(at: instant) == offset)
    }

    @Test func `a local time has one instant, two or none`() throws {
        let paris = try TimeZoneRules(named: "Europe/Paris")
        let spring = CivilDate(year: 2026, month: 3, day: 29)
        let autumn = CivilDate(year: 2026, month: 10, day: 25)
        let gapEnd = try #require(Timestamp(rfc3339: "2026-03-29T01:00:00Z"))
        let first = try #require(Timestamp(rfc3339: "2026-10-25T00:30:00Z"))
        #expect(paris.instants(of: spring, hour: 2, minute: 0) == .none(gapEnd: gapEnd))
        #expect(paris.instants(of: spring, hour: 2, minute: 59) == .none(gapEnd: gapEnd))
        #expect(paris.instants(of: spring, hour: 3, minute: 0) == .one(gapEnd))
        #expect(paris.instants(of: spring, hour: 1, minute: 59) == .one(gapEnd - .seconds(60)))
        #expect(paris.instants(of: autumn, hour: 2, minute: 30) == .two(first, first + .seconds(3_600)))
        #expect(paris.instants(of: autumn, hour: 3, minute: 0) == .one(first + .seconds(5_400)))
    }

    @Test(arguments: [
        ("europe/paris", "Europe/Paris"), ("Europe/Pariss", "Europe/Paris"), ("Paris", "Europe/Paris"),
        ("America/New York", "America/New_York"), ("Asia/Kolkatta", "Asia/Kolkata"), ("utc", "UTC"),
        ("Tokyo", "Asia/Tokyo"),
    ])
    func `an unknown name is answered with the nearest`(name: String, suggestion: String) {
        let error = #expect(throws: TimeZoneError.self) { try TimeZoneRules(named: name) }
        #expect(error?.description == "time zone \"\(name)\": is unknown; did you mean \(suggestion)?")
    }

    @Test(arguments: [
        "", "CEST2", "GMT+2", "+02:00", "Mars/Olympus_Mons", "Local", "posixrules", "\u{0}/../etc", "Factory",
    ])
    func `where nothing is near, an example is named`(name: String) {
        let error = #expect(throws: TimeZoneError.self) { try TimeZoneRules(named: name) }
        #expect(error?.suggestion == nil)
        #expect(error?.description.hasSuffix("is unknown; write an IANA name such as UTC or Europe/Paris") == true)
    }

    @Test func `a long name is cut in the message and costs nothing`() {
        let error = #expect(throws: TimeZoneError.self) {
            try TimeZoneRules(named: String(repeating: "Europe/", count: 1 << 16))
        }
        #expect((error?.description.utf8.count ?? 0) < 200)
    }

    /// Names of the IANA database's `zone.tab` and `backward`, and how many there are without `Factory`.
    @Test func `the whole table is read`() throws {
        #expect(TimeZoneRules.names.count == 597)
        for name in ["Zulu", "W-SU", "America/Argentina/ComodRivadavia", "Antarctica/Troll", "Etc/GMT-14"] {
            #expect(TimeZoneRules.names.contains(name), "\(name)")
        }
        let written = ZoneTable.text.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("20") }
        let groups = try Set(
            TimeZoneRules.names.map { name in
                let zone = try TimeZoneRules(named: name)
                return TimeZoneRules(
                    name: "", initialOffset: zone.initialOffset, changes: zone.changes, rule: zone.rule)
            })
        #expect(groups.reduce(0) { $0 + $1.changes.count } == written.count)
        for group in groups { #expect(group.changes == group.changes.sorted { $0.seconds < $1.seconds }) }
        #expect(TimeZoneRules.dataVersion.prefix(2) == "20")
    }

    @Test(arguments: [
        "", "X", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,J0,J1", "CET-168",
    ])
    func `no rule is made of what is none`(text: String) {
        #expect(PosixRule(parsing: text) == nil)
    }

    @Test func `reads every form of a POSIX rule`() throws {
        // POSIX names the day in three ways; day 60 is 1 March for J60 always, for 60 only where February has 29 days.
        let rule = try #require(PosixRule(parsing: "AAA0BBB-1:30:15,J60/1,60/-1"))
        let inLeapYear = rule.changes(around: 2028).filter { (1_830_297_600..<1_861_920_000).contains($0.seconds) }
        // 23:00 on the day before, summer time, and 01:00 on 1 March 2028, standard time.
        #expect(
            inLeapYear == [
                ZoneChange(seconds: 1_835_472_585, offset: 0), ZoneChange(seconds: 1_835_485_200, offset: 5_415),
            ])
    }
}
