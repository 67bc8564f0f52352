// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:34:56Z", 951_827_696),
        ("2026-11-21T08:00:00+02:00", 1_795_240_800),
        ("1969-12-31T23:59:59Z", -1), ("2100-03-01T00:00:00Z", 4_107_542_400),
    ])
    func `reads RFC 3339`(text: String, seconds: Int64) throws {
        #expect(try #require(Timestamp(rfc3339: text)).seconds == seconds)
    }

    @Test(arguments: [
        "", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "９026-01-01T00:00:00Z",
    ])
    func `refuses what is no instant`(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test func `writes what it reads, at both precisions`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<10_000 {
            let instant = Timestamp(
                microseconds: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator))
            #expect(Timestamp(rfc3339: instant.rfc3339Micro) == instant)
            #expect(Timestamp(rfc3339: instant.rfc3339)?.seconds == instant.seconds)
        }
    }
}
