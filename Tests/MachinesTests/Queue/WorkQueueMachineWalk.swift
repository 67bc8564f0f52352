// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

/// The queue's rules once more, by linear search.
struct ShadowQueue {
    struct Item {
        var due: Instant?
        var isRunning = false
        var failures = 0
    }

    struct Hold {
        var tokens: Set<String>
        var deadline: Instant
        var isBlocking = true
    }

    let settings: TestQueue.Settings
    var generator: SeededGenerator
    var items: [TestKey: Item] = [:]
    var holds: [TestKey: Hold] = [:]

    var running: [TestKey] { items.filter(\.value.isRunning).map(\.key).sorted() }

    mutating func added(_ key: TestKey, at time: Instant) {
        let due = items[key]?.due
        items[key, default: Item()].due = due.map { min($0, time) } ?? time
    }

    mutating func finished(_ key: TestKey, _ outcome: WorkOutcome, now: Instant) {
        guard var item = items[key], item.isRunning else { return }
        item.isRunning = false
        var again: Instant?
        switch outcome {
        case .done: item.failures = 0
        case .again(let wait):
            item.failures = 0
            again = now + max(wait, settings.shortestAgain)
        case .failed(let retryAfter):
            let wait = settings.backoff.delay(attempt: item.failures, using: &generator)
            item.failures += 1
            again = now + max(wait, retryAfter ?? .zero)
        }
        items[key] = item
        if let again { added(key, at: again) }
    }

    mutating func deferred(_ key: TestKey, until token: String, now: Instant) {
        var hold = holds[key] ?? Hold(tokens: [], deadline: now)
        hold.tokens.insert(token)
        hold.deadline = now + settings.holdLimit
        hold.isBlocking = true
        holds[key] = hold
    }

    mutating func conditionMet(_ token: String) {
        for key in holds.keys { holds[key]?.tokens.remove(token) }
        holds = holds.filter { !$0.value.tokens.isEmpty }
    }

    mutating func passDeadlines(now: Instant) {
        for (key, hold) in holds where hold.deadline <= now {
            holds[key] = nil
            guard hold.isBlocking else { continue }
            holds[key] = Hold(tokens: hold.tokens, deadline: now + settings.holdMemory, isBlocking: false)
        }
    }

    /// Nil when `answer` is right.
    mutating func objection(to answer: NextWork<TestKey>, now: Instant) -> String? {
        passDeadlines(now: now)
        let candidates = items.filter {
            !$0.value.isRunning && $0.value.due != nil && holds[$0.key]?.isBlocking != true
        }
        let ready = candidates.filter { $0.value.due.map { $0 <= now } ?? false }
        let times = candidates.compactMap(\.value.due) + holds.values.map(\.deadline)
        let isFull = running.count >= settings.concurrency
        switch answer {
        case .busy: return isFull ? nil : "busy with \(running.count) turns"
        case .run(let turn):
            guard !isFull else { return "more than may run" }
            guard let item = ready[turn.key] else { return "\(turn.key) must not run" }
            guard turn.attempt == item.failures else { return "attempt \(turn.attempt), not \(item.failures)" }
            guard turn.hasSeenOwnWrites == (holds[turn.key] == nil) else { return "wrong about own writes" }
            holds[turn.key] = nil
            items[turn.key]?.isRunning = true
            items[turn.key]?.due = nil
            return nil
        case .wait(let until):
            guard !isFull, ready.isEmpty else { return "waits although \(ready.keys.sorted()) could run" }
            return times.min() == until ? nil : "waits until \(until), not \(times.min().debugDescription)"
        case .idle:
            return !isFull && times.isEmpty && ready.isEmpty ? nil : "idle with \(candidates.count) keys"
        }
    }
}

@Suite struct `Work queue machine: random walk` {
    @Test(arguments: UInt64(1)...12) func `agrees with a linear search`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let settings = TestQueue.Settings(concurrency: 3)
        let shared = generator.fork()
        var queue = TestQueue(settings: settings, generator: shared)
        var shadow = ShadowQueue(settings: settings, generator: shared)
        var now = Instant.zero
        var turns = 0
        for step in 0..<6_000 {
            let key = TestKey(
                "g\(Int.random(in: 0..<4, using: &generator))", "\(Int.random(in: 0..<6, using: &generator))")
            switch Int.random(in: 0..<12, using: &generator) {
            case 0..<3:
                let time = now + .milliseconds(Int.random(in: -2_000...9_000, using: &generator))
                queue.added(key, priority: Bool.random(using: &generator) ? .high : .low, at: time, now: now)
                shadow.added(key, at: time)
            case 3..<6:
                let finished = shadow.running.randomElement(using: &generator) ?? key
                let outcomes: [WorkOutcome] = [
                    .done, .done, .again(after: .seconds(2)), .again(after: .zero), .failed(),
                    .failed(retryAfter: .seconds(4)),
                ]
                let outcome = outcomes.randomElement(using: &generator) ?? .done
                queue.finished(finished, outcome, now: now)
                shadow.finished(finished, outcome, now: now)
            case 6:
                let token = "\(Int.random(in: 0..<5, using: &generator))"
                queue.deferred(key, until: token, now: now)
                shadow.deferred(key, until: token, now: now)
            case 7:
                let token = "\(Int.random(in: 0..<5, using: &generator))"
                queue.conditionMet(token, now: now)
                shadow.conditionMet(token)
            case 8: now = now + .milliseconds(Int.random(in: 0...3_000, using: &generator))
            default:
                let answer = queue.next(now: now)
                if case .run = answer { turns += 1 }
                if let objection = shadow.objection(to: answer, now: now) {
                    Issue.record("seed \(seed), step \(step): \(objection)")
                    return
                }
            }
            #expect(queue.runningCount == shadow.running.count, "seed \(seed), step \(step)")
        }
        #expect(turns > 500 && queue.counts.overdueHolds > 5, "seed \(seed): the walk was too tame")
    }

    @Test(arguments: UInt64(1)...4) func `every key has its turn, whatever else is added`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = TestQueue(concurrency: 2, seed: seed)
        var waitingSince: [TestKey: Int] = [:]
        var longest = 0
        for take in 0..<5_000 {
            let now = Instant(sinceStart: .milliseconds(take))
            // More work comes than can be done; half of the keys only ever with low priority.
            for _ in 0..<2 {
                let name = Int.random(in: 0..<40, using: &generator)
                let key = TestKey("g\(Int.random(in: 0..<3, using: &generator))", "\(name)")
                queue.added(key, priority: name < 20 ? .low : .high, now: now)
                if waitingSince[key] == nil { waitingSince[key] = take }
            }
            guard case .run(let turn) = queue.next(now: now) else { continue }
            longest = max(longest, take - (waitingSince.removeValue(forKey: turn.key) ?? take))
            queue.finished(turn.key, .done, now: now)
        }
        // 120 keys, 60 of them low with every fifth turn: the last of them waits for 300 turns, and for the uneven draw of groups.
        #expect(longest > 60 && longest < 600, "seed \(seed): \(longest) turns")
    }
}
