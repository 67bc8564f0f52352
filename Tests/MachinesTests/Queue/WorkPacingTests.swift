// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

@Suite struct WorkPacingTests {
    private let start = Instant.zero + .seconds(1)

    private func turn(_ pacing: inout WorkPacing<String>, _ key: String, _ took: Duration) {
        pacing.began(key, now: start)
        pacing.finished(key, took: took)
    }

    @Test func `what is cheap, and what never ran, runs at once`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "cheap", .milliseconds(2))
        #expect(pacing.earliest("cheap") == nil && pacing.earliest("new") == nil)
    }

    @Test func `what is expensive waits ten times what all that is expensive takes`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "a", .milliseconds(10))
        #expect(pacing.earliest("a") == start + .milliseconds(100))
        turn(&pacing, "b", .milliseconds(30))
        #expect(
            pacing.earliest("a") == start + .milliseconds(400) && pacing.earliest("b") == start + .milliseconds(400))
        // Cheap again: it neither waits nor makes others wait.
        turn(&pacing, "b", .microseconds(50))
        #expect(pacing.earliest("a") == start + .milliseconds(100) && pacing.earliest("b") == nil)
    }

    @Test func `news that comes while a turn runs waits from that turn's beginning`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "a", .milliseconds(10))
        let again = start + .seconds(1)
        pacing.began("a", now: again)
        #expect(pacing.earliest("a") == again + .milliseconds(100))
    }

    @Test func `nothing waits longer than five seconds`() {
        var pacing = WorkPacing<String>()
        turn(&pacing, "a", .seconds(40))
        #expect(pacing.earliest("a") == start + .seconds(5))
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
                let ready = costs.indices.filter { pacing.earliest($0).map { $0 <= now } ?? true }
                guard let key = ready.randomElement(using: &random) else {
                    now = now + .milliseconds(1)
                    continue
                }
                pacing.began(key, now: now)
                now = now + costs[key]
                if now - start > .seconds(5) { busy += costs[key] }
                pacing.finished(key, took: costs[key])
            }
            #expect(busy < .milliseconds(6_000) && busy > .milliseconds(4_000), "seed \(seed): \(busy)")
        }
    }
}
