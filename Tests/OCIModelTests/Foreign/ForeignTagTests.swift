// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import OCIModel

/// Which tag is newer, as the tests of others have it; record 0013 has the table of files, 0006 and 0013 the differences.
@Suite struct ForeignTagTests {
    private func select(_ policy: TagPolicy, _ tags: [String], running: String? = nil) throws -> TagSelection {
        try TagSelector(policy).select(from: tags, running: running, limit: 50)
    }

    private func semantic(_ range: String? = nil) throws -> TagPolicy {
        TagPolicy(.semanticVersion(try range.map { (text) in try VersionRange(parsing: text) }))
    }

    /// Keel `internal/policy/semver_test.go` and `util/version/version_test.go`: its `patch` is `~`, its `minor` is `^`.
    @Test(
        arguments: [
            (nil, "1.4.5", "1.4.3", false), (nil, "1.4.5", "1.4.6", true), (nil, "1.4.5", "1.4.5", false),
            (nil, "1.4.5", "1.5.5", true), (nil, "1.4.5", "2.4.5", true), ("~1.4.5", "1.4.5", "1.4.6", true),
            ("~1.4.5", "1.4.5", "1.4.4", false), ("~1.4.5", "1.4.5", "2.4.6", false),
            ("~1.4.5", "1.4.5", "1.4.5", false), ("^1.4.5", "1.4.5", "1.5.5", true), ("^1.4.5", "1.4.5", "1.4.6", true),
            ("^1.4.5", "1.4.5", "1.4.5-xx", false), ("^1.4.5", "1.4.5", "1.4.6-xx", false),
            ("^1", "v1.0.0", "v1.0.1-metadata", false), ("^1", "v1.0.0-metadata", "v1.0.1-metadata", true),
            ("^1", "1.4.5-xx", "1.4.6-xx", true), ("^1", "1.4.5-xx", "1.4.6-yy", false), (nil, "1.4.5", "3050", false),
        ] as [(String?, String, String, Bool)])
    func `a step is taken or not`(range: String?, running: String, tag: String, isTaken: Bool) throws {
        #expect(try select(semantic(range), [tag], running: running).newer == (isTaken ? 1 : 0))
    }

    /// Keel `internal/policy/force_test.go`. It orders the tags whose force policy would take any: never a step down. A flavour
    /// does not become another, so `8.0.0` is not `7.9.1-debian`'s; a suffix of numbers is a stage before its release.
    @Test(
        arguments: [
            ("7.9.1-1-ubi8", "8.0.0", true), ("7.9.1-1-ubi8", "3.0.0", false), ("8.1.0", "8.0.0", false),
            ("8.1.0", "8.1.0", false), ("1.4.5", "1.4.6", true), ("1.2.3-4", "1.2.3-3", false),
            ("1.2.3-3", "1.2.3-4", true), ("7.9.1-1-ubi8", "7.9.1", true), ("latest", "main", false),
            ("latest", "1.2.3", false), ("2.0.0-rc.1", "2.0.0-rc.2", true), ("2.0.0-rc.2", "2.0.0-rc.1", false),
            ("2.0.0-rc.1", "2.1.0-rc.1", false), ("2.0.0", "2.0.0-rc.2", false), ("2024.1-2", "2024.1-3", true),
        ])
    func `no step down, and on the way to a release to the next stage of it`(
        running: String, tag: String, isTaken: Bool
    ) throws {
        #expect(try select(semantic(), [tag], running: running).newer == (isTaken ? 1 : 0))
    }

    @Test func `a stage of the version that runs counts where a range allows the version, and in dates`() throws {
        let tags = ["2.0.0-rc.2", "2.0.0-rc.3", "2.1.0-rc.1"]
        #expect(try select(semantic(">=1.0.0"), tags, running: "2.0.0-rc.2").candidates == ["2.0.0-rc.3"])
        #expect(try select(semantic("<2.0.0"), tags, running: "2.0.0-rc.2").candidates == [])
        let dates = try select(TagPolicy(.calendarVersion), ["24.04-rc2", "24.10-rc1"], running: "24.04-rc1")
        #expect(dates.candidates == ["24.04-rc2"])
    }

