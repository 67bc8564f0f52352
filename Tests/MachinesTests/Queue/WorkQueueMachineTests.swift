// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

/// `namespace/name`.
struct TestKey: WorkKey, ExpressibleByStringLiteral, CustomStringConvertible {
    var group: String
    var name: String

    init(_ group: String, _ name: String) {
        self.group = group
        self.name = name
    }

    init(stringLiteral text: String) {
        let parts = text.split(separator: "/").map(String.init)
        self.init(parts.count > 1 ? parts[0] : "", parts.last ?? "")
    }

    var description: String { "\(group)/\(name)" }
    static func < (left: TestKey, right: TestKey) -> Bool { (left.group, left.name) < (right.group, right.name) }
}

typealias TestQueue = WorkQueueMachine<TestKey, String>

extension TestQueue {
    init(concurrency: Int = 100, seed: UInt64 = 1) {
        self.init(settings: Settings(concurrency: concurrency), generator: SeededGenerator(seed: seed))
    }

    /// Takes one key; nil when there is none.
    mutating func take(at seconds: Double) -> TestKey? {
        guard case .run(let turn) = next(now: at(seconds)) else { return nil }
        return turn.key
    }

    /// Takes and finishes until nothing is ready.
    mutating func drain(at seconds: Double) -> [TestKey] {
        var taken: [TestKey] = []
        while let key = take(at: seconds) {
            taken.append(key)
            finished(key, .done, now: at(seconds))
        }
        return taken
    }
}

@Suite struct `Work queue machine` {
    @Test func `story: added, taken, added meanwhile, run again, done`() {
        var queue = TestQueue(concurrency: 1)
        queue.added("a/1", priority: .high, now: at(0))
        queue.added("a/1", priority: .high, now: at(0))
        #expect(queue.depth == 1 && queue.next(now: at(1)) == .run(.init("a/1")))
        queue.added("a/1", priority: .high, now: at(1))
        #expect(queue.next(now: at(1)) == .busy && queue.runningCount == 1)
        queue.finished("a/1", .done, now: at(2))
        #expect(queue.next(now: at(2)) == .run(.init("a/1")))
        queue.finished("a/1", .again(after: .seconds(60)), now: at(3))
        #expect(queue.next(now: at(3)) == .wait(until: at(63)))
        #expect(queue.next(now: at(63)) == .run(.init("a/1")))
        queue.finished("a/1", .done, now: at(64))
        #expect(queue.next(now: at(64)) == .idle && queue.count == 0)
    }

