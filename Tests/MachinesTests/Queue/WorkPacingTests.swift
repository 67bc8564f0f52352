// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

@Suite struct WorkPacingTests {
    private let start = Instant.zero + .seconds(1)

    private func turn(_ pacing: inout WorkPacing<String>, _ key: String, _ took: Duration) {
        pacing.began(key, now: start)
        pacing.finished(key, took: took, now: start)
    }

    @Test func `what is cheap, and what never ran, runs at once`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "cheap", .milliseconds(2))
        #expect(pacing.earliest("cheap", now: start) == nil && pacing.earliest("new", now: start) == nil)
    }

    @Test func `what is expensive waits ten times what is owed`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "a", .milliseconds(10))
        #expect(pacing.earliest("a", now: start) == start + .milliseconds(100))
        turn(&pacing, "b", .milliseconds(30))
        #expect(
            pacing.earliest("a", now: start) == start + .milliseconds(400)
                && pacing.earliest("b", now: start) == start + .milliseconds(400))
        // Cheap again: it no longer waits itself; what it took is paid off with time.
        turn(&pacing, "b", .microseconds(50))
        #expect(pacing.earliest("b", now: start) == nil)
        #expect(pacing.earliest("a", now: start) == start + .milliseconds(400))
        #expect(pacing.earliest("a", now: start + .milliseconds(200)) == start + .milliseconds(200))
    }

    @Test func `what was expensive long ago makes nobody wait`() {
        var pacing = WorkPacing<Int>()
        for key in 0..<100 {
            pacing.began(key, now: start)
            pacing.finished(key, took: .milliseconds(20), now: start)
        }
        let later = start + .seconds(60)
        pacing.began(7, now: later)
        pacing.finished(7, took: .milliseconds(20), now: later)
        #expect(pacing.earliest(7, now: later) == later + .milliseconds(200))
    }

    @Test func `news that comes while a turn runs waits from that turn's beginning`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "a", .milliseconds(10))
        let again = start + .seconds(1)
        pacing.began("a", now: again)
        #expect(pacing.earliest("a", now: again) == again + .milliseconds(100))
    }

    @Test func `nothing waits longer than five seconds`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "a", .seconds(40))
        #expect(pacing.earliest("a", now: start) == start + .seconds(5))
    }

    @Test func `however many are expensive and however often something changes, they take a tenth of the time`() {
        for seed in UInt64(1)...5 {
            var random = SeededGenerator(seed: seed)
            let costs = (0..<10).map { _ in Duration.milliseconds(Int.random(in: 3...30, using: &random)) }
            var pacing = WorkPacing<Int>()
            var now = start
            var busy = Duration.zero
            // Everybody has news all the time; turns follow one another on one processor.
            while now - start < .seconds(60) {
                let ready = costs.indices.filter { pacing.earliest($0, now: now).map { $0 <= now } ?? true }
                guard let key = ready.randomElement(using: &random) else {
                    now = now + .milliseconds(1)
                    continue
                }
                pacing.began(key, now: now)
                now = now + costs[key]
                if now - start > .seconds(5) { busy += costs[key] }
                pacing.finished(key, took: costs[key], now: now)
            }
            #expect(busy < .milliseconds(6_000) && busy > .milliseconds(4_000), "seed \(seed): \(busy)")
        }
    }

    /// As the queue does it: a key's news asks once, and the earliest answer stands until its turn.
    @Test(arguments: [(200, 2_100), (100, 5_000), (20, 20_000)])
    func `a burst over many keys takes a tenth, too`(keys: Int, microseconds: Int) {
        let cost = Duration.microseconds(microseconds)
        var pacing = WorkPacing<Int>()
        var due = [Instant](repeating: start, count: keys)
        var now = start
        var busy = Duration.zero
        while now - start < .seconds(60) {
            guard let key = due.indices.filter({ due[$0] <= now }).min(by: { due[$0] < due[$1] }) else {
                now = now + .milliseconds(1)
                continue
            }
            pacing.began(key, now: now)
            now = now + cost
            if now - start > .seconds(10) { busy += cost }
            pacing.finished(key, took: cost, now: now)
            due[key] = pacing.earliest(key, now: now) ?? now
            for other in due.indices where other != key && due[other] > now {
                due[other] = min(due[other], pacing.earliest(other, now: now) ?? now)
            }
        }
        #expect(busy > .seconds(3) && busy < .milliseconds(6_000), "\(busy)")
    }
}