    /// Keel `util/version/version_test.go`, the newest available.
    @Test(
        arguments: [
            ("1.1.1", ["1.1.1", "1.1.2"], "1.1.2"), ("1.1.1", ["1.1.0", "1.1.1"], nil),
            ("1.1.1", ["latest", "alpha"], nil), ("1.1.1", ["latest", "alpha", "1.1.2"], "1.1.2"),
            ("1.1.1", ["1.1.0", "alpha", "1.1.2", "latest"], "1.1.2"), ("1.1.1", [], nil), ("latest", ["1.1.1"], nil),
            ("8.1", ["8.1", "8.2", "8.3"], "8.3"),
            ("8.1.1", ["8.2.0", "8.3.0-staging", "8.4.0-develop"], "8.2.0"),
            // There 10 and the staging one: a number alone is a build's, and `staging` nobody asked for.
            ("8.1.1", ["8", "9", "10"], nil), ("8", ["8", "9", "10"], "10"), ("1.1.1", ["v1.2.1-staging.1"], nil),
        ] as [(String, [String], String?)])
    func `the newest available`(running: String, tags: [String], newest: String?) throws {
        #expect(try select(semantic(), tags, running: running).candidates.first == newest)
    }

    /// Keel `glob_test.go`: `latest.*` is an include, its order that of the bytes. Equal is not newer.
    @Test(arguments: [
        ("^latest$", "latest", "latest", false), ("^latest$", "latest", "earliest", false),
        ("^lat", "latest", "latest", false), (#"^latest\."#, "latest.20241321", "latest.20251321", true),
        (#"^latest\."#, "latest.20251321", "latest.20241321", false),
    ])
    func `a pattern and an order`(include: String, running: String, tag: String, isTaken: Bool) throws {
        let selection = try select(TagPolicy(.alphabetical, include: [include]), [tag], running: running)
        #expect(selection.newer == (isTaken ? 1 : 0))
    }

    /// Flux `internal/policy/{alphabetical,numerical,filter}_test.go`, Argo CD Image Updater `tag_test.go`, Keel's order of tags.
    /// The descending orders have no counterpart: the newest is never the smallest.
    @Test(
        arguments: [
            (
                .alphabetical, ["16.04", "16.04.1", "16.10", "20.04", "20.10"],
                ["20.10", "20.04", "16.10", "16.04.1", "16.04"]
            ),
            (
                .alphabetical, ["xenial", "yakkety", "zesty", "artful", "bionic"],
                ["zesty", "yakkety", "xenial", "bionic", "artful"]
            ),
            (
                .alphabetical, ["wohoo", "bazar", "alpha", "jesus", "zebra"],
                ["zebra", "wohoo", "jesus", "bazar", "alpha"]
            ),
            (.alphabetical, ["1606234201", "1606364286", "1606334092"], ["1606364286", "1606334092", "1606234201"]),
            (
                .alphabetical, ["rel-1606234201", "rel-1606364286", "rel-1606334092"],
                ["rel-1606364286", "rel-1606334092", "rel-1606234201"]
            ), (.alphabetical, [], []),
            (.numerical, ["-62", "73", "72", "15", "16", "15", "29", "-33"], ["73", "72", "29", "16", "15"]),
            (
                .numerical, ["1606234201", "1606364286", "1606334092", "1606334284", "1606334201"],
                ["1606364286", "1606334284", "1606334201", "1606334092", "1606234201"]
            ), (.numerical, ["1"], ["1"]), (.numerical, ["0", "1a", "b"], ["0"]), (.numerical, [], []),
            (
                .semanticVersion(nil), ["v2.0.2", "v1.0", "v2.0.0", "v1.0.1", "v2.0.3", "v2.0"],
                ["v2.0.3", "v2.0.2", "v2.0.0", "v2.0", "v1.0.1", "v1.0"]
            ),
            (
                .semanticVersion(nil), ["3.0.0", "3.0.1", "7.9.1-1-ubi8", "8.0.0", "latest", "8.3.1"],
                ["8.3.1", "8.0.0", "3.0.1", "3.0.0"]
            ), (.semanticVersion(nil), ["1.3", "2.5", "2.7", "3.8"], ["3.8", "2.7", "2.5", "1.3"]),
            (.semanticVersion(nil), ["v1.0.0", "v1.2.0", "v1.1.0"], ["v1.2.0", "v1.1.0", "v1.0.0"]),
            // Flux' exclusion list: signatures are no versions anyway.
            (
                .semanticVersion(nil), ["0.1.0", "0.1.1", "0.1.1.sig", "1.0.0-alpha", "1.0.0", "1.0.0.sig"],
                ["1.0.0", "0.1.1", "0.1.0"]
            ),
        ] as [(TagPolicy.Order, [String], [String])])
    func `lists have their order`(order: TagPolicy.Order, tags: [String], ranked: [String]) throws {
        #expect(try select(TagPolicy(order), tags).ranked == ranked)
        #expect(try select(TagPolicy(order), tags.reversed()).ranked == ranked)
    }

    /// Diun `pkg/registry/tags_test.go`: its list of 34.
    private static let diun = """
        0.1.0 0.4.0 3.0.0-beta.1 3.0.0-beta.3 3.0.0-beta.4 4 4.0.0 4.0.0-beta.1 4.1.0 4.1.1 4.10.0 4.11.0 4.12.0 4.13.0 4.14.0 \
        4.19.0 4.2.0 4.20 4.20.0 4.20.1 4.21 4.21.0 4.3.0 4.3.1 4.4.0 4.6.1 4.7.0 4.8.0 4.8.1 4.9.0 ubuntu-5.0 alpine-5.0 edge latest
        """.split(separator: " ").map(String.init)

    @Test func `Diun's list in the order of its versions, without what is none`() throws {
        let theirs = """
            4.21.0 4.21 4.20.1 4.20.0 4.20 4.19.0 4.14.0 4.13.0 4.12.0 4.11.0 4.10.0 4.9.0 4.8.1 4.8.0 4.7.0 4.6.1 4.4.0 4.3.1 4.3.0 \
            4.2.0 4.1.1 4.1.0 4.0.0 0.4.0 0.1.0
            """.split(separator: " ").map(String.init)
        let selection = try select(semantic(), Self.diun)
        #expect(selection.ranked == theirs)
        // 4, ubuntu-5.0, alpine-5.0, edge, latest; there the first among versions, the prefixed before all, the rest after.
        #expect(selection.rejected == [.notAVersion: 5, .preRelease: 4])
        let staged = try select(semantic(">=0-0"), Self.diun).ranked.filter { $0.contains("beta") }
        #expect(staged == ["4.0.0-beta.1", "3.0.0-beta.4", "3.0.0-beta.3", "3.0.0-beta.1"])
    }

    @Test func `Diun's list in the order of its bytes`() throws {
        let ranked = try select(TagPolicy(.alphabetical), Self.diun).ranked
        #expect(ranked == Self.diun.sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) })
        #expect(ranked.prefix(4) == ["ubuntu-5.0", "latest", "edge", "alpine-5.0"])
    }

    /// Diun `internal/matcher/matcher_test.go`. A pattern that is none matches nothing there, here it is refused.
    @Test(
        arguments: [
            ([], [], "latest", true), ([#"^v\d+\.\d+\.\d+$"#], [], "v1.2.3", true),
            ([#"^v\d+\.\d+\.\d+$"#], [], "latest", false), (["^latest$", #"^v\d+\.\d+\.\d+$"#], [], "v1.2.3", true),
            (["^latest$", #"^v\d+\.\d+\.\d+$"#], [], "dev", false), ([], ["^dev$", "^test$"], "dev", false),
            ([], ["^dev$", "^test$"], "v1.2.3", true), (["^v"], ["2"], "v1.2.3", false),
        ] as [([String], [String], String, Bool)])
    func `patterns take in and leave out`(include: [String], exclude: [String], tag: String, isIn: Bool) throws {
        let policy = TagPolicy(.alphabetical, include: include, exclude: exclude)
        #expect(try select(policy, [tag]).acceptable == (isIn ? 1 : 0))
    }

    /// Flux `filter_test.go`, `semver_test.go`, `factory_test.go`.
    @Test func `what is extracted is compared, and what is no policy is refused`() throws {
        let tags = ["ver1", "ver2", "ver3", "rel1"]
        #expect(try select(TagPolicy(.alphabetical, include: ["^ver"]), tags).ranked == ["ver3", "ver2", "ver1"])
        let extracted = TagPolicy(.numerical, include: [#"ver(\d+)"#], extract: #"ver(\d+)"#)
        #expect(try select(extracted, tags + ["ver10"]).ranked == ["ver10", "ver3", "ver2", "ver1"])
        for range in ["1.0.x", "^1.0", "=1.0.0", "~1.0", ">=1.0", ">0,<2.0"] {
            #expect(throws: Never.self) { try VersionRange(parsing: range) }
        }
        for range in ["1.0.0p", "1x", "x1", "-1", "a", "", "*-*", "latest"] {
            #expect(throws: VersionRange.Problem.self) { try VersionRange(parsing: range) }
        }
        #expect(throws: TagPolicyError.self) { try TagSelector(TagPolicy(.alphabetical, include: ["["])) }
    }
}
