// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schedules

extension Filter {
    /// Occurrences of a schedule in a time zone.
    static let cron = Filter(
        "cron", "When a schedule occurs next, and when it last did.",
        input: [
            Member("schedule", "string", "Five fields, or `@daily` and the like.", isRequired: true),
            Member("timeZone", "string", "An IANA name; `UTC` where it is absent."),
            Member("after", "instant", "Occurrences later than this.", isRequired: true),
            Member("count", "integer", "How many, 0 to 10,000; 1 where it is absent."),
            Member("through", "instant", "Also asks for the last occurrence not later than this."),
        ],
        output: [
            Member("next", "instants", "The first occurrences after `after`; fewer where no more follow."),
            Member("latest", "instant or null", "With `through`: the last one after `after` and not after `through`."),
        ],
        examples: [
            [
                "schedule": "30 2 * * *", "timeZone": "Europe/Paris", "after": "2026-03-28T00:00:00Z", "count": 3,
                "through": "2026-10-25T02:00:00Z",
            ],
            ["schedule": "*/30 2 * * *", "timeZone": "Europe/Paris", "after": "2026-10-25T00:00:00Z", "count": 5],
            ["schedule": "0 0 13 * FRI", "after": "2026-08-01T00:00:00Z", "count": 4],
            ["schedule": "0 0 30 2 *", "after": "2026-08-01T00:00:00Z"],
            ["schedule": "0 3 * * *", "timeZone": "europe/paris", "after": "2026-08-01T00:00:00Z"],
        ],
        notes: """
            The grammar is that of a Kubernetes CronJob (robfig/cron v3), and 7 is Sunday. Where clocks are changed, the rule is \
            that of Debian's cron: a schedule without `*` in minute and hour happens once for each local time, in a skipped \
            hour at the end of the gap and in a repeated hour the first time; a schedule with `*` there follows what the \
            local clock shows.

            `e2e/oracles/cron.py` (scenario `schedules`) compares this filter on random input with robfig/cron 3.0.1 and croniter 7, \
            and around changes of the clock with a search minute by minute over Python's `zoneinfo`. The differences that are \
            meant:

            | class | there | here |
            |---|---|---|
            | a daily time in a repeated hour | robfig/cron and croniter: twice | once, the first time (Debian) |
            | a daily time in a skipped hour | robfig/cron: not at all | once, at the end of the gap (Debian, croniter) |
            | 7 as Sunday | robfig/cron: an error | Sunday, as in Debian's cron and croniter |
            | 30 February | robfig/cron: no occurrence; croniter: an error when asked | an error when read |
            | no occurrence within five years | robfig/cron: none | found, up to twelve years ahead |
            | `1,,2`, `*-5`, `+5`, `?` for the minute | robfig/cron: accepted | an error |
            | `*/1` in one day field, the other one restricted | croniter: every day | `*/1` is `*` (Kubernetes) |
            | `5-5` | croniter: every value of the field | 5 (Kubernetes) |
            | `FRI-MON` | croniter: goes round the end of the week | an error (Kubernetes) |
            | six fields, `L`, `#`, `R`, `H` | croniter: accepted | an error (Kubernetes) |
            """
    ) { (input) throws(FilterError) in
        let schedule = try schedule(input.string("schedule"))
        let zone = try zone(input.string("timeZone", default: "UTC"))
        let after = try input.instant("after")
        var next: [JSONValue] = []
        var last = after
        for _ in 0..<(try input.integer("count", in: 0...10_000, default: 1)) {
            guard let occurrence = schedule.next(after: last, in: zone) else { break }
            next.append(.string(occurrence.rfc3339))
            last = occurrence
        }
        var answer: JSONValue = ["next": .array(next)]
        if input.has("through") {
            let latest = schedule.latest(after: after, through: try input.instant("through"), in: zone)
            answer["latest"] = latest.map { .string($0.rfc3339) } ?? .null
        }
        return answer
    }

    private static func schedule(_ text: String) throws(FilterError) -> CronSchedule {
        do throws(CronError) {
            return try CronSchedule(parsing: text)
        } catch {
            throw FilterError(error.description)
        }
    }

    static func zone(_ name: String) throws(FilterError) -> TimeZoneRules {
        do throws(TimeZoneError) {
            return try TimeZoneRules(named: name)
        } catch {
            throw FilterError(error.description)
        }
    }
}
