// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Answers from outside, shared by all who ask: each question is asked once at a time, aged, paced per bucket and retried.
///
/// Nobody waits in it: `wanted` notes who would like to know, and when that changes a `requeue` names them.
package struct FactMachine<
    Question: Hashable & Sendable, Answer: Sendable, Failure: Sendable, Requester: Hashable & Sendable
>: Sendable {
    /// Times and limits.
    package let settings: Settings
    /// For metrics.
    package private(set) var counts = Counts()

    private let bucket: @Sendable (Question) -> String
    private var generator: SeededGenerator
    private var entries: [Question: Entry] = [:]
    private var buckets: [String: Bucket] = [:]
    private var wishes: [Requester: Set<Question>] = [:]
    /// Wanted questions in back-off, by their next attempt.
    private var retries = DeadlineHeap<Question>()
    /// Closed buckets, by when they open; idle ones after that by when they are dropped.
    private var openings = DeadlineHeap<String>()
    /// Questions that may be dropped, by when they were last wanted, or by some time before: see `longestUnwanted`.
    private var idle = DeadlineHeap<Question>()
    private var timer: Instant?

    /// `bucket` names what shares rate limits and back-off with a question.
    package init(
        settings: Settings = Settings(), generator: SeededGenerator, bucket: @escaping @Sendable (Question) -> String
    ) {
        self.settings = settings
        self.generator = generator
        self.bucket = bucket
    }

    /// Questions kept.
    package var count: Int { entries.count }
    /// Fetches under way.
    package var fetchingCount: Int { buckets.values.reduce(0) { $0 + $1.fetching } }
    /// Questions that wait for a place in their bucket.
    package var queuedCount: Int { buckets.values.reduce(0) { $0 + $1.queue.count } }

    /// What is known of the answer.
    package func knowledge(of question: Question) -> Knowledge<Answer, Failure> {
        guard let entry = entries[question] else { return .unknown }
        if let failure = entry.failure {
            return .failed(failure, at: entry.failedAt, attempts: entry.attempts, nextAttempt: entry.nextAttempt)
        }
        return entry.answer.map { .known($0, askedAt: entry.askedAt) } ?? .unknown
    }

    /// The latest answer, even if later attempts failed.
    package func lastAnswer(to question: Question) -> (answer: Answer, askedAt: Instant)? {
        guard let entry = entries[question], let answer = entry.answer else { return nil }
        return (answer, entry.askedAt)
    }

    /// A requester would like an answer that is at most so old. If there is none, it is requeued when one has come, or
    /// when the attempt failed.
    package mutating func wanted(
        _ question: Question, by requester: Requester, maximumAge: Duration, now: Instant
    ) -> [Effect] {
        var entry = entries[question] ?? Entry(bucket: bucket(question), lastWanted: now)
        entry.lastWanted = now
        let isFresh =
            entry.answer != nil && entry.failure == nil && !entry.isExpired && now - entry.askedAt <= maximumAge
        if isFresh {
            entries[question] = entry
            rest(question)
            return armed(now: now)
        }
        entry.waiting.insert(requester)
        wishes[requester, default: []].insert(question)
        entries[question] = entry
        idle.remove(question)
        guard entry.state == .idle else { return [] }
        if entry.failure != nil, entry.nextAttempt > now {
            entries[question]?.state = .delayed
            retries.set(question, at: entry.nextAttempt)
        } else {
            enqueue(question, now: now)
        }
        return dispatch(entry.bucket, now: now) + evict() + armed(now: now)
    }

    /// The answer may have changed: whoever wants it from now on gets one that was asked for later than this. A question need not
    /// wait any more because it failed; what its bucket was asked to wait holds.
    package mutating func expired(_ question: Question, now: Instant) -> [Effect] {
        guard let entry = entries[question] else { return [] }
        entries[question]?.isExpired = true
        if entry.failure != nil { entries[question]?.nextAttempt = now }
        guard entry.state == .delayed else { return [] }
        retries.remove(question)
        enqueue(question, now: now)
        return dispatch(entry.bucket, now: now) + armed(now: now)
    }

    /// The requester is gone: it is not requeued, and what it alone waited for is not asked any more.
    package mutating func forgotten(_ requester: Requester, now: Instant) -> [Effect] {
        for question in wishes.removeValue(forKey: requester) ?? [] {
            guard var entry = entries[question] else { continue }
            entry.waiting.remove(requester)
            if entry.waiting.isEmpty {
                retries.remove(question)
                buckets[entry.bucket]?.queue.remove(question)
                if entry.state == .queued || entry.state == .delayed { entry.state = .idle }
            }
            entries[question] = entry
            rest(question)
        }
        return evict() + armed(now: now)
    }

    /// The answer to a fetch came.
    package mutating func answered(_ question: Question, _ answer: Answer, now: Instant) -> [Effect] {
        guard var entry = entries[question], case .fetching(let since) = entry.state else { return [] }
        counts.answers += 1
        entry.answer = answer
        entry.askedAt = since
        entry.failure = nil
        entry.attempts = 0
        entry.ownFailures = 0
        let isNewerThanFailure = buckets[entry.bucket]?.failedAt.map { since >= $0 } ?? true
        if isNewerThanFailure { buckets[entry.bucket]?.failures = 0 }
        return settled(question, entry, now: now)
    }

    /// A fetch failed. `retryAfter` is what the other side asked to wait; after a lasting failure, when whoever asks wants to look again.
    package mutating func failed(
        _ question: Question, _ failure: Failure, scope: FailureScope, retryAfter: Duration? = nil, now: Instant
    ) -> [Effect] {
        guard var entry = entries[question], case .fetching(let since) = entry.state else { return [] }
        counts.failures += 1
        let floor = min(retryAfter ?? .zero, settings.longestRetryAfter)
        entry.failure = failure
        entry.failedAt = now
        entry.attempts += 1
        switch scope {
        case .bucket:
            entry.nextAttempt = close(entry.bucket, since: since, floor: floor, now: now)
        case .question:
            let wait = settings.questionBackoff.delay(attempt: entry.ownFailures, using: &generator)
            entry.nextAttempt = now + max(wait, floor)
            entry.ownFailures = min(entry.ownFailures + 1, 64)
        case .lasting:
            entry.nextAttempt = now + (retryAfter == nil ? settings.lastingRetry : floor)
        }
        return settled(question, entry, now: now)
    }

    /// The time of the latest `setTimer` has come, or some time before or after it.
    package mutating func timerFired(now: Instant) -> [Effect] {
        timer = nil
        var touched: [String] = []
        while let question = retries.popDue(now: now) {
            enqueue(question, now: now)
            if let bucket = entries[question]?.bucket { touched.append(bucket) }
        }
        while let name = openings.popDue(now: now) {
            opened(name, now: now)
            touched.append(name)
        }
        var effects: [Effect] = []
        for name in touched { effects += dispatch(name, now: now) }
        while let (question, lastWanted) = longestUnwanted(), now - lastWanted >= settings.unwantedLimit {
            counts.expired += 1
            effects.append(forget(question))
        }
        return effects + armed(now: now)
    }
}

