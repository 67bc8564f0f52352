// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import Machines

@Suite struct `Hint machine` {
    private typealias Hints = HintMachine<String>

    private func at(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func `the first hint is a check after a moment, those that follow are one when the pause is over`() {
        var hints = Hints()
        #expect(hints.hinted("a", now: at(0)) == [.setTimer(at: at(1_000))])
        #expect(hints.timerFired(now: at(1_000)) == [.check("a")])
        #expect(hints.hinted("a", now: at(1_100)) == [.setTimer(at: at(5_000))])
        for moment in 12...40 { #expect(hints.hinted("a", now: at(moment * 100)) == []) }
        #expect(hints.timerFired(now: at(5_000)) == [.check("a")])
        #expect(hints.timerFired(now: at(9_000)) == [])
        #expect(hints.hinted("a", now: at(30_000)) == [.setTimer(at: at(31_000))])
    }

    @Test func `a hint that comes just before a check is followed by another`() {
        var hints = Hints()
        _ = hints.hinted("a", now: at(0))
        #expect(hints.hinted("a", now: at(900)) == [])
        #expect(hints.timerFired(now: at(1_000)) == [.check("a"), .setTimer(at: at(5_000))])
        #expect(hints.timerFired(now: at(5_000)) == [.check("a")])
        #expect(hints.timerFired(now: at(9_000)) == [] && hints.count == 0)
    }

    @Test func `subjects do not wait for each other's pauses, but for the gap`() {
        var hints = Hints()
        #expect(hints.hinted("a", now: at(0)) == [.setTimer(at: at(1_000))])
        #expect(hints.hinted("b", now: at(0)) == [])
        #expect(hints.hinted("c", now: at(10)) == [])
        #expect(hints.timerFired(now: at(1_000)) == [.check("a"), .setTimer(at: at(1_050))])
        #expect(hints.timerFired(now: at(1_050)) == [.check("b"), .setTimer(at: at(1_100))])
        #expect(hints.timerFired(now: at(1_100)) == [.check("c")])
    }

    /// Whatever comes, and whenever the timer fires: checks are bounded, and every hint is followed by one.
    @Test(arguments: UInt64(1)...20) func `a flood leads to few checks, and none that was hinted at is left out`(
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        var hints = Hints()
        var (now, timer): (Instant, Instant?) = (.zero, nil)
        var checks: [String: [Instant]] = [:]
        var latest: [String: Instant] = [:]
        func note(_ effects: [Hints.Effect]) {
            for effect in effects {
                switch effect {
                case .check(let subject): checks[subject, default: []].append(now)
                case .setTimer(let instant): timer = instant
                }
            }
        }
        func pass(_ milliseconds: Int) {
            now = now + .milliseconds(milliseconds)
            guard let due = timer, due <= now else { return }
            timer = nil
            note(hints.timerFired(now: now))
        }
        for _ in 0..<20_000 {
            let subject = "s\(Int.random(in: 0..<30, using: &generator))"
            latest[subject] = now
            note(hints.hinted(subject, now: now))
            if Int.random(in: 0..<3, using: &generator) == 0 { pass(Int.random(in: 0...20, using: &generator)) }
        }
        let flood = now - .zero
        while let due = timer { pass(max(1, Int((due - now) / .milliseconds(1)))) }
        for (subject, times) in checks {
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .seconds(4) }, "\(subject)")
            #expect(
                (times.last ?? .zero) >= (latest[subject] ?? .zero), "\(subject) was hinted at after its last check")
        }
        let all = checks.values.flatMap(\.self).sorted()
        #expect(zip(all, all.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(50) })
        #expect(Double(all.count) <= 30 * (flood / .seconds(4) + 2))
        #expect(checks.count == latest.count && hints.count == 0 && hints.leftOut == 0)
    }

    @Test func `what waits is bounded, and what comes beyond is counted`() {
        var settings = Hints.Settings()
        settings.limit = 3
        var hints = Hints(settings: settings)
        for name in ["a", "b", "c", "d", "e", "b"] { _ = hints.hinted(name, now: at(0)) }
        #expect(hints.count == 3 && hints.leftOut == 2)
    }
}
