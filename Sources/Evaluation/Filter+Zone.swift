// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schedules

extension Filter {
    /// The changes of a time zone's clocks.
    static let zone = Filter(
        "zone", "What the clocks of a time zone show.",
        input: [
            Member("timeZone", "string", "An IANA name.", isRequired: true),
            Member("after", "instant", "The offset at this instant, and changes later than it.", isRequired: true),
            Member("through", "instant", "Changes not later than this; without it, none are listed."),
        ],
        output: [
            Member("offsetSeconds", "integer", "Seconds east of UTC at `after`."),
            Member("changes", "list", "`time` of each change and `offsetSeconds` from then on."),
        ],
        examples: [
            [
                "timeZone": "Australia/Lord_Howe", "after": "2026-01-01T00:00:00Z", "through": "2027-01-01T00:00:00Z",
            ],
            ["timeZone": "Europe/Pariss", "after": "2026-01-01T00:00:00Z"],
        ],
        notes: """
            The zones are part of the program: release \(TimeZoneRules.dataVersion) of the IANA database, from 2020 on; an earlier \
            instant takes the offset of 2020-01-01. `e2e/oracles/cron.py` compares every zone with Python's `zoneinfo` \
            over 2020 to 2045.
            """
    ) { (input) throws(FilterError) in
        let zone = try zone(input.string("timeZone"))
        let after = try input.instant("after")
        let through = input.has("through") ? try input.instant("through") : after
        let changes = zone.changes(after: after, through: through).map { change -> JSONValue in
            [
                "time": .string(Timestamp(secondsSinceEpoch: change.seconds).rfc3339),
                "offsetSeconds": .integer(Int64(change.offset)),
            ]
        }
        return ["offsetSeconds": .integer(Int64(zone.offset(at: after))), "changes": .array(changes)]
    }
}
