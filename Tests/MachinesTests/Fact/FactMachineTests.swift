// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

/// Questions are `host/name`, requesters and answers are texts.
typealias TestFacts = FactMachine<String, String, String, String>

extension TestFacts {
    init(seed: UInt64 = 1, settings: Settings = Settings()) {
        self.init(settings: settings, generator: SeededGenerator(seed: seed)) { question in
            String(question.prefix { $0 != "/" })
        }
    }

    /// Wanted with a maximum age of a minute.
    mutating func want(_ question: String, by requester: String, at seconds: Double) -> [Effect] {
        wanted(question, by: requester, maximumAge: .seconds(60), now: at(seconds))
    }
}

extension [TestFacts.Effect] {
    var fetches: [String] { compactMap { if case .fetch(let question) = $0 { question } else { nil } } }
    var requeued: Set<String> {
        reduce(into: []) { all, effect in
            if case .requeue(let requesters) = effect { all.formUnion(requesters) }
        }
    }
    var timer: Instant? { compactMap { if case .setTimer(let at) = $0 { at } else { nil } }.last }
}

@Suite struct `Fact machine` {
    @Test func `story: two want to know, one asks, both are told`() {
        var facts = TestFacts()
        #expect(facts.want("a/1", by: "x", at: 0) == [.fetch("a/1")] && facts.knowledge(of: "a/1") == .unknown)
        #expect(facts.want("a/1", by: "y", at: 1).isEmpty)
        #expect(facts.answered("a/1", "yes", now: at(2)).requeued == ["x", "y"])
        #expect(facts.knowledge(of: "a/1") == .known("yes", askedAt: at(0)))
        #expect(facts.want("a/1", by: "x", at: 60).fetches.isEmpty)
        #expect(facts.want("a/1", by: "x", at: 61).fetches == ["a/1"])
        #expect(facts.knowledge(of: "a/1") == .known("yes", askedAt: at(0)), "an old answer stands until the next")
        #expect(facts.answered("a/1", "no", now: at(62)).requeued == ["x"])
    }

    @Test func `a failure is told, and asked again after a back-off when it is still wanted`() throws {
        var facts = TestFacts()
        _ = facts.want("a/1", by: "x", at: 0)
        #expect(facts.failed("a/1", "odd", scope: .question, now: at(1)).requeued == ["x"])
        guard case .failed("odd", at(1), 1, let next) = facts.knowledge(of: "a/1") else {
            Issue.record("\(facts.knowledge(of: "a/1"))")
            return
        }
        #expect(next > at(1) && next <= at(3))
        #expect(facts.want("a/1", by: "x", at: 1) == [.setTimer(at: next)])
        #expect(facts.timerFired(now: next).fetches == ["a/1"])
        _ = facts.answered("a/1", "yes", now: at(4))
        #expect(facts.knowledge(of: "a/1") == .known("yes", askedAt: next))
    }

    @Test func `a failure after an answer keeps the answer at hand`() {
        var facts = TestFacts()
        _ = facts.want("a/1", by: "x", at: 0)
        _ = facts.answered("a/1", "yes", now: at(1))
        _ = facts.want("a/1", by: "x", at: 100)
        _ = facts.failed("a/1", "odd", scope: .question, now: at(101))
        #expect(facts.lastAnswer(to: "a/1")?.answer == "yes" && facts.lastAnswer(to: "a/1")?.askedAt == at(0))
        #expect(facts.want("a/1", by: "x", at: 102).fetches.isEmpty, "a failed question is not fresh, but backs off")
    }

