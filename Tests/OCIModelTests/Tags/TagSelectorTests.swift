// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import OCIModel

@Suite struct TagSelectorTests {
    private func select(
        _ policy: TagPolicy, _ tags: String, running: String? = nil, limit: Int = 5
    ) throws -> TagSelection {
        try TagSelector(policy).select(
            from: tags.split(separator: " ").map(String.init), running: running, limit: limit)
    }

    private static func semantic(_ range: String? = nil) throws -> TagPolicy {
        TagPolicy(.semanticVersion(try range.map { (text) in try VersionRange(parsing: text) }))
    }

    /// Cases of Flux, Argo CD Image Updater, Keel and Diun (research: image-watch 7.3) in our own tables; what we decide
    /// otherwise stands in record 0006.
    @Test(
        arguments: [
            ("1.0.x", "1.0.0 1.0.0.1 1.0.0p 1.0.1 1.2.0 0.1.0", nil, "1.0.1", 0),
            ("1.0.x", "v1.2.3 v1.0.0 v0.1.0", nil, "v1.0.0", 0),
            ("1.0.x", "b1.2.3 b1.0.0 b0.1.0", nil, nil, 0), ("1.0.x", "", nil, nil, 0), ("1.0.x", "1.2.0", nil, nil, 0),
            (nil, "0.1 0.5.1 0.9 1.0 1.0.1 1.1.2 2.0.3", "1.0", "2.0.3", 3),
            ("^1.0", "0.1 0.5.1 0.9 1.0 1.0.1 1.1.2 2.0.3", "1.0", "1.1.2", 2),
            ("~1.0", "0.1 0.5.1 0.9 1.0 1.0.1 1.1.2 2.0.3", "1.0", "1.0.1", 1),
            ("^1.0", "0.1 0.5.1 0.9 1.0 1.0.1 1.1.2 2.0.3", "latest", "1.1.2", 0),
            ("~1.0", "0.1 0.5.1 0.9 2.0.3", "1.0", nil, 0), (nil, "zz bb yy cc yy aa ll", "bb", nil, 0),
            (nil, "v2.0.2 v1.0 v2.0.0 v1.0.1 v2.0.3 v2.0", "v2.0", "v2.0.3", 2), (nil, "1.4.3", "1.4.5", "1.4.3", 0),
            (nil, "1.4.6", "1.4.5", "1.4.6", 1),
            (nil, "1.4.5", "1.4.5", "1.4.5", 0), (nil, "1.4.5-xx", "1.4.5", nil, 0),
            (nil, "v1.0.1-metadata", "v1.0.0", nil, 0),
            (nil, "v1.0.1-metadata", "v1.0.0-metadata", "v1.0.1-metadata", 1),
            (nil, "1.4.6-xx", "1.4.5-xx", "1.4.6-xx", 1),
            (nil, "1.4.6-yy", "1.4.5-xx", nil, 0), (nil, "3050", "1.4.5", nil, 0), ("~1.4.5", "2.4.6", "1.4.5", nil, 0),
            (
                nil,
                "0.1.0 3.0.0-beta.4 4 4.0.0 4.0.0-beta.1 4.1.1 4.19.0 4.2.0 4.20 4.20.1 4.21 4.21.0 4.9.0 ubuntu-5.0 alpine-5.0 edge latest",
                "4.2.0", "4.21.0", 6
            ),
        ] as [(String?, String, String?, String?, Int)])
    func `elects the newest semantic version`(
        range: String?, tags: String, running: String?, newest: String?, newer: Int
    ) throws {
        let selection = try select(Self.semantic(range), tags, running: running)
        #expect(selection.ranked.first == newest)
        #expect(selection.newer == newer)
    }

