// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import OCIModel

@Suite struct VersionRangeTests {
    private func membership(_ text: String, _ version: String) throws -> VersionRange.Membership {
        try VersionRange(parsing: text).membership(of: #require(SemanticVersion(Array(version.utf8)[...])))
    }

    @Test(
        arguments: [
            (">=1.2 <2", "1.2.0 1.99.0", "1.1.9 2.0.0"), (">=1.2, <2", "1.2.0", "2.0.0"),
            (">= 1.2,< 2", "1.2.0", "2.0.0"),
            ("=>1.2 =<2", "1.2.0 2.9.9", "3.0.0"), (">1.2", "1.3.0 2.0.0", "1.2.0 1.2.9"), (">1.2.0", "1.2.1", "1.2.0"),
            (">1", "2.0.0", "1.0.0 1.9.9"), ("<1.2", "1.1.9", "1.2.0"), ("<=1.2", "1.2.9", "1.3.0"),
            ("<=1.2.3", "1.2.3", "1.2.4"),
            ("1.0.x", "1.0.0 1.0.9", "1.1.0 0.9.0"), ("1.X", "1.9.9", "2.0.0 0.1.0"), ("1.2.*", "1.2.7", "1.3.0"),
            ("1.2", "1.2.0 1.2.9", "1.3.0"), ("=1.0.0", "1.0.0", "1.0.1"), ("v1.0.0", "1.0.0", "1.0.1"),
            ("=1", "1.5.0", "2.0.0"),
            ("!=1.3.0", "1.3.1 1.2.9", "1.3.0"), ("!=1.3", "1.4.0 1.2.9", "1.3.0 1.3.9"),
            ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"), ("^1.2", "1.2.0 1.9.0", "1.1.0 2.0.0"),
            ("^1", "1.0.0 1.9.9", "2.0.0"),
            ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"), ("^0.0.3", "0.0.3", "0.0.4 0.0.2"), ("^0.0", "0.0.9", "0.1.0"),
            ("^0", "0.9.9", "1.0.0"), ("^0.0.0", "0.0.0", "0.0.1"), ("~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"),
            ("~1.2", "1.2.0", "1.3.0"), ("~1", "1.9.9", "2.0.0"), ("~>1.2.3", "1.2.9", "1.3.0"),
            ("~0", "0.9.0", "1.0.0"),
            ("1.2 - 1.4", "1.2.0 1.4.9", "1.5.0 1.1.9"), ("1.2.3 - 1.4.5", "1.4.5", "1.4.6"),
            ("1.x || >=2.5", "1.0.0 2.5.0", "2.4.0 0.9.0"),
            ("1.0.0||2.0.0", "1.0.0 2.0.0", "1.5.0"), ("*", "0.0.0 9.9.9", ""), ("x", "1.0.0", ""),
            (">=*", "1.0.0", ""), (">*", "", "1.0.0"),
            (">=99999999999999999999", "100000000000000000000.0.0", "99999999999999999998.0.0"),
            ("^9", "9.1.0", "10.0.0"),
            ("~99.99", "99.99.1", "99.100.0"), (">0,<2.0", "1.0.0 1.9.9", "0.1.0 2.0.0"),
            ("\t >=1\t", "1.0.0", "0.9.0"),
        ])
    func `holds the versions that npm and Flux hold`(range: String, inside: String, outside: String) throws {
        for version in inside.split(separator: " ") {
            #expect(try membership(range, String(version)) == .inside, "\(version)")
        }
        for version in outside.split(separator: " ") {
            #expect(try membership(range, String(version)) == .outside, "\(version)")
        }
    }

    @Test(arguments: [
        (">=1.0.0", "1.1.0-rc.1", VersionRange.Membership.preRelease), (">=1.0.0-0", "1.1.0-rc.1", .inside),
        (">=1.0.0-0", "1.0.0-alpha", .inside), (">=1.0.0-rc.1", "1.0.0-beta", .outside),
        (">=1.0.0-0 <2.0.0", "1.9.0-rc.1", .inside),
        (">=1.0.0-0 <2.0.0", "2.0.0-rc.1", .outside), (">=1.0.0-0 <2.0.0-0", "2.0.0-rc.1", .outside),
        (">=1.0.0-0 <2.0.0-rc.2", "2.0.0-rc.1", .inside), ("^1.2.3-rc.1", "1.2.3-rc.2", .inside),
        ("^1.2.3-rc.1", "2.0.0-rc.1", .outside),
        ("~1.2.3-0", "1.2.9-rc", .inside), ("*-0", "9.0.0-rc.1", .inside), ("*", "9.0.0-rc.1", .preRelease),
        ("<=2.0.0-0", "1.0.0-rc", .inside),
        ("=1.2.3-rc.1", "1.2.3-rc.1", .inside), ("1.2.3", "1.2.3-rc.1", .outside), (">=1.2-0", "1.2.0-rc", .inside),
        ("^1 || ^2-0", "1.5.0-rc", .preRelease),
        ("!=1.0.0", "1.1.0-rc", .preRelease),
    ])
    func `a pre-release counts where the range names one`(
        range: String, version: String, membership expected: VersionRange.Membership
    ) throws {
        #expect(try membership(range, version) == expected)
    }

    @Test(arguments: [
        ("", "a version is missing"), (" ", "a version is missing"), ("1.0.0p", "\"1.0.0p\" is no version"),
        ("1x", "\"1x\" is no version"),
        ("x1", "\"x1\" is no version"), ("-1", "\"-1\" is no version"), ("a", "\"a\" is no version"),
        ("1.2.3.4", "\"1.2.3.4\" is no version"),
        (">=", "a version is missing"), ("1 ||", "a version is missing"), ("|| 1", "a version is missing"),
        ("1 | 2", "\"| 2\" cannot stand there"),
        ("1,,2", "a version is missing"), ("1,", "a version is missing"), (">=1.2 - 2", "\"-\" is no version"),
        ("1 - ", "a version is missing"),
        ("01.2", "\"01.2\" is no version"), ("1.2.3-", "\"1.2.3-\" is no version"),
        ("latest", "\"latest\" is no version"),
        ("1.x.3", "\"1.x.3\" is no version"), ("1.2.3-a_b", "\"1.2.3-a_b\" is no version"),
        (">>1", "\">1\" is no version"), ("1.2\n", "\"1.2\\n\" is no version"),
    ])
    func `says what is wrong with a range`(range: String, what: String) {
        #expect(throws: VersionRange.Problem(explanation: "\(what); write for example >=1.2 <2, ^1.4 or 1.x || 2.5.x"))
        {
            try VersionRange(parsing: range)
        }
    }

    @Test func `does not look at a range without end`() {
        #expect(throws: VersionRange.Problem(explanation: "is longer than 256 bytes; shorten it")) {
            try VersionRange(parsing: String(repeating: "1 ", count: 200))
        }
    }
}
