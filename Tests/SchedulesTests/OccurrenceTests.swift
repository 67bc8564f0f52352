// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import Schedules

/// Local times with their offset in the tables are taken from the published rules of each zone, not from the program.
@Suite struct OccurrenceTests {
    /// `2026-03-29T03:00+02:00` as an instant.
    static func instant(_ text: String) throws -> Timestamp {
        try #require(Timestamp(rfc3339: text.prefix(16) + ":00" + text.dropFirst(16)), "\(text)")
    }

    static func occurrences(
        _ schedule: String, _ zone: String, after start: String, through end: String
    ) throws -> [Timestamp] {
        let schedule = try CronSchedule(parsing: schedule)
        let zone = try TimeZoneRules(named: zone)
        let end = try instant(end)
        var found: [Timestamp] = []
        var last = try instant(start)
        while let next = schedule.next(after: last, in: zone), next <= end, found.count < 100 {
            found.append(next)
            last = next
        }
        return found
    }

    struct Case: Sendable, CustomStringConvertible {
        var schedule: String
        var zone: String
        var start: String
        var end: String
        var expected: [String]

        init(_ schedule: String, _ zone: String, _ start: String, _ end: String, _ expected: String...) {
            (self.schedule, self.zone, self.start, self.end, self.expected) = (schedule, zone, start, end, expected)
        }

        var description: String { "\(schedule) in \(zone) from \(start)" }
    }