// MARK: Buckets

extension FactMachine {
    private mutating func enqueue(_ question: Question, now: Instant) {
        guard let name = entries[question]?.bucket else { return }
        entries[question]?.state = .queued
        buckets[name, default: Bucket()].queue.set(question, at: now)
    }

    /// Fetches what a bucket has room for, first come first served.
    private mutating func dispatch(_ name: String, now: Instant) -> [Effect] {
        if let closedUntil = buckets[name]?.closedUntil, now < closedUntil { return [] }
        // Taken out while it changes, or its queue of thousands would be copied each time.
        guard var bucket = buckets.removeValue(forKey: name) else { return [] }
        var effects: [Effect] = []
        let room = bucket.failures > 0 ? 1 : settings.concurrency
        while bucket.fetching < room, let question = bucket.queue.first?.element {
            bucket.queue.remove(question)
            bucket.fetching += 1
            entries[question]?.state = .fetching(since: now)
            entries[question]?.isExpired = false
            counts.fetches += 1
            effects.append(.fetch(question))
        }
        let isIdle = bucket.fetching == 0 && bucket.queue.count == 0 && bucket.closedUntil == nil
        if !isIdle { buckets[name] = bucket }
        return effects
    }

    /// Closes a bucket after a failure of it all; returns when it opens.
    private mutating func close(_ name: String, since: Instant, floor: Duration, now: Instant) -> Instant {
        var bucket = buckets[name] ?? Bucket()
        var wait = floor
        // Fetches that were under way at the latest failure tell nothing new, but what they were asked to wait counts.
        if bucket.failedAt.map({ since >= $0 }) ?? true {
            wait = max(wait, settings.bucketBackoff.delay(attempt: bucket.failures, using: &generator))
            bucket.failures = min(bucket.failures + 1, 64)
            bucket.failedAt = now
        }
        let opening = max(bucket.closedUntil ?? now, now + wait)
        bucket.closedUntil = opening
        buckets[name] = bucket
        openings.set(name, at: opening)
        return opening
    }

