// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import Schedules

@Suite struct CronParsingTests {
    /// Field values in full, as Kubernetes reads them.
    static let readings: [(String, String)] = [
        ("0 3 * * *", "0 3 1-31 1-12 0-6"),
        ("*/15 0-23/6 1,15 */3 1-5", "0,15,30,45 0,6,12,18 1,15 1,4,7,10 1,2,3,4,5"),
        ("5/20 20/2 * * *", "5,25,45 20,22 1-31 1-12 0-6"),
        ("1-30/10 8-10 1-3 jan-Mar MON-FRI", "1,11,21 8,9,10 1,2,3 1,2,3 1,2,3,4,5"),
        ("0 0 * FEB,nov sun", "0 0 1-31 2,11 0"),
        ("0 0 * * 7", "0 0 1-31 1-12 0"),
        ("0 0 * * 5-7", "0 0 1-31 1-12 5,6,0"),
        ("0 0 * * 0-7", "0 0 1-31 1-12 0-6"),
        ("0 0 * * 4/2", "0 0 1-31 1-12 4,6"),
        ("0 0 ? * ?", "0 0 1-31 1-12 0-6"),
        ("*/90 0 * * *", "0 0 1-31 1-12 0-6"),
        ("\t00  05 01 1 * \n", "0 5 1 1 0-6"),
        ("1,2,2-4 0 * * *", "1,2,3,4 0 1-31 1-12 0-6"),
        ("@hourly", "0 0-23 1-31 1-12 0-6"),
        ("@daily", "0 0 1-31 1-12 0-6"),
        ("@midnight", "0 0 1-31 1-12 0-6"),
        ("@weekly", "0 0 1-31 1-12 0"),
        ("@monthly", "0 0 1 1-12 0-6"),
        ("@yearly", "0 0 1 1 0-6"),
        ("@annually", "0 0 1 1 0-6"),
    ]

    @Test(arguments: readings)
    func `reads the fields as Kubernetes does`(text: String, fields: String) throws {
        let schedule = try CronSchedule(parsing: text)
        let bits = fields.split(separator: " ").map { field in
            field.split(separator: ",").reduce(into: UInt64(0)) { bits, part in
                let ends = part.split(separator: "-").map { UInt64($0)! }
                for value in ends[0]...ends[ends.count - 1] { bits |= 1 << value }
            }
        }
        #expect(
            [schedule.minutes, schedule.hours, schedule.daysOfMonth, schedule.months, schedule.daysOfWeek] == bits)
    }

    static let errors: [(String, String)] = [
        ("", #"schedule "": is empty; write five fields, for example 0 3 * * * for 03:00 every day"#),
        (" \n", #"schedule " \n": is empty; write five fields, for example 0 3 * * * for 03:00 every day"#),
        (
            "0 3 * *",
            #"schedule "0 3 * *": has 4 fields; write five: minute, hour, day of month, month, day of week"#
        ),
        (
            "0 0 3 * * *",
            #"schedule "0 0 3 * * *": has 6 fields; write five: minute, hour, day of month, month, day of week"#
        ),
        ("60 * * * *", #"schedule "60 * * * *": minute "60" holds 60, which is out of range; write 0 to 59"#),
        ("0 24 * * *", #"schedule "0 24 * * *": hour "24" holds 24, which is out of range; write 0 to 23"#),
        ("0 0 0 * *", #"schedule "0 0 0 * *": day of month "0" holds 0, which is out of range; write 1 to 31"#),
        (
            "0 0 * 1-13 *",
            #"schedule "0 0 * 1-13 *": month "1-13" holds 13, which is out of range; write 1 to 12 or JAN to DEC"#
        ),
        (
            "0 0 * * 8",
            #"schedule "0 0 * * 8": day of week "8" holds 8, which is out of range; write 0 to 7 or SUN to SAT"#
        ),
        (
            "0 0 * * FRI-MON",
            #"schedule "0 0 * * FRI-MON": day of week "FRI-MON" goes from 5 down to 1; write the smaller value first, or "#
                + "two ranges with a comma"
        ),
        ("*/0 * * * *", #"schedule "*/0 * * * *": minute "*/0" has the step 0; write a whole number from 1"#),
        ("*/x * * * *", #"schedule "*/x * * * *": minute "*/x" has the step "x"; write a whole number from 1"#),
        ("1//2 * * * *", #"schedule "1//2 * * * *": minute "1//2" has more than one slash; write RANGE/STEP"#),
        ("1-2-3 * * * *", #"schedule "1-2-3 * * * *": minute "1-2-3" has more than one hyphen; write FIRST-LAST"#),
        ("1,,2 * * * *", #"schedule "1,,2 * * * *": minute "1,,2" has an empty element; remove the comma"#),
        ("-1 * * * *", #"schedule "-1 * * * *": minute "-1" holds "", which is no value; write 0 to 59"#),
        ("? * * * *", #"schedule "? * * * *": minute "?" holds "?", which is no value; write 0 to 59"#),
        ("+5 * * * *", #"schedule "+5 * * * *": minute "+5" holds "+5", which is no value; write 0 to 59"#),
        (
            "*-5 * * * *",
            #"schedule "*-5 * * * *": minute "*-5" holds "*", which is no value; write 0 to 59"#
        ),
        (
            "0 0 * * MONDAY",
            #"schedule "0 0 * * MONDAY": day of week "MONDAY" holds "MONDAY", which is no value; "#
                + "write 0 to 7 or SUN to SAT"
        ),
        (
            "0 0 30 2 *",
            #"schedule "0 0 30 2 *": never occurs: no month of it has such a day; correct the day of month or the month"#
        ),
        (
            "0 0 31 4,6 *",
            #"schedule "0 0 31 4,6 *": never occurs: no month of it has such a day; correct the day of month or the month"#
        ),
        (
            "@every 5m",
            #"schedule "@every 5m": is no known abbreviation; write @hourly, @daily, @midnight, @weekly, @monthly, "#
                + "@yearly, @annually or five fields"
        ),
        (
            "TZ=Asia/Tokyo 0 3 * * *",
            #"schedule "TZ=Asia/Tokyo 0 3 * * *": holds a time zone; remove it and set timeZone beside the schedule"#
        ),
        (
            "\u{1B}[2J 0 3 * *",
            #"schedule "\u{1B}[2J 0 3 * *": minute "\u{1B}[2J" holds "\u{1B}[2J", which is no value; write 0 to 59"#
        ),
    ]

    @Test(arguments: errors)
    func `says which field is wrong and what to write`(text: String, message: String) {
        let error = #expect(throws: CronError.self) { try CronSchedule(parsing: text) }
        #expect(error?.description == message)
    }

    @Test func `reads 256 bytes and no more`() throws {
        let longest = "0 " + String(repeating: " ", count: 246) + "3 1 * *"
        #expect(try CronSchedule(parsing: longest + " ") == CronSchedule(parsing: "0 3 1 * *"))
        let error = #expect(throws: CronError.self) { try CronSchedule(parsing: longest + "  ") }
        #expect(error?.reason == .tooLong(limit: 256))
    }

    @Test(arguments: [
        ("30 2 * * *", false), ("0 0-23/2 * * *", false), ("0 * * * *", true), ("0 */2 * * *", true),
        ("*/5 2 * * *", true), ("5,*/20 2 * * *", true), ("0 0 */2 * *", false), ("@daily", false), ("@hourly", true),
    ])
    func `a star in minute or hour follows real time`(text: String, followsRealTime: Bool) throws {
        #expect(try CronSchedule(parsing: text).followsRealTime == followsRealTime)
    }
}
