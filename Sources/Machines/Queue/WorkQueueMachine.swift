// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Which key is worked on next. The rules are those of client-go's workqueue: a key waits once however often it is added,
/// never runs twice at the same time, and runs again afterwards when it was added meanwhile. Beyond that the earliest time
/// wins, groups take turns, low priority is never starved, failures back off per key, and a key can be held back until its
/// own writes have been seen.
///
/// The shell asks `next` after every event until the answer is not `.run`, and reports each turn's end with `finished`.
/// Every operation takes O(log n) for n keys.
package struct WorkQueueMachine<Key: WorkKey, Token: Hashable & Sendable>: Sendable {
    /// Times and shares.
    package let settings: Settings
    /// For metrics.
    package private(set) var counts = Counts()
    /// Turns that run now.
    package private(set) var runningCount = 0

    private var generator: SeededGenerator
    private var entries: [Key: Entry] = [:]
    private var delayed = DeadlineHeap<Key>()
    private var high = FairLine<Key>()
    private var low = FairLine<Key>()
    /// High priority keys taken in a row while low ones waited.
    private var highInARow = 0

    private var holds: [Key: Hold] = [:]
    private var holdDeadlines = DeadlineHeap<Key>()
    private var waiters: [Token: Set<Key>] = [:]

    package init(settings: Settings = Settings(), generator: SeededGenerator) {
        self.settings = settings
        self.generator = generator
    }

    /// Something concerns the key: it shall run at `time` (now when nil). An earlier time and a higher priority that were
    /// asked for before stand.
    package mutating func added(_ key: Key, priority: WorkPriority, at time: Instant? = nil, now: Instant) {
        let time = time ?? now
        var entry = entries[key] ?? Entry()
        let isEarlier = entry.due.map { time < $0 } ?? true
        guard isEarlier || priority > entry.priority else { return }
        if isEarlier { entry.due = time }
        entry.priority = max(entry.priority, priority)
        entries[key] = entry
        place(key, now: now)
    }

    /// What to do now.
    package mutating func next(now: Instant) -> NextWork<Key> {
        while let key = holdDeadlines.popDue(now: now) { holdDeadlinePassed(key, now: now) }
        while let key = delayed.popDue(now: now) { place(key, now: now) }
        guard runningCount < settings.concurrency else { return .busy }
        guard let key = popReady(now: now), var entry = entries[key] else {
            let times = [delayed.first?.time, holdDeadlines.first?.time].compactMap(\.self)
            return times.min().map { .wait(until: $0) } ?? .idle
        }
        entry.state = .running
        entry.turnPriority = entry.priority
        entry.due = nil
        entry.priority = .low
        entries[key] = entry
        runningCount += 1
        counts.turns += 1
        let hasSeenOwnWrites = holds[key] == nil
        dropHold(of: key)
        return .run(WorkTurn(key, attempt: entry.failures, hasSeenOwnWrites: hasSeenOwnWrites))
    }

    /// The turn of a key is over.
    package mutating func finished(_ key: Key, _ outcome: WorkOutcome, now: Instant) {
        guard var entry = entries[key], entry.state == .running else { return }
        runningCount -= 1
        entry.state = .parked
        switch outcome {
        case .done:
            entry.failures = 0
            entries[key] = entry
            place(key, now: now)
        case .again(let wait):
            entry.failures = 0
            entries[key] = entry
            requeued(key, priority: .low, at: now + max(wait, settings.shortestAgain), now: now)
        case .failed(let retryAfter):
            counts.failures += 1
            let wait = settings.backoff.delay(attempt: entry.failures, using: &generator)
            entry.failures = min(entry.failures + 1, 64)
            entries[key] = entry
            let floor = min(retryAfter ?? .zero, settings.longestRetryAfter)
            requeued(key, priority: entry.turnPriority, at: now + max(wait, floor), now: now)
        }
    }

    /// The key shall not run before `conditionMet(token)`, at the latest five seconds from now: it wrote something that its
    /// watch has not brought back. Only for what has not been seen yet. Several tokens must all be met.
    package mutating func deferred(_ key: Key, until token: Token, now: Instant) {
        holds[key, default: Hold(tokens: [], isBlocking: true)].tokens.insert(token)
        holds[key]?.isBlocking = true
        waiters[token, default: []].insert(key)
        holdDeadlines.set(key, at: now + settings.holdLimit)
        place(key, now: now)
    }

    /// The store has seen what the token stands for.
    package mutating func conditionMet(_ token: Token, now: Instant) { conditionsMet([token], now: now) }

    /// The same for every awaited token that satisfies the predicate: all versions up to the one a watch has come to.
    package mutating func conditionsMet(now: Instant, where isMet: (Token) -> Bool) {
        conditionsMet(waiters.keys.filter(isMet), now: now)
    }

    private mutating func conditionsMet(_ tokens: [Token], now: Instant) {
        var released: [Key] = []
        for token in tokens {
            for key in waiters.removeValue(forKey: token) ?? [] {
                holds[key]?.tokens.remove(token)
                guard holds[key]?.tokens.isEmpty == true else { continue }
                holds[key] = nil
                holdDeadlines.remove(key)
                released.append(key)
            }
        }
        // Sorted, because the order of a set differs from run to run.
        for key in released.sorted() { place(key, now: now) }
    }
}