    @Test(
        arguments: [
            (TagPolicy.Order.numerical, "73 72 15 16 15 29", "29", "73", 2),
            (
                .numerical, "47.40896403322944 24.71884721436865 53.47333823144817 3.2008658570411086", nil,
                "53.47333823144817", 0
            ),
            (.numerical, "1606234201 1606364286 1606334092", "1606334092", "1606364286", 1),
            (.numerical, "0 1a b", "0", "0", 0), (.numerical, "1", nil, "1", 0),
            (.numerical, "9007199254740992 9007199254740993", "9007199254740992", "9007199254740993", 1),
            (.alphabetical, "zz bb yy cc yy aa ll", "bb", "zz", 4),
            (.alphabetical, "rel-10 rel-9", "rel-9", "rel-9", 0),
            (.calendarVersion, "22.04 24.04 23.10 latest jammy 24.04-rc1", "22.04", "24.04", 2),
            (.calendarVersion, "2024.01.15 20240301 2024-02-01 1.2.3", "2024.01.15", "20240301", 2),
            (.calendarVersion, "2024.1-alpine 2024.2 2024.3-alpine", "2024.1-alpine", "2024.3-alpine", 1),
            (.digest, "1.0 2.0", "1.0", nil, 0),
        ] as [(TagPolicy.Order, String, String?, String?, Int)])
    func `elects the newest of another order`(
        order: TagPolicy.Order, tags: String, running: String?, newest: String?, newer: Int
    ) throws {
        let selection = try select(TagPolicy(order), tags, running: running)
        #expect(selection.ranked.first == newest)
        #expect(selection.newer == newer)
    }

    @Test func `bad tags are counted by their reason and harm no other`() throws {
        var policy = try Self.semantic("<3")
        policy.include = [#"^v?\d"#, "^w"]
        policy.exclude = ["debug"]
        let hash = String(repeating: "a", count: 64)
        let tags = [
            "1.0.0", "2.0.0", "2.1.0-rc.1", "2.1.0-alpine", "3.0.0", "2.0.0-debug", "latest", "w1", "0.9.0", "1.0.0.1",
            "", "a b", "1\u{0}2",
            "sha256:" + hash, "sha256-" + hash, "sha256-" + hash + ".sig", "sha256-" + hash + "0.att",
            String(repeating: "1", count: 129), "-1", "é",
        ]
        let selection = try TagSelector(policy).select(from: tags, running: "1.0.0")
        #expect(selection.candidates == ["2.0.0"])
        #expect(selection.acceptable == 3)
        #expect(
            selection.rejected == [
                .preRelease: 1, .otherFlavour: 1, .outOfRange: 1, .excluded: 1, .notIncluded: 2, .notAVersion: 2,
                .notNewer: 1, .notATag: 7,
                .artifact: 2,
            ])
    }

    @Test func `a flavour stays with its own, in the order of its numbers`() throws {
        let tags =
            "1.25.3-alpine3.9 1.25.3-alpine3.18 1.25.3-alpine3.19 1.26.0 1.26.0-alpine 1.26.0-rc1-alpine3.19 1.26.0-slim"
        let selection = try select(Self.semantic("^1.25"), tags, running: "1.25.3-alpine3.18")
        #expect(selection.ranked == ["1.25.3-alpine3.19", "1.25.3-alpine3.18", "1.25.3-alpine3.9"])
        #expect(selection.candidates == ["1.25.3-alpine3.19"])
        #expect(selection.rejected == [.otherFlavour: 4, .notNewer: 1])
    }

    @Test func `a range that asks for pre-releases gets them, flavours too`() throws {
        let selection = try select(
            Self.semantic(">=1.0.0-0"), "1.0.0 1.1.0-rc.1 1.1.0-main-4711 1.0.1-alpine", running: "1.0.0")
        #expect(selection.ranked == ["1.1.0-rc.1", "1.1.0-main-4711", "1.0.1-alpine", "1.0.0"])
    }

    @Test(
        arguments: [
            (nil, ["2.0.0", "2.0", "v2.0.0", "v2.0"]), ("1.0.0", ["2.0.0", "v2.0.0", "2.0", "v2.0"]),
            ("v1.0.0", ["v2.0.0", "2.0.0", "v2.0", "2.0"]),
            ("v1.0", ["v2.0", "v2.0.0", "2.0", "2.0.0"]),
        ] as [(String?, [String])])
    func `tags of one version are told apart by how the running one is written`(running: String?, order: [String])
        throws
    {
        let selection = try select(Self.semantic(), "v2.0 2.0 v2.0.0 2.0.0", running: running)
        #expect(Set(selection.ranked) == Set(order))
        #expect(selection.ranked.first == order.first)
        #expect(selection.ties.count == 3)
    }

