// SPDX-License-Identifier: Apache-2.0
import Essentials

/// One list-and-watch conversation about one kind in one scope: keeps a copy of the objects up to date.
///
/// Every request has an `exchange` number, which its reports name; reports of an earlier exchange are ignored, so a late
/// answer can do no harm. The first list is always consistent with the latest write: another API server's cache may be
/// older than what an earlier run of this program has seen (kubernetes#59848).
package struct WatchMachine: Sendable {
    /// Times and limits.
    package let settings: Settings
    /// Where the conversation stands; for probes and metrics.
    package internal(set) var state = State.idle
    /// The version up to which everything has been seen; empty before the first list.
    package internal(set) var version = ""
    /// True from the first complete list on.
    package internal(set) var isSynced = false
    /// When the server last sent anything.
    package internal(set) var lastHeard: Instant?
    /// How often a list or watch was begun again, by reason.
    package internal(set) var restarts: [Restart: Int] = [:]
    /// Events and bookmarks that were ignored because their version was below ours.
    package internal(set) var ignoredOlder = 0
    /// Events of a type that the API does not have today.
    package internal(set) var ignoredTypes = 0

    var generator: SeededGenerator
    /// Exchange number of the latest request.
    var exchanges = 0
    var attempt = 0
    var lastFailure: Instant?
    /// Since when watches from the present version end in server errors.
    var troubledSince: Instant?
    /// Versions below ours in a row.
    var olderInARow = 0
    /// Lists in a row that could not be paged to their end.
    var brokenLists = 0

    package init(settings: Settings = Settings(), generator: SeededGenerator) {
        self.settings = settings
        self.generator = generator
    }

    /// Why the kind cannot be read, while it cannot.
    package var blockage: Blockage? { if case .blocked(let blockage, _) = state { blockage } else { nil } }

    /// Begins the conversation.
    package mutating func started(now: Instant) -> [Effect] {
        guard state == .idle else { return [] }
        return list(from: .mostRecent)
    }

    /// Ends the conversation for good; later reports are ignored.
    package mutating func stopped() -> [Effect] {
        defer { state = .stopped }
        switch state {
        case .opening(let stream), .watching(let stream): return [.closeWatch(exchange: stream.exchange)]
        case .listing, .waiting(_, next: .page): return [.discardReplace]
        case .idle, .waiting, .blocked, .stopped: return []
        }
    }

    /// The time of the latest `setTimer` has come, or some time before or after it.
    package mutating func timerFired(now: Instant) -> [Effect] {
        switch state {
        case .waiting(let until, _), .blocked(_, let until):
            return now < until ? [.setTimer(at: until)] : resumed(now: now)
        case .opening(let stream), .watching(let stream):
            let deadline = stream.heardAt + settings.inactivityLimit
            if now < deadline { return [.setTimer(at: deadline)] }
            // Half-open connections look like this. No failure: the version is recent enough to watch on from.
            count(.silent)
            return [.closeWatch(exchange: stream.exchange)] + watch(now: now)
        case .idle, .listing, .stopped:
            return []
        }
    }

    private mutating func resumed(now: Instant) -> [Effect] {
        switch state {
        case .waiting(_, next: .list(let source)): list(from: source)
        case .waiting(_, next: .page(let listing)): fetch(listing)
        case .waiting(_, next: .watch): watch(now: now)
        default: list(from: relistSource)
        }
    }

    /// Where a list may start once something has been seen.
    var relistSource: ListSource { version.isEmpty ? .mostRecent : .notOlderThan(version) }

    mutating func nextExchange() -> Int {
        exchanges += 1
        return exchanges
    }

    mutating func count(_ reason: Restart) { restarts[reason, default: 0] += 1 }

    /// Backs off, then goes on with `next`.
    mutating func pause(for reason: Restart, atLeast floor: Duration? = nil, then next: Step, now: Instant) -> [Effect]
    {
        count(reason)
        let until = backOff(atLeast: floor, now: now)
        state = .waiting(until: until, next: next)
        return [.setTimer(at: until)]
    }

    /// Waits until the kind may have become readable.
    mutating func block(_ blockage: Blockage, now: Instant) -> [Effect] {
        count(.blocked)
        let until = backOff(atLeast: nil, now: now)
        state = .blocked(blockage, until: until)
        return [.setTimer(at: until)]
    }

    private mutating func backOff(atLeast floor: Duration?, now: Instant) -> Instant {
        if let lastFailure, now - lastFailure >= settings.backoffReset { attempt = 0 }
        lastFailure = now
        let wait = settings.backoff.delay(attempt: attempt, using: &generator)
        attempt = min(attempt + 1, 32)
        return now + max(wait, min(floor ?? .zero, settings.longestRetryAfter))
    }
}
