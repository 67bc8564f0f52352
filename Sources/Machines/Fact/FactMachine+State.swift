// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What is known of a question's answer.
package enum Knowledge<Answer: Sendable, Failure: Sendable>: Sendable {
    /// Nobody has answered yet.
    case unknown
    /// The latest answer; asked for at that time, so it is at least as new.
    case known(Answer, askedAt: Instant)
    /// The latest attempt failed. An answer from before is still to be had from `lastAnswer(to:)`.
    case failed(Failure, at: Instant, attempts: Int, nextAttempt: Instant)
}

extension Knowledge: Equatable where Answer: Equatable, Failure: Equatable {}

/// Whom a failure concerns.
package enum FailureScope: Equatable, Sendable {
    /// This question alone: an answer that cannot be read, a 500 for one repository.
    case question
    /// Everything in its bucket: 429, 503, no connection.
    case bucket
    /// This question, and asking again soon cannot help: not found, not allowed.
    case lasting
}

extension FactMachine {
    /// What the shell shall do. Effects of one event are performed in order.
    package enum Effect: Equatable, Sendable {
        /// Ask; then `answered` or `failed`, once.
        case fetch(Question)
        /// Something that they wanted to know has changed.
        case requeue(Set<Requester>)
        /// The question was dropped, and its answer with it.
        case forget(Question)
        /// Report `timerFired` at this instant. Replaces any earlier timer.
        case setTimer(at: Instant)
    }

    /// What happens with a question.
    enum State: Equatable, Sendable {
        /// Nothing is needed. Next: queued, delayed.
        case idle
        /// Wanted after a failure, its next attempt has not come. Next: queued, idle (nobody wants it any more).
        case delayed
        /// Waits for a place in its bucket. Next: fetching, idle (nobody wants it any more).
        case queued
        /// Asked. Next: idle.
        case fetching(since: Instant)
    }

    struct Entry: Sendable {
        let bucket: String
        var state = State.idle
        var answer: Answer?
        var askedAt = Instant.zero
        var failure: Failure?
        var failedAt = Instant.zero
        var nextAttempt = Instant.zero
        /// Failures in a row of any scope.
        var attempts = 0
        /// Of these, the question's own: they decide its back-off.
        var ownFailures = 0
        var lastWanted: Instant
        var waiting: Set<Requester> = []
        /// Somebody said that the answer may have changed, and it has not been asked for since.
        var isExpired = false
    }

    /// What shares rate limits: a registry host with one credential, say.
    struct Bucket: Sendable {
        var queue = DeadlineHeap<Question>()
        var fetching = 0
        /// Failures in a row; while there are any, one question at a time tries the ground.
        var failures = 0
        var failedAt: Instant?
        var closedUntil: Instant?
    }

    /// Counters for metrics; they only grow.
    package struct Counts: Equatable, Sendable {
        /// Fetches begun.
        package var fetches = 0
        /// Fetches that brought an answer.
        package var answers = 0
        /// Fetches that failed, whatever the scope.
        package var failures = 0
        /// Questions dropped because there were too many, least recently wanted first.
        package var evicted = 0
        /// Questions dropped because nobody wanted them for long.
        package var expired = 0
    }

    /// Times and limits.
    package struct Settings: Sendable {
        /// Fetches at the same time in one bucket.
        package var concurrency = 4
        /// Between attempts of one question.
        package var questionBackoff = Backoff(base: .seconds(2), cap: .seconds(900))
        /// Between failures of a whole bucket.
        package var bucketBackoff = Backoff(base: .seconds(1), cap: .seconds(300))
        /// Wait after a `lasting` failure that names none.
        package var lastingRetry: Duration = .seconds(900)
        /// A `retryAfter` above this is cut.
        package var longestRetryAfter: Duration = .seconds(3_600)
        /// Questions kept. Those that somebody waits for are never dropped.
        package var limit = 20_000
        /// A question that nobody wanted for so long is dropped.
        package var unwantedLimit: Duration = .seconds(172_800)

        package init() {}
    }
}
