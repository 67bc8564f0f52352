// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import CustomResources

@Suite struct OutboxTests {
    private let now = Timestamp(secondsSinceEpoch: 1_800_000_000)

    private func filled(_ count: Int, to channels: [String] = ["a", "b"]) -> Outbox {
        var outbox = Outbox()
        for number in 0..<count {
            outbox.add(
                number.isMultiple(of: 3) ? "One" : "Other", count: number + 1, subjects: ["s\(number)"], to: channels,
                about: "uid", at: now + .seconds(number))
        }
        return outbox
    }

    @Test func `what is told comes back from the status as it was, for each channel`() {
        let outbox = filled(3)
        #expect(outbox.notices.count == 6)
        #expect(Outbox(json: outbox.json) == outbox)
        #expect(Set(outbox.notices.map(\.id)).count == 6)
        #expect(Outbox().json == nil)
    }

    @Test func `the same again is no second notice`() {
        var outbox = filled(2)
        let before = outbox
        outbox.add("One", count: 1, subjects: ["s0"], to: ["a"], about: "uid", at: now)
        #expect(outbox == before)
    }

    @Test(arguments: [21, 50, 1_000]) func `too many become numbers, and none is lost`(count: Int) {
        let outbox = filled(count, to: ["a"])
        #expect(outbox.notices.count == Outbox.maximumNotices)
        #expect(outbox.notices.reduce(0) { $0 + $1.count } == (1...count).reduce(0, +))
        // The oldest may be under way: they stay as they are.
        #expect(outbox.notices.prefix(19).map(\.subjects) == (0..<19).map { ["s\($0)"] })
        #expect(Set(outbox.notices.map(\.id)).count == Outbox.maximumNotices)
        #expect((outbox.json?.canonicalBytes.count ?? 0) < 8 << 10)
    }

    @Test func `a channel that has much to tell takes no place of another`() {
        var outbox = Outbox()
        outbox.add("Quiet", count: 1, subjects: ["q"], to: ["quiet"], about: "uid", at: now)
        for number in 0..<40 {
            outbox.add("Loud", count: 1, subjects: [], to: ["loud"], about: "uid", at: now + .seconds(number))
        }
        #expect(outbox.notices.filter { $0.channel == "quiet" }.map(\.subjects) == [["q"]])
        #expect(outbox.notices.filter { $0.channel == "loud" }.reduce(0) { $0 + $1.count } == 40)
    }

    @Test func `the largest outbox there is stays below 64 KiB with room for the rest`() {
        var outbox = Outbox()
        let subject = String(repeating: "é", count: 500)
        for number in 0..<40 {
            outbox.add(
                "NewCritical", count: 99, subjects: (0..<20).map { "\($0)" + subject }, to: ["channel-\(number % 8)"],
                about: "uid", at: now + .seconds(number))
        }
        #expect((outbox.json?.canonicalBytes.count ?? 0) < 40 << 10)
        #expect(outbox.notices.allSatisfy { $0.subjects.allSatisfy { $0.utf8.count <= Notice.subjectLimit } })
    }

    @Test func `a spoiled status is read as far as it goes`() {
        let spoiled: JSONValue = [
            ["id": "msg_1", "channel": "a", "event": "E", "count": 1, "time": "2027-01-01T00:00:00Z"], 7,
            ["id": "msg_2"], ["id": "msg_3", "channel": "a", "event": "E", "count": -5, "time": "never"],
        ]
        #expect(Outbox(json: spoiled).notices.map(\.id) == ["msg_1"])
        #expect(Outbox(json: "text").notices.isEmpty)
    }

    @Test func `fingerprints come back from the status as they were`() {
        var notified = NotifiedFindings()
        notified.known = [0: [1, 0xDEAD_BEEF], 7: [], .max: [.max]]
        notified.total = 3
        notified.breached = true
        notified.failing = [2, .max]
        notified.waitingSinceTime = now
        #expect(NotifiedFindings(json: notified.json) == notified)
        #expect(NotifiedFindings(json: ["known": "AAA"]) == nil)
        #expect(NotifiedFindings(json: nil) == nil)
    }

    @Test func `what was not seen now makes room first, and no repository is known in part`() {
        var notified = NotifiedFindings()
        notified.known = [1: Set(0..<1_000), 2: Set(0..<900), 3: Set(0..<990)]
        notified.fit(keeping: [3, 2])
        #expect(Set(notified.known.keys) == [2, 3])
        notified.known = [1: Set(0..<1_000), 2: Set(0..<3_000)]
        notified.fit(keeping: [2])
        #expect(Set(notified.known.keys) == [1])
        #expect(NotifiedFindings(json: ["known": .string(Base64.encode([0, 0, 0, 1, 0, 0, 0, 9]))]) == nil)
    }
}
