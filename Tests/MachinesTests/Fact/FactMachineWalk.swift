// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

/// Asks, answers and forgets at random, and notes for itself who waits for what.
struct FactWalk {
    var machine: TestFacts
    var generator: SeededGenerator
    var settings: TestFacts.Settings
    var now = Instant.zero
    var timer: Instant?

    var fetching: [String: Instant] = [:]
    var waiting: [String: Set<String>] = [:]
    var answers: [String: (answer: String, askedAt: Instant)] = [:]
    var failing: Set<String> = []
    var closedUntil: [String: Instant] = [:]
    var violations: [String] = []

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        settings = TestFacts.Settings()
        settings.limit = 30
        settings.concurrency = 2
        settings.unwantedLimit = .seconds(400)
        machine = TestFacts(seed: generator.next(), settings: settings)
        self.generator = generator
    }

    mutating func step() {
        let question = "h\(Int.random(in: 0..<3, using: &generator))/\(Int.random(in: 0..<20, using: &generator))"
        let requester = "r\(Int.random(in: 0..<8, using: &generator))"
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<7: want(question, by: requester)
        case 7: forget(requester)
        case 8..<10: pass(.milliseconds(Int.random(in: 0...30_000, using: &generator)))
        case 10: expectNothing(of: question)
        default: settle(failures: 3)
        }
        for (question, known) in answers where !failing.contains(question) {
            if machine.knowledge(of: question) != .known(known.answer, askedAt: known.askedAt) {
                violations.append("\(question) is \(machine.knowledge(of: question)), not \(known)")
            }
        }
        if machine.count > settings.limit, machine.count > waiting.count + fetching.count {
            violations.append("\(machine.count) questions are kept")
        }
    }

    mutating func want(_ question: String, by requester: String) {
        let age = Duration.seconds(Int.random(in: 0...100, using: &generator))
        let isFresh = answers[question].map { now - $0.askedAt <= age } ?? false && !failing.contains(question)
        if !isFresh { waiting[question, default: []].insert(requester) }
        perform(machine.wanted(question, by: requester, maximumAge: age, now: now))
    }

    mutating func forget(_ requester: String) {
        for question in waiting.keys { waiting[question]?.remove(requester) }
        waiting = waiting.filter { !$0.value.isEmpty }
        perform(machine.forgotten(requester, now: now))
    }

    mutating func pass(_ duration: Duration) {
        now = now + duration
        if let due = timer, due <= now {
            timer = nil
            perform(machine.timerFired(now: now))
        }
    }

    /// A report of a question that is not being fetched.
    mutating func expectNothing(of question: String) {
        guard fetching[question] == nil else { return }
        if !machine.answered(question, "forged", now: now).isEmpty { violations.append("believed a forged answer") }
    }

    /// Reports how a fetch ended; `failures` of six fail.
    mutating func settle(failures: Int) {
        guard let question = fetching.keys.sorted().randomElement(using: &generator) else {
            return pass(timer.map { max($0 - now, .zero) } ?? .zero)
        }
        let since = fetching.removeValue(forKey: question) ?? now
        let expected = waiting.removeValue(forKey: question) ?? []
        let host = String(question.prefix(2))
        let effects: [TestFacts.Effect]
        if Int.random(in: 0..<6, using: &generator) < failures {
            let scope: FailureScope = [.question, .bucket, .lasting].randomElement(using: &generator) ?? .bucket
            let retryAfter: Duration? = Bool.random(using: &generator) ? .seconds(20) : nil
            failing.insert(question)
            if scope == .bucket { closedUntil[host] = max(closedUntil[host] ?? now, now + (retryAfter ?? .zero)) }
            effects = machine.failed(question, "no", scope: scope, retryAfter: retryAfter, now: now)
        } else {
            let answer = "\(Int.random(in: 0..<100, using: &generator))"
            failing.remove(question)
            answers[question] = (answer, since)
            effects = machine.answered(question, answer, now: now)
        }
        if effects.requeued != expected { violations.append("told \(effects.requeued), waited: \(expected)") }
        perform(effects)
    }

    private mutating func perform(_ effects: [TestFacts.Effect]) {
        for effect in effects {
            switch effect {
            case .fetch(let question):
                let host = question.prefix(2)
                if fetching[question] != nil { violations.append("\(question) is asked twice") }
                if waiting[question] == nil { violations.append("\(question) is asked for nobody") }
                if fetching.keys.count(where: { $0.hasPrefix(host) }) >= settings.concurrency {
                    violations.append("too many fetches from \(host)")
                }
                if let closed = closedUntil[String(host)], now < closed {
                    violations.append("\(host) asked us to wait")
                }
                fetching[question] = now
            case .requeue: break
            case .forget(let question):
                if waiting[question] != nil || fetching[question] != nil { violations.append("\(question) is in use") }
                answers[question] = nil
                failing.remove(question)
            case .setTimer(let due): timer = due
            }
        }
    }
}

@Suite struct `Fact machine: random walk` {
    @Test(arguments: UInt64(1)...12) func `everybody is told in the end, nothing is asked twice`(seed: UInt64) {
        var walk = FactWalk(seed: seed)
        for step in 0..<5_000 {
            walk.step()
            if !walk.violations.isEmpty {
                Issue.record("seed \(seed), step \(step): \(walk.violations)")
                return
            }
        }
        let counts = walk.machine.counts
        #expect(counts.answers > 300 && counts.failures > 300, "seed \(seed): the walk was too tame")
        #expect(counts.evicted + counts.expired > 20, "seed \(seed): the walk was too tame")
        for _ in 0..<2_000 where !walk.waiting.isEmpty { walk.settle(failures: 0) }
        #expect(walk.waiting.isEmpty && walk.violations.isEmpty, "seed \(seed): \(walk.waiting)")
    }
}