    static let changes: [Case] = [
        // Paris goes forward from 02:00 to 03:00 on 29 March 2026 and 28 March 2027, back from 03:00 to 02:00 on 25 October 2026.
        Case(
            "30 2 * * *", "Europe/Paris", "2026-03-28T00:00+01:00", "2026-03-31T00:00+02:00",
            "2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"),
        Case(
            "30 2 * * *", "Europe/Paris", "2026-10-24T12:00+02:00", "2026-10-27T00:00+01:00",
            "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
        Case(
            "0,30 2,3 * * *", "Europe/Paris", "2027-03-28T00:00+01:00", "2027-03-29T00:00+02:00",
            "2027-03-28T03:00+02:00", "2027-03-28T03:30+02:00"),
        Case(
            "30 * * * *", "Europe/Paris", "2026-03-29T01:00+01:00", "2026-03-29T05:00+02:00",
            "2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00", "2026-03-29T04:30+02:00"),
        Case(
            "30 * * * *", "Europe/Paris", "2026-10-25T01:00+02:00", "2026-10-25T04:00+01:00",
            "2026-10-25T01:30+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00"),
        Case(
            "*/30 2 * * *", "Europe/Paris", "2026-03-28T12:00+01:00", "2026-03-30T12:00+02:00",
            "2026-03-30T02:00+02:00", "2026-03-30T02:30+02:00"),
        Case(
            "*/30 2 * * *", "Europe/Paris", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00",
            "2026-10-25T02:00+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00"),
        Case(
            "0 0-23 * * *", "Europe/Paris", "2026-10-25T00:30+02:00", "2026-10-25T04:30+01:00",
            "2026-10-25T01:00+02:00", "2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00", "2026-10-25T04:00+01:00"),
        // New York: forward at 02:00 on 8 March 2026, back at 02:00 on 1 November 2026.
        Case(
            "0 2 * * *", "America/New_York", "2026-03-07T12:00-05:00", "2026-03-09T12:00-04:00",
            "2026-03-08T03:00-04:00", "2026-03-09T02:00-04:00"),
        Case(
            "0 1 * * SUN", "America/New_York", "2026-10-31T00:00-04:00", "2026-11-08T12:00-05:00",
            "2026-11-01T01:00-04:00", "2026-11-08T01:00-05:00"),
        // Lord Howe: half an hour, forward from 02:00 to 02:30 on 4 October 2026, back from 02:00 to 01:30 on 5 April 2026.
        Case(
            "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00+10:30", "2026-10-05T12:00+11:00",
            "2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"),
        Case(
            "15,45 1 * * *", "Australia/Lord_Howe", "2026-04-05T00:00+11:00", "2026-04-06T00:00+10:30",
            "2026-04-05T01:15+11:00", "2026-04-05T01:45+11:00"),
        Case(
            "45 * * * *", "Australia/Lord_Howe", "2026-04-05T01:00+11:00", "2026-04-05T03:00+10:30",
            "2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30", "2026-04-05T02:45+10:30"),
        // Casablanca leaves +01 during Ramadan: back from 03:00 to 02:00 on 15 February, forward on 22 March 2026.
        Case(
            "30 2 * * *", "Africa/Casablanca", "2026-02-14T12:00+01:00", "2026-02-16T12:00+00:00",
            "2026-02-15T02:30+01:00", "2026-02-16T02:30+00:00"),
        Case(
            "30 2 * * *", "Africa/Casablanca", "2026-03-21T12:00+00:00", "2026-03-23T12:00+01:00",
            "2026-03-22T03:00+01:00", "2026-03-23T02:30+01:00"),
        // Apia gave up its summer time in 2021: 04:00 was 03:00 on 4 April, and the clock was not put forward in September.
        Case(
            "30 3 * * *", "Pacific/Apia", "2021-04-03T12:00+14:00", "2021-04-05T12:00+13:00",
            "2021-04-04T03:30+14:00", "2021-04-05T03:30+13:00"),
        Case(
            "30 3 * * SUN", "Pacific/Apia", "2021-09-20T00:00+13:00", "2021-10-04T00:00+13:00",
            "2021-09-26T03:30+13:00", "2021-10-03T03:30+13:00"),
        // Havana's midnight is skipped on 8 March 2026.
        Case(
            "@daily", "America/Havana", "2026-03-07T12:00-05:00", "2026-03-09T12:00-04:00",
            "2026-03-08T01:00-04:00", "2026-03-09T00:00-04:00"),
        Case(
            "0 3 * * *", "Asia/Kolkata", "2026-06-01T00:00+05:30", "2026-06-02T12:00+05:30", "2026-06-01T03:00+05:30",
            "2026-06-02T03:00+05:30"),
        Case("0 12 29 2 *", "UTC", "2026-01-01T00:00Z", "2029-01-01T00:00Z", "2028-02-29T12:00Z"),
        Case("0 12 29 2 *", "UTC", "2097-01-01T00:00Z", "2105-01-01T00:00Z", "2104-02-29T12:00Z"),
        // Friday or the 13th, whichever comes.
        Case(
            "0 0 13 * FRI", "UTC", "2026-08-01T00:00Z", "2026-08-22T00:00Z", "2026-08-07T00:00Z", "2026-08-13T00:00Z",
            "2026-08-14T00:00Z", "2026-08-21T00:00Z"),
        // Every tenth day or a Sunday: a star with a step restricts, as in Kubernetes.
        Case(
            "0 0 */10 11 SUN", "UTC", "2026-10-31T00:00Z", "2026-11-16T00:00Z", "2026-11-01T00:00Z",
            "2026-11-08T00:00Z",
            "2026-11-11T00:00Z", "2026-11-15T00:00Z"),
        Case(
            "0 0 * 11 SUN", "UTC", "2026-10-31T00:00Z", "2026-11-16T00:00Z", "2026-11-01T00:00Z", "2026-11-08T00:00Z",
            "2026-11-15T00:00Z"),
    ]

    @Test(arguments: changes)
    func `occurs when the local clock says so`(given: Case) throws {
        let found = try Self.occurrences(given.schedule, given.zone, after: given.start, through: given.end)
        #expect(found.map(\.rfc3339) == (try given.expected.map { try Self.instant($0).rfc3339 }))
    }

    @Test(arguments: changes)
    func `looks back to the same occurrences`(given: Case) throws {
        let schedule = try CronSchedule(parsing: given.schedule)
        let zone = try TimeZoneRules(named: given.zone)
        let start = try Self.instant(given.start)
        var found: [Timestamp] = []
        var end = try Self.instant(given.end)
        while let latest = schedule.latest(after: start, through: end, in: zone), found.count < 100 {
            found.insert(latest, at: 0)
            end = latest - .microseconds(1)
        }
        #expect(found.map(\.rfc3339) == (try given.expected.map { try Self.instant($0).rfc3339 }))
    }

    @Test func `an occurrence is not its own successor, but its own latest`() throws {
        let schedule = try CronSchedule(parsing: "0 3 * * *")
        let at = try Self.instant("2026-06-01T03:00Z")
        #expect(schedule.next(after: at, in: .utc) == at + .seconds(86_400))
        #expect(schedule.next(after: at - .microseconds(1), in: .utc) == at)
        #expect(schedule.latest(after: at - .microseconds(1), through: at, in: .utc) == at)
        #expect(schedule.latest(after: at, through: at + .seconds(60), in: .utc) == nil)
        #expect(schedule.latest(after: at, through: at, in: .utc) == nil)
        #expect(schedule.latest(after: at + .seconds(60), through: at, in: .utc) == nil)
    }

    @Test func `the latest of years of minutes is found at once`() throws {
        let every = try CronSchedule(parsing: "* * * * *")
        let now = try Self.instant("2026-06-01T03:00Z") + .milliseconds(59_999)
        let zone = try TimeZoneRules(named: "Europe/Paris")
        for start in [Timestamp(microseconds: .min), Timestamp(secondsSinceEpoch: 0)] {
            #expect(every.latest(after: start, through: now, in: zone)?.rfc3339 == "2026-06-01T03:00:00Z")
        }
    }

    @Test(arguments: ["* * * * *", "59 23 31 12 *", "0 0 29 2 *", "30 2 * * 0"])
    func `the ends of time neither trap nor hang`(text: String) throws {
        let schedule = try CronSchedule(parsing: text)
        for name in ["UTC", "Europe/Paris", "Africa/Casablanca", "America/Nuuk"] {
            let zone = try TimeZoneRules(named: name)
            for end in [Timestamp(microseconds: .min), Timestamp(microseconds: .max)] {
                let next = schedule.next(after: end, in: zone)
                #expect(next.map { $0 > end } ?? (end.microseconds > 0))
                let latest = schedule.latest(after: Timestamp(microseconds: .min), through: end, in: zone)
                #expect(latest.map { $0 <= end } ?? (end.microseconds < 0))
            }
        }
    }
}