    @Test func `a question's failures back off up to fifteen minutes, a lasting one at once`() {
        var facts = TestFacts(seed: 3)
        var now = at(0)
        var waits: [Duration] = []
        for _ in 0..<20 {
            _ = facts.wanted("a/1", by: "x", maximumAge: .zero, now: now)
            _ = facts.timerFired(now: now)
            _ = facts.failed("a/1", "odd", scope: .question, now: now)
            guard case .failed(_, _, _, let next) = facts.knowledge(of: "a/1") else { return }
            waits.append(next - now)
            now = next
        }
        #expect(waits[0] <= .seconds(2) && waits.allSatisfy { $0 <= .seconds(900) })
        #expect(waits.contains { $0 > .seconds(300) })
        _ = facts.want("b/1", by: "x", at: 0)
        _ = facts.failed("b/1", "not found", scope: .lasting, now: at(0))
        #expect(facts.knowledge(of: "b/1") == .failed("not found", at: at(0), attempts: 1, nextAttempt: at(900)))
        _ = facts.want("b/2", by: "x", at: 0)
        _ = facts.failed("b/2", "not you", scope: .lasting, retryAfter: .seconds(31), now: at(0))
        #expect(facts.knowledge(of: "b/2") == .failed("not you", at: at(0), attempts: 1, nextAttempt: at(31)))
    }

    @Test func `at most four at once in a bucket, other buckets are free`() {
        var facts = TestFacts()
        var fetched: [String] = []
        for name in 1...6 { fetched += facts.want("a/\(name)", by: "x", at: 0).fetches }
        #expect(fetched == ["a/1", "a/2", "a/3", "a/4"] && facts.queuedCount == 2 && facts.fetchingCount == 4)
        #expect(facts.want("b/1", by: "x", at: 0).fetches == ["b/1"])
        #expect(facts.answered("a/3", "yes", now: at(1)).fetches == ["a/5"])
    }

    @Test func `429 closes the whole bucket for as long as it says, and no other`() {
        var facts = TestFacts()
        for name in 1...6 { _ = facts.want("a/\(name)", by: "x\(name)", at: 0) }
        let effects = facts.failed("a/1", "slow down", scope: .bucket, retryAfter: .seconds(40), now: at(1))
        #expect(effects.fetches.isEmpty && effects.timer == at(41))
        #expect(facts.knowledge(of: "a/1") == .failed("slow down", at: at(1), attempts: 1, nextAttempt: at(41)))
        #expect(facts.answered("a/2", "yes", now: at(2)).fetches.isEmpty)
        #expect(facts.want("a/7", by: "x", at: 3).fetches.isEmpty)
        #expect(facts.want("b/1", by: "x", at: 3).fetches == ["b/1"])
        _ = facts.answered("a/3", "yes", now: at(4))
        _ = facts.answered("a/4", "yes", now: at(4))
        #expect(facts.timerFired(now: at(40)).fetches.isEmpty)
        #expect(facts.timerFired(now: at(41)).fetches == ["a/5"], "one tries the ground")
        #expect(facts.answered("a/5", "yes", now: at(42)).fetches == ["a/6", "a/7"], "then all may")
    }

    @Test func `failures that were under way together count once for the bucket`() {
        var facts = TestFacts()
        for name in 1...4 { _ = facts.want("a/\(name)", by: "x", at: 0) }
        for name in 1...4 { _ = facts.failed("a/\(name)", "no connection", scope: .bucket, now: at(1)) }
        guard case .failed(_, _, _, let next) = facts.knowledge(of: "a/4") else { return }
        #expect(next <= at(2))
    }

    @Test func `a requester that is gone is not told, and its questions are not asked`() {
        var facts = TestFacts()
        for name in 1...5 { _ = facts.want("a/\(name)", by: "x", at: 0) }
        _ = facts.want("a/1", by: "y", at: 0)
        _ = facts.forgotten("x", now: at(1))
        #expect(facts.queuedCount == 0)
        #expect(facts.answered("a/1", "yes", now: at(2)).requeued == ["y"])
        #expect(facts.answered("a/2", "yes", now: at(2)).requeued == [])
        #expect(facts.knowledge(of: "a/2") == .known("yes", askedAt: at(0)))
        #expect(facts.want("a/5", by: "z", at: 3).fetches == ["a/5"])
    }