    /// A bucket may be used again; its failures are remembered for a while, even if nobody asks.
    private mutating func opened(_ name: String, now: Instant) {
        guard let closedUntil = buckets[name]?.closedUntil else { return }
        let end = closedUntil + settings.bucketBackoff.cap
        if now < end {
            openings.set(name, at: end)
        } else {
            buckets[name]?.closedUntil = nil
        }
    }
}

// MARK: Questions

extension FactMachine {
    /// A fetch is over: tells who waited and fetches the next.
    private mutating func settled(_ question: Question, _ entry: Entry, now: Instant) -> [Effect] {
        var entry = entry
        let waited = entry.waiting
        entry.waiting = []
        entry.state = .idle
        entries[question] = entry
        for requester in waited {
            wishes[requester]?.remove(question)
            if wishes[requester]?.isEmpty == true { wishes[requester] = nil }
        }
        buckets[entry.bucket]?.fetching -= 1
        rest(question)
        let news: [Effect] = waited.isEmpty ? [] : [.requeue(waited)]
        return news + dispatch(entry.bucket, now: now) + evict() + armed(now: now)
    }

    /// Makes a question droppable while nobody waits for it and it is not being fetched.
    private mutating func rest(_ question: Question) {
        guard let entry = entries[question], entry.state == .idle, entry.waiting.isEmpty else { return }
        if idle.time(of: question) == nil { idle.set(question, at: entry.lastWanted) }
    }

    /// Of the questions that may be dropped, the one that nobody has wanted for longest. Plans want the same hundreds again and again:
    /// each keeps its place, and takes the one that is due to it when it comes up.
    private mutating func longestUnwanted() -> (question: Question, lastWanted: Instant)? {
        while let (question, time) = idle.first {
            guard let lastWanted = entries[question]?.lastWanted, lastWanted > time else { return (question, time) }
            idle.set(question, at: lastWanted)
        }
        return nil
    }

    private mutating func evict() -> [Effect] {
        var effects: [Effect] = []
        while entries.count > settings.limit, let (question, _) = longestUnwanted() {
            counts.evicted += 1
            effects.append(forget(question))
        }
        return effects
    }

    private mutating func forget(_ question: Question) -> Effect {
        idle.remove(question)
        entries[question] = nil
        return .forget(question)
    }

    /// Sets the timer when something is due before it.
    private mutating func armed(now: Instant) -> [Effect] {
        let unwanted = idle.first.map { $0.time + settings.unwantedLimit }
        guard let due = [retries.first?.time, openings.first?.time, unwanted].compactMap(\.self).min() else {
            return []
        }
        if let timer, timer <= due { return [] }
        timer = due
        return [.setTimer(at: due)]
    }
}