// MARK: What metrics ask

extension WorkQueueMachine {
    /// Keys that could run now, if there were room.
    package var depth: Int { high.count + low.count }
    /// Keys whose time has not come.
    package var delayedCount: Int { delayed.count }
    /// Keys held back for their own writes.
    package var heldCount: Int { holds.values.count(where: \.isBlocking) }
    /// Keys of which anything is remembered.
    package var count: Int { entries.count }
    /// How long the longest waiting ready key has waited; zero when none waits. O(n).
    package func oldestAge(now: Instant) -> Duration {
        let since = [high.oldest, low.oldest, delayed.first?.time].compactMap(\.self).min()
        return since.map { max(now - $0, .zero) } ?? .zero
    }
}

// MARK: Where a key belongs

extension WorkQueueMachine {
    /// Puts a key that is not running where it belongs now.
    private mutating func place(_ key: Key, now: Instant) {
        guard var entry = entries[key], entry.state != .running else { return }
        let target = target(of: key, entry, now: now)
        if target == .delayed, let due = entry.due { delayed.set(key, at: due) }
        guard target != entry.state || target == .parked else { return }
        var since = now
        switch entry.state {
        case .delayed where target != .delayed: delayed.remove(key)
        case .ready(.high): since = high.remove(key) ?? now
        case .ready(.low): since = low.remove(key) ?? now
        case .delayed, .parked, .running: break
        }
        switch target {
        case .ready(.high): high.append(key, since: since)
        case .ready(.low): low.append(key, since: since)
        case .delayed, .parked, .running: break
        }
        entry.state = target
        let isForgotten = entry.due == nil && entry.failures == 0
        entries[key] = isForgotten ? nil : entry
    }

    private func target(of key: Key, _ entry: Entry, now: Instant) -> State {
        guard let due = entry.due, holds[key]?.isBlocking != true else { return .parked }
        return due > now ? .delayed : .ready(entry.priority)
    }

    /// Adds a key that has just been taken out of its turn.
    private mutating func requeued(_ key: Key, priority: WorkPriority, at time: Instant, now: Instant) {
        guard var entry = entries[key] else { return }
        entry.due = entry.due.map { min($0, time) } ?? time
        entry.priority = max(entry.priority, priority)
        entries[key] = entry
        place(key, now: now)
    }

    private mutating func popReady(now: Instant) -> Key? {
        guard let (_, since) = low.next(), !high.isEmpty else {
            highInARow = 0
            return high.popNext() ?? low.popNext()
        }
        let share = now - since >= settings.ageLimit ? 1 : settings.highShare
        if highInARow >= share {
            highInARow = 0
            return low.popNext()
        }
        highInARow += 1
        return high.popNext()
    }

    /// The first deadline lets the key run, the second one forgets what it waited for.
    private mutating func holdDeadlinePassed(_ key: Key, now: Instant) {
        guard holds[key]?.isBlocking == true else { return dropHold(of: key) }
        counts.overdueHolds += 1
        holds[key]?.isBlocking = false
        holdDeadlines.set(key, at: now + settings.holdMemory)
        place(key, now: now)
    }

    private mutating func dropHold(of key: Key) {
        guard let hold = holds.removeValue(forKey: key) else { return }
        holdDeadlines.remove(key)
        for token in hold.tokens {
            waiters[token]?.remove(key)
            if waiters[token]?.isEmpty == true { waiters[token] = nil }
        }
    }
}
