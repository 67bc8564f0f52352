// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import OCIModel

@Suite struct VersionTests {
    private func semantic(_ text: String) throws -> SemanticVersion {
        try #require(SemanticVersion(Array(text.utf8)[...]), "\(text)")
    }

    private func calendar(_ text: String) throws -> CalendarVersion {
        try #require(CalendarVersion(Array(text.utf8)[...]), "\(text)")
    }

    @Test(arguments: [
        // SemVer 2.0.0, rule 11, and numbers that no integer holds.
        [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0",
        ],
        ["0.9", "1.0.0", "1.0.9", "1.0.10", "1.1", "2", "10"],
        ["1.0.0-0", "1.0.0-1", "1.0.0-99999999999999999999999", "1.0.0-100000000000000000000000", "1.0.0-a"],
        ["1.0.18446744073709551615", "1.0.18446744073709551616", "1.0.100000000000000000000"],
        ["1.0.0-A", "1.0.0-Z", "1.0.0-a"],
    ])
    func `semantic versions stand in their order`(versions: [String]) throws {
        for (index, left) in versions.enumerated() {
            for (other, right) in versions.enumerated() {
                #expect(
                    SemanticVersion.precedence(try semantic(left), try semantic(right)) == Ordering(index, other),
                    "\(left) \(right)")
            }
        }
    }

    @Test(arguments: [
        "v1", "1.2", "v1.2.3", "0.0.0", "1.2.3-rc.1", "1-alpine", "1.2.3-x-y-z.--", "1.2.3-0a", "3.12-slim",
    ])
    func `reads versions as tags write them`(text: String) { #expect(SemanticVersion(Array(text.utf8)[...]) != nil) }

    @Test(arguments: [
        "", "v", "V1.2.3", "1.", ".1", "1..2", "1.2.3.4", "1.2.3p", "01.2.3", "1.02.3", "1.2.3-", "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3-a_b", "1.2.3+b", "latest", "b1.2.3", "alpine-5.0", "1 ", "-1", "1.x", "vv1", "1.2.-3",
    ])
    func `reads nothing else as a version`(text: String) { #expect(SemanticVersion(Array(text.utf8)[...]) == nil) }

    @Test(arguments: [
        ["1999.12", "04.10", "23.10.1", "24.04", "2024.04.1", "2024.10", "2199.1"],
        [
            "2024.01.15", "20240115.1", "20240115-2", "20240116", "2024-02-01", "202402020000", "20240202000001",
            "2024_3",
        ],
        ["2024.1-0.1", "2024.1.0.0.0.0.0.1", "2024.1.99999999999999999999", "2024.1.100000000000000000000"].suffix(3),
    ])
    func `calendar versions stand in their order`(versions: ArraySlice<String>) throws {
        for (index, left) in versions.enumerated() {
            for (other, right) in versions.enumerated() {
                #expect(
                    CalendarVersion.compareNumbers(try calendar(left), try calendar(right)) == Ordering(index, other),
                    "\(left) \(right)")
            }
        }
    }

    @Test(arguments: [("24.04", "2024.4"), ("20240115", "2024-01-15"), ("2024.1", "v2024.01.0"), ("202401", "2024.1")])
    func `one date has several spellings`(one: String, other: String) throws {
        #expect(CalendarVersion.compareNumbers(try calendar(one), try calendar(other)) == .same)
    }

    @Test(arguments: [
        "", "v", "24", "5.1", "1.2.3", "123.4", "1969.1", "2200.1", "20241301", "20240132", "202401152400",
        "20240115120060",
        "2024.", "2024.1.", "2024..1", "2024.x", "2024a", "2024.1.2.3.4.5.6.7.8", "x-2024.1", "99991231",
    ])
    func `reads nothing else as a date`(text: String) { #expect(CalendarVersion(Array(text.utf8)[...]) == nil) }

    @Test(arguments: [
        ("", VersionSuffix.Kind.none), ("rc.1", .preRelease), ("RC1", .preRelease), ("beta", .preRelease),
        ("0", .preRelease),
        ("20240101", .preRelease), ("-x", .preRelease), ("SNAPSHOT", .preRelease), ("alpine", .flavour),
        ("alpine3.19", .flavour), ("ls12", .flavour), ("debian-12-r7", .flavour), ("rcx", .flavour),
        ("slim-bookworm", .flavour),
    ])
    func `a suffix is a stage or a flavour`(text: String, kind: VersionSuffix.Kind) {
        #expect(VersionSuffix(Array(text.utf8)[...]).kind == kind)
    }

    @Test(arguments: [
        ("alpine", "alpine", Ordering.same), ("ls9", "ls10", .less), ("debian-12-r07", "debian-12-r7", .same),
        ("alpine3.19", "alpine3.9", .greater), ("alpine", "alpine3", nil), ("alpine3", "alpine", nil),
        ("slim", "alpine", nil),
        ("jre", "jre-alpine", nil), ("a1b", "a1c", nil), ("a9999999999999999999999", "a10000000000000000000000", .less),
    ])
    func `flavours that differ in numbers alone have an order`(one: String, other: String, order: Ordering?) {
        let (one, other) = (VersionSuffix(Array(one.utf8)[...]), VersionSuffix(Array(other.utf8)[...]))
        #expect(VersionSuffix.flavourOrder(one, other) == order)
    }

    @Test(arguments: ["", "1a", "a", "-1", "1.", ".5", "1.2.3", "1e5", "0x10", "+1", " 1"])
    func `reads nothing else as a number`(text: String) { #expect(DecimalNumber(Array(text.utf8)[...]) == nil) }

    @Test func `numbers of any length stand in their order`() throws {
        let ordered = [
            "0", "0.05", "0.5", "0.62", "1", "1.10", "1.2", "9", "10", "1606364286", String(repeating: "9", count: 127),
        ]
        for (index, left) in ordered.enumerated() {
            for (other, right) in ordered.enumerated() {
                let left = try #require(DecimalNumber(Array(left.utf8)[...]))
                let right = try #require(
                    DecimalNumber(Array(("00" + right + (right.contains(".") ? "0" : ".00")).utf8)[...]))
                #expect(DecimalNumber.compare(left, right) == Ordering(index, other))
            }
        }
    }
}