    @Test func `the least recently wanted questions make room`() {
        var settings = TestFacts.Settings()
        settings.limit = 2
        var facts = TestFacts(settings: settings)
        for name in 1...2 {
            _ = facts.want("a/\(name)", by: "x", at: Double(name))
            _ = facts.answered("a/\(name)", "yes", now: at(5))
        }
        _ = facts.want("a/1", by: "x", at: 6)
        #expect(facts.want("a/3", by: "x", at: 7).contains(.forget("a/2")))
        #expect(facts.knowledge(of: "a/2") == .unknown && facts.counts.evicted == 1)
        _ = facts.want("a/4", by: "x", at: 8)
        _ = facts.want("a/5", by: "x", at: 8)
        #expect(facts.count == 3, "what somebody waits for is kept, whatever the limit")
        _ = facts.answered("a/3", "yes", now: at(9))
        #expect(facts.count == 2)
    }

    @Test func `what nobody has wanted for two days is dropped`() {
        var facts = TestFacts()
        _ = facts.want("a/1", by: "x", at: 0)
        #expect(facts.answered("a/1", "yes", now: at(5)).timer == at(172_800))
        _ = facts.want("a/1", by: "x", at: 10)
        #expect(facts.timerFired(now: at(172_800)) == [.setTimer(at: at(172_810))])
        #expect(facts.timerFired(now: at(172_810)) == [.forget("a/1")] && facts.counts.expired == 1)
    }

    @Test func `reports of questions that were not fetched are ignored`() {
        var facts = TestFacts()
        #expect(facts.answered("a/1", "yes", now: at(0)).isEmpty && facts.knowledge(of: "a/1") == .unknown)
        _ = facts.want("a/1", by: "x", at: 0)
        _ = facts.answered("a/1", "yes", now: at(0))
        #expect(facts.failed("a/1", "odd", scope: .bucket, now: at(0)).isEmpty && facts.fetchingCount == 0)
    }
}

/// What follows when somebody says that an answer may have changed.
@Suite struct `Fact machine: expired answers` {
    @Test func `a fresh answer is asked for again, once`() {
        var facts = TestFacts()
        _ = facts.want("a/1", by: "x", at: 0)
        _ = facts.answered("a/1", "old", now: at(1))
        #expect(facts.expired("a/1", now: at(2)).isEmpty)
        #expect(facts.want("a/1", by: "x", at: 2).fetches == ["a/1"])
        #expect(facts.want("a/1", by: "y", at: 2).fetches == [])
        _ = facts.answered("a/1", "new", now: at(2))
        #expect(facts.want("a/1", by: "x", at: 2).fetches == [], "an answer of the same instant serves")
    }

    @Test func `an answer that was asked for before does not serve after`() {
        var facts = TestFacts()
        #expect(facts.want("a/1", by: "x", at: 0).fetches == ["a/1"])
        _ = facts.expired("a/1", now: at(1))
        _ = facts.answered("a/1", "old", now: at(2))
        #expect(facts.want("a/1", by: "x", at: 2).fetches == ["a/1"])
    }

    @Test func `a failure's own wait ends, that of its bucket does not`() {
        var facts = TestFacts()
        _ = facts.want("a/1", by: "x", at: 0)
        _ = facts.failed("a/1", "not found", scope: .lasting, now: at(0))
        #expect(facts.want("a/1", by: "x", at: 1).fetches == [])
        #expect(facts.expired("a/1", now: at(2)).fetches == ["a/1"])
        _ = facts.failed("a/1", "slow down", scope: .bucket, retryAfter: .seconds(40), now: at(2))
        #expect(facts.want("a/1", by: "x", at: 3).fetches == [])
        #expect(facts.expired("a/1", now: at(4)).fetches == [])
        #expect(facts.timerFired(now: at(30)).fetches == [])
        #expect(facts.timerFired(now: at(43)).fetches == ["a/1"])
    }

    @Test func `what nobody knows is no matter`() {
        var facts = TestFacts()
        #expect(facts.expired("a/1", now: at(0)).isEmpty && facts.count == 0)
    }
}
