// SPDX-License-Identifier: Apache-2.0
import Essentials

extension WatchMachine {
    /// The server answered 200.
    package mutating func watchOpened(exchange: Int, now: Instant) -> [Effect] {
        guard case .opening(var stream) = state, stream.exchange == exchange else { return [] }
        stream.heardAt = now
        lastHeard = now
        state = .watching(stream)
        return []
    }

    /// An event other than BOOKMARK and ERROR came; `type` as the server wrote it.
    package mutating func eventReceived(
        exchange: Int, type: String, resourceVersion: String, now: Instant
    ) -> [Effect] {
        guard var stream = heard(exchange: exchange, now: now) else { return [] }
        guard type == "ADDED" || type == "MODIFIED" || type == "DELETED" else {
            ignoredTypes += 1
            return []
        }
        switch ResourceVersion.order(of: resourceVersion, to: version) {
        case .older:
            return sawOlder(stream, now: now)
        case .same:
            // One transaction may remove several objects at one version: Events whose etcd lease ended together.
            return Self.apply
        case .newer, .unknown:
            // Without a version it is applied and comes again after the next reconnect.
            guard !resourceVersion.isEmpty else { return Self.apply }
            version = resourceVersion
            progressed(&stream)
            return Self.apply
        }
    }

    /// A BOOKMARK came: nothing happened up to its version.
    package mutating func bookmarkReceived(exchange: Int, resourceVersion: String, now: Instant) -> [Effect] {
        guard var stream = heard(exchange: exchange, now: now) else { return [] }
        switch ResourceVersion.order(of: resourceVersion, to: version) {
        case .older: return sawOlder(stream, now: now)
        case .same: return []
        case .newer, .unknown:
            guard !resourceVersion.isEmpty else { return [] }
            version = resourceVersion
            progressed(&stream)
            return [.advanceVersion(version)]
        }
    }

    /// An ERROR event came; the watch is over.
    package mutating func errorReceived(exchange: Int, _ refusal: APIRefusal, now: Instant) -> [Effect] {
        guard heard(exchange: exchange, now: now) != nil else { return [] }
        return [.closeWatch(exchange: exchange)] + ended(by: .refused(refusal), now: now)
    }

    /// The server ended the watch in an orderly way: its timeout, its shutdown, a GOAWAY.
    package mutating func watchClosed(exchange: Int, now: Instant) -> [Effect] {
        guard let stream = openStream, stream.exchange == exchange else { return [] }
        if !stream.hasProgress, now - stream.openedAt < settings.shortWatch {
            return pause(for: .short, then: .watch, now: now)
        }
        count(.closed)
        return watch(now: now)
    }

    /// The watch could not be opened, or broke.
    package mutating func watchFailed(exchange: Int, _ failure: RequestFailure, now: Instant) -> [Effect] {
        guard let stream = openStream, stream.exchange == exchange else { return [] }
        return ended(by: failure, now: now)
    }

    mutating func watch(now: Instant) -> [Effect] {
        let stream = Stream(exchange: nextExchange(), openedAt: now, heardAt: now)
        state = .opening(stream)
        let timeout = Int.random(in: settings.watchTimeoutSeconds, using: &generator)
        return [
            .openWatch(
                WatchRequest(exchange: stream.exchange, resourceVersion: version, timeoutSeconds: timeout)),
            .setTimer(at: now + settings.inactivityLimit),
        ]
    }

    private static let apply: [Effect] = [.applyEvent]

    private var openStream: Stream? {
        switch state {
        case .opening(let stream), .watching(let stream): stream
        default: nil
        }
    }

    /// Notes a sign of life; nil when it is one of an earlier exchange.
    private mutating func heard(exchange: Int, now: Instant) -> Stream? {
        guard var stream = openStream, stream.exchange == exchange else { return nil }
        stream.heardAt = now
        lastHeard = now
        state = .watching(stream)
        return stream
    }

    private mutating func progressed(_ stream: inout Stream) {
        olderInARow = 0
        troubledSince = nil
        guard !stream.hasProgress else { return }
        stream.hasProgress = true
        state = .watching(stream)
    }

    private mutating func sawOlder(_ stream: Stream, now: Instant) -> [Effect] {
        ignoredOlder += 1
        olderInARow += 1
        guard olderInARow >= settings.olderLimit else { return [] }
        olderInARow = 0
        return [.closeWatch(exchange: stream.exchange)]
            + pause(for: .wentBackwards, then: .list(.mostRecent), now: now)
    }

    private mutating func ended(by failure: RequestFailure, now: Instant) -> [Effect] {
        switch Remedy(for: failure) {
        case .retry(let reason, let floor):
            guard reason == .serverError else { return pause(for: reason, atLeast: floor, then: .watch, now: now) }
            let since = troubledSince ?? now
            troubledSince = since
            let isLasting = now - since > settings.rewatchLimit
            if isLasting { troubledSince = nil }
            return pause(for: reason, atLeast: floor, then: isLasting ? .list(relistSource) : .watch, now: now)
        case .relist(let reason):
            return pause(for: reason, then: .list(relistSource), now: now)
        case .relistMostRecent(let reason):
            return pause(for: reason, then: .list(.mostRecent), now: now)
        case .block(let blockage):
            return block(blockage, now: now)
        }
    }
}