    @Test func `the same key never runs twice at the same time`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .high, now: at(0))
        #expect(queue.take(at: 0) == "a/1")
        queue.added("a/1", priority: .high, now: at(0))
        #expect(queue.next(now: at(9)) == .idle)
    }

    @Test func `a later time never postpones an earlier one`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .low, at: at(10), now: at(0))
        queue.added("a/1", priority: .low, at: at(20), now: at(0))
        #expect(queue.next(now: at(0)) == .wait(until: at(10)))
        queue.added("a/1", priority: .low, at: at(5), now: at(0))
        #expect(queue.next(now: at(0)) == .wait(until: at(5)))
        queue.added("a/1", priority: .low, now: at(1))
        #expect(queue.take(at: 1) == "a/1")
    }

    @Test func `an earlier time asked for during a turn beats the turn's own wish`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .high, now: at(0))
        _ = queue.take(at: 0)
        queue.added("a/1", priority: .high, at: at(5), now: at(0))
        queue.finished("a/1", .again(after: .seconds(60)), now: at(1))
        #expect(queue.next(now: at(1)) == .wait(until: at(5)))
    }

    @Test func `a turn cannot ask to run again at once`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .high, now: at(0))
        _ = queue.take(at: 0)
        queue.finished("a/1", .again(after: .seconds(-5)), now: at(1))
        #expect(queue.next(now: at(1)) == .wait(until: at(1) + .milliseconds(100)))
    }

    @Test func `failures back off up to five minutes and success forgets them`() {
        var queue = TestQueue(seed: 4)
        queue.added("a/1", priority: .high, now: at(0))
        var now = at(0)
        var waits: [Duration] = []
        for attempt in 0..<30 {
            #expect(queue.next(now: now) == .run(.init("a/1", attempt: attempt)))
            queue.finished("a/1", .failed(), now: now)
            guard case .wait(let until) = queue.next(now: now) else { return }
            waits.append(until - now)
            now = until
        }
        #expect(waits[0] <= .milliseconds(50) && waits.allSatisfy { $0 <= .seconds(300) })
        #expect(waits.contains { $0 > .seconds(150) })
        _ = queue.next(now: now)
        queue.finished("a/1", .done, now: now)
        queue.added("a/1", priority: .high, now: now)
        #expect(queue.next(now: now) == .run(.init("a/1", attempt: 0)))
    }

    @Test func `what the other side asked to wait is kept`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .high, now: at(0))
        _ = queue.take(at: 0)
        queue.finished("a/1", .failed(retryAfter: .seconds(32)), now: at(0))
        #expect(queue.next(now: at(0)) == .wait(until: at(32)))
    }

    @Test func `a change does not wait for the back-off`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .high, now: at(0))
        _ = queue.take(at: 0)
        queue.finished("a/1", .failed(retryAfter: .seconds(32)), now: at(0))
        queue.added("a/1", priority: .high, now: at(1))
        #expect(queue.next(now: at(1)) == .run(.init("a/1", attempt: 1)))
    }

    @Test func `changes go before first lists, and a change lifts a waiting key`() {
        var queue = TestQueue()
        for name in 1...5 { queue.added(TestKey("a", "\(name)"), priority: .low, now: at(0)) }
        queue.added("a/4", priority: .high, now: at(1))
        queue.added("a/9", priority: .high, now: at(1))
        #expect(queue.drain(at: 2) == ["a/4", "a/9", "a/1", "a/2", "a/3", "a/5"])
    }

    @Test func `low priority gets its share, and more with age`() {
        for (seconds, most) in [(1.0, 5), (31.0, 2)] {
            var queue = TestQueue()
            for name in 0..<50 { queue.added(TestKey("a", "low-\(name)"), priority: .low, now: at(0)) }
            var lows = 0
            var takes = 0
            while lows < 50, takes < 1_000 {
                queue.added(TestKey("a", "high-\(takes % 10)"), priority: .high, now: at(seconds))
                guard let key = queue.take(at: seconds) else { break }
                queue.finished(key, .done, now: at(seconds))
                takes += 1
                if key.name.hasPrefix("low") { lows += 1 }
            }
            #expect(lows == 50 && takes == 50 * most)
        }
    }

    @Test func `ten thousand keys of one tenant do not delay another's more than twice`() {
        var queue = TestQueue(concurrency: 1)
        for name in 0..<10_000 { queue.added(TestKey("big", "\(name)"), priority: .high, now: at(0)) }
        for name in 0..<20 { queue.added(TestKey("small", "\(name)"), priority: .high, now: at(0)) }
        var takes = 0
        var smalls = 0
        while smalls < 20, let key = queue.take(at: 0) {
            queue.finished(key, .done, now: at(0))
            takes += 1
            if key.group == "small" { smalls += 1 }
        }
        #expect(takes <= 40)
    }

    @Test func `a key waits for its own writes`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .high, now: at(0))
        _ = queue.take(at: 0)
        queue.deferred("a/1", until: "pods 11", now: at(0))
        queue.deferred("a/1", until: "jobs 12", now: at(0))
        queue.finished("a/1", .done, now: at(1))
        queue.added("a/1", priority: .high, now: at(1))
        #expect(queue.next(now: at(1)) == .wait(until: at(5)) && queue.heldCount == 1)
        queue.conditionMet("pods 11", now: at(2))
        #expect(queue.next(now: at(2)) == .wait(until: at(5)))
        queue.conditionsMet(now: at(2)) { $0.hasPrefix("jobs") }
        #expect(queue.next(now: at(2)) == .run(.init("a/1")) && queue.heldCount == 0)
    }

    @Test func `after five seconds it runs nevertheless and is told so, once`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .high, now: at(0))
        queue.deferred("a/1", until: "pods 11", now: at(0))
        #expect(queue.next(now: at(1)) == .wait(until: at(5)))
        #expect(queue.next(now: at(5)) == .run(.init("a/1", hasSeenOwnWrites: false)) && queue.counts.overdueHolds == 1)
        queue.added("a/1", priority: .high, now: at(5))
        queue.finished("a/1", .done, now: at(5))
        #expect(queue.next(now: at(5)) == .run(.init("a/1")))
    }

    @Test func `a write that is seen late is seen`() {
        var queue = TestQueue()
        queue.deferred("a/1", until: "pods 11", now: at(0))
        #expect(queue.next(now: at(5)) == .wait(until: at(605)))
        queue.conditionMet("pods 11", now: at(6))
        queue.added("a/1", priority: .high, now: at(7))
        #expect(queue.next(now: at(7)) == .run(.init("a/1")))
    }

    @Test func `reports of keys that do not run are ignored`() {
        var queue = TestQueue()
        queue.finished("a/1", .failed(), now: at(0))
        queue.added("a/1", priority: .high, now: at(0))
        queue.finished("a/1", .done, now: at(0))
        queue.conditionMet("nobody's", now: at(0))
        #expect(queue.runningCount == 0 && queue.drain(at: 0) == ["a/1"])
    }

    @Test func `metrics tell depth and age`() {
        var queue = TestQueue()
        queue.added("a/1", priority: .low, now: at(3))
        queue.added("a/2", priority: .high, now: at(5))
        queue.added("a/3", priority: .low, at: at(60), now: at(5))
        #expect(queue.depth == 2 && queue.delayedCount == 1 && queue.oldestAge(now: at(10)) == .seconds(7))
        #expect(queue.drain(at: 10).count == 2 && queue.oldestAge(now: at(10)) == .zero)
        #expect(queue.oldestAge(now: at(61)) == .seconds(1))
    }

    @Test func `thirty thousand keys come out in the order of their times`() {
        var queue = TestQueue()
        var generator = SeededGenerator(seed: 11)
        var times: [TestKey: Int] = [:]
        for name in 0..<30_000 {
            let key = TestKey("a", "\(name)")
            let time = Int.random(in: 1...1_000, using: &generator)
            times[key] = time
            queue.added(key, priority: .low, at: at(Double(time)), now: at(0))
        }
        var last = 0
        var taken = 0
        for second in 1...1_000 {
            for key in queue.drain(at: Double(second)) {
                let time = times[key] ?? 0
                if time < last { Issue.record("\(key) at \(time) after \(last)") }
                last = time
                taken += 1
            }
        }
        #expect(taken == 30_000 && queue.count == 0)
    }
}
