// SPDX-License-Identifier: Apache-2.0
import Essentials

extension WatchMachine {
    /// A page was read completely and its items are in the set. A page may hold fewer items than the limit, even none.
    package mutating func pageReceived(
        exchange: Int, continueToken: String?, resourceVersion: String, itemCount: Int, now: Instant
    ) -> [Effect] {
        guard case .listing(var listing) = state, listing.exchange == exchange else { return [] }
        lastHeard = now
        let first = listing.version ?? resourceVersion
        // A watch from "" or "0" would start anywhere.
        guard !first.isEmpty, first != "0" else { return [.discardReplace] + block(.unwatchable, now: now) }
        listing.version = first
        guard let token = continueToken, !token.isEmpty else { return commit(first, now: now) }
        listing.emptyPages = itemCount == 0 ? listing.emptyPages + 1 : 0
        if token == listing.continueToken || listing.emptyPages > settings.emptyPageLimit {
            brokenLists += 1
            return [.discardReplace] + pause(for: .endlessPages, then: .list(.mostRecent), now: now)
        }
        listing.continueToken = token
        return fetch(listing)
    }

    /// A page could not be had.
    package mutating func listFailed(exchange: Int, _ failure: RequestFailure, now: Instant) -> [Effect] {
        guard case .listing(let listing) = state, listing.exchange == exchange else { return [] }
        switch Remedy(for: failure) {
        case .retry(let reason, let floor):
            return pause(for: reason, atLeast: floor, then: .page(listing), now: now)
        case .relist(let reason), .relistMostRecent(let reason):
            // The token outlived its snapshot: the list takes longer than the server keeps history.
            if listing.continueToken != nil { brokenLists += 1 }
            return [.discardReplace] + pause(for: reason, then: .list(.mostRecent), now: now)
        case .block(let blockage):
            return [.discardReplace] + block(blockage, now: now)
        }
    }

    mutating func list(from source: ListSource) -> [Effect] {
        [.beginReplace] + fetch(Listing(exchange: 0, source: source))
    }

    mutating func fetch(_ listing: Listing) -> [Effect] {
        var listing = listing
        listing.exchange = nextExchange()
        state = .listing(listing)
        // client-go's pager does the same: what cannot be paged to its end is taken at once.
        var request = PageRequest(exchange: listing.exchange, limit: brokenLists < 2 ? settings.pageLimit : nil)
        if let token = listing.continueToken {
            request.continueToken = token
        } else if case .notOlderThan(let version) = listing.source {
            request.resourceVersion = version
            request.resourceVersionMatch = "NotOlderThan"
        }
        return [.fetchPage(request)]
    }

    private mutating func commit(_ listed: String, now: Instant) -> [Effect] {
        // Even if it is below ours: the store's content is this list now.
        version = listed
        brokenLists = 0
        troubledSince = nil
        olderInARow = 0
        var effects: [Effect] = [.commitReplace(version: listed)]
        if !isSynced {
            isSynced = true
            effects.append(.markSynced)
        }
        return effects + watch(now: now)
    }
}

extension WatchMachine {
    /// What a failure asks for.
    enum Remedy: Equatable {
        /// The same request again, after a back-off of at least this.
        case retry(Restart, atLeast: Duration?)
        /// A list that may come from the server's cache.
        case relist(Restart)
        case relistMostRecent(Restart)
        case block(Blockage)

        init(for failure: RequestFailure) {
            self =
                switch failure {
                case .unreachable: .retry(.unreachable, atLeast: nil)
                case .interrupted: .retry(.interrupted, atLeast: nil)
                case .unreadable: .relist(.unreadable)
                case .refused(let refusal): Remedy(for: refusal)
                }
        }

        private init(for refusal: APIRefusal) {
            self =
                switch refusal.code {
                case _ where refusal.isExpired: .relist(.expired)
                case _ where refusal.isVersionTooLarge: .relistMostRecent(.versionTooLarge)
                case 429: .retry(.throttled, atLeast: refusal.retryAfter)
                case 500...599, 0: .retry(.serverError, atLeast: refusal.retryAfter)
                case 401: .block(.unauthorized)
                case 403: .block(.forbidden)
                case 404, 405: .block(.absent)
                default: .relistMostRecent(.rejected)
                }
        }
    }
}