    @Test func `what is extracted decides, and a collision has its order`() throws {
        var policy = TagPolicy(.numerical, include: ["^main-"], extract: #"^main-[0-9a-f]{7}-(?P<version>\d+)$"#)
        var selection = try select(
            policy, "main-aaaaaaa-9 main-bbbbbbb-10 main-ccccccc-10 main-x dev-aaaaaaa-11", running: "main-0000000-9")
        #expect(selection.ranked == ["main-ccccccc-10", "main-bbbbbbb-10", "main-aaaaaaa-9"])
        #expect(selection.ties == ["main-bbbbbbb-10"])
        #expect(selection.rejected == [.notExtracted: 1, .notIncluded: 1, .notNewer: 1])
        policy.order = .alphabetical
        selection = try select(policy, "main-aaaaaaa-9 main-bbbbbbb-10", running: nil)
        #expect(selection.ranked.first == "main-aaaaaaa-9")
    }

    @Test(arguments: [("latest", TagRejection.notAVersion), ("x", .notAVersion), ("", .notAVersion)])
    func `what runs and is no version is said, and nothing is called newer`(running: String, obstacle: TagRejection)
        throws
    {
        let selection = try select(Self.semantic(), "1.0.0 2.0.0", running: running)
        #expect(selection.obstacle == obstacle)
        #expect(selection.newer == 0)
        #expect(selection.ranked == ["2.0.0", "1.0.0"])
    }

    @Test func `says which pattern is wrong`() {
        let error = #expect(throws: TagPolicyError.self) {
            try TagSelector(TagPolicy(.numerical, include: ["a", "("]))
        }
        #expect(error?.description == "tags.include[1]: \"(\" is no RE2 expression: missing ): (; correct it")
        let many = #expect(throws: TagPolicyError.self) {
            try TagSelector(TagPolicy(.numerical, exclude: Array(repeating: "a", count: 33)))
        }
        #expect(many?.description == "tags.exclude: holds more than 32 patterns; join some with |")
    }

    /// Random tags of a small alphabet, where versions, ties and flavours meet often.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `the order is total: the same tags in any sequence, one after the other or all at once`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pieces = ["1", "2", "10", ".", ".", "-", "v", "rc", "alpine", "3", "0", "2024.", "ls", "x"]
        var tags: [String] = []
        for _ in 0..<60 {
            tags.append(
                (0..<Int.random(in: 1...7, using: &generator)).map { _ in
                    pieces[Int.random(in: 0..<pieces.count, using: &generator)]
                }.joined())
        }
        for order in [
            TagPolicy.Order.semanticVersion(nil), .semanticVersion(try VersionRange(parsing: "*-0")), .calendarVersion,
            .numerical, .alphabetical,
        ] {
            let selector = try TagSelector(TagPolicy(order))
            for running in [nil, "1.0.0", "v1", "1.0-alpine3", "2024.1-ls3"] as [String?] {
                let whole = selector.select(from: tags, running: running, limit: 100)
                let again = selector.select(from: tags.shuffled(using: &generator), running: running, limit: 100)
                #expect(whole == again)
                // Of any two, the better one is the same as among all.
                for (left, right) in zip(whole.ranked, whole.ranked.dropFirst()) {
                    #expect(selector.select(from: [right, left], running: running).ranked == [left, right])
                }
                // Best of all, third best among three: no cycles.
                if whole.ranked.count >= 3 {
                    let three = (0..<3).map { _ in Int.random(in: 0..<whole.ranked.count, using: &generator) }
                    let chosen = Set(three).sorted().map { whole.ranked[$0] }
                    #expect(selector.select(from: chosen.reversed(), running: running).ranked == chosen)
                }
                #expect(whole.newer <= whole.acceptable)
            }
        }
    }
}
