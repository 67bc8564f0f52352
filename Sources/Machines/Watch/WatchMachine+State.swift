// SPDX-License-Identifier: Apache-2.0
import Essentials

extension WatchMachine {
    /// Where the conversation stands.
    package enum State: Equatable, Sendable {
        /// Nothing was asked yet. Next: listing.
        case idle
        /// A page was asked for. Next: listing (the next page), opening (the last one), waiting, blocked.
        case listing(Listing)
        /// A watch was asked for, the server has not answered. Next: watching, opening, waiting, blocked.
        case opening(Stream)
        /// The server sends events. Next: opening (closed or silent), waiting, blocked.
        case watching(Stream)
        /// A back-off runs. Next: what `Step` says.
        case waiting(until: Instant, next: Step)
        /// The kind cannot be read; it is tried again. Next: listing.
        case blocked(Blockage, until: Instant)
        /// Final.
        case stopped
    }

    /// What follows a back-off.
    package enum Step: Equatable, Sendable {
        /// A list from its first page.
        case list(ListSource)
        /// The page that failed, once more; what came before it is kept.
        case page(Listing)
        /// A watch from the version that was reached.
        case watch
    }

    /// How fresh a list must be.
    package enum ListSource: Equatable, Sendable {
        /// Version unset: consistent with the latest write.
        case mostRecent
        /// At least as new as what was seen; the server may answer from its cache.
        case notOlderThan(String)
    }

    /// A list in progress.
    package struct Listing: Equatable, Sendable {
        /// Number of the request that is under way.
        package var exchange: Int
        /// What the first page asked for.
        package var source: ListSource
        /// Token of the page that was asked for; nil for the first.
        package var continueToken: String?
        /// Version of the first page: the watch starts there. Later pages only could be newer, never older.
        package var version: String?
        /// Empty pages in a row.
        package var emptyPages = 0
    }

    /// A watch in progress.
    package struct Stream: Equatable, Sendable {
        /// Number of the request that is under way.
        package var exchange: Int
        /// When it was asked for.
        package var openedAt: Instant
        /// When the server last sent anything.
        package var heardAt: Instant
        /// False until an event or bookmark brought something new.
        package var hasProgress = false
    }

    /// Why a kind cannot be read at all.
    package enum Blockage: String, CaseIterable, Sendable {
        /// 401: the credentials are not accepted.
        case unauthorized = "Unauthorized"
        /// 403: a right is missing.
        case forbidden = "Forbidden"
        /// 404 or 405: the kind is not served; usually its CRD is not installed.
        case absent = "Absent"
        /// Lists carry no version, so nothing can be watched.
        case unwatchable = "Unwatchable"
    }

    /// Why a list or watch was begun again; a metric label.
    package enum Restart: String, CaseIterable, Sendable {
        /// The server ended the watch: the normal case.
        case closed = "Closed"
        /// Nothing was heard for the inactivity limit.
        case silent = "Silent"
        /// The server ended the watch at once without an event.
        case short = "Short"
        case unreachable = "Unreachable"
        case interrupted = "Interrupted"
        case unreadable = "Unreadable"
        case throttled = "Throttled"
        case serverError = "ServerError"
        /// A request was refused as such (400, 422, …).
        case rejected = "Rejected"
        case expired = "Expired"
        case versionTooLarge = "VersionTooLarge"
        /// The server keeps sending versions below ours: its data was restored from a backup.
        case wentBackwards = "WentBackwards"
        /// Continue tokens came round again, or pages stayed empty.
        case endlessPages = "EndlessPages"
        case blocked = "Blocked"
    }

    /// What the shell shall do. Effects of one event are performed in order.
    package enum Effect: Equatable, Sendable {
        /// Start an empty set beside the store's content, dropping one that was started before.
        case beginReplace
        /// GET one page and put its items into that set, where they may be already; then `pageReceived` or `listFailed`, once.
        case fetchPage(PageRequest)
        /// Swap the set in at once; objects that vanished become deletions.
        case commitReplace(version: String)
        /// Drop the set; the store keeps its content.
        case discardReplace
        /// The first list is in the store.
        case markSynced
        /// Open the watch; then `watchOpened`, events, and `watchClosed` or `watchFailed`, once.
        case openWatch(WatchRequest)
        /// Cancel that watch. Nothing more needs to be reported of it; what is reported is ignored.
        case closeWatch(exchange: Int)
        /// Put the event that was just reported into the store.
        case applyEvent
        /// The store has now seen everything up to this version, without an event.
        case advanceVersion(String)
        /// Report `timerFired` at this instant. Replaces any earlier timer.
        case setTimer(at: Instant)
    }

    /// One page of a list. The other query parameters (selectors, scope) stay the same from page to page.
    package struct PageRequest: Equatable, Sendable {
        /// To be named in the report.
        package var exchange: Int
        /// Nil and match nil: unset, the most recent. Never together with a continue token (kubernetes#85221).
        package var resourceVersion: String?
        /// `NotOlderThan` or nil; with a limit the default would be `Exact`.
        package var resourceVersionMatch: String?
        /// As the page before gave it; nil for the first.
        package var continueToken: String?
        /// Nil: everything in one page.
        package var limit: Int?

        package init(
            exchange: Int, resourceVersion: String? = nil, resourceVersionMatch: String? = nil,
            continueToken: String? = nil, limit: Int? = nil
        ) {
            self.exchange = exchange
            self.resourceVersion = resourceVersion
            self.resourceVersionMatch = resourceVersionMatch
            self.continueToken = continueToken
            self.limit = limit
        }
    }

    /// A watch with bookmarks.
    package struct WatchRequest: Equatable, Sendable {
        /// To be named in every report.
        package var exchange: Int
        /// Events after this version are wanted.
        package var resourceVersion: String
        /// The server ends the watch after this time.
        package var timeoutSeconds: Int

        package init(exchange: Int, resourceVersion: String, timeoutSeconds: Int) {
            self.exchange = exchange
            self.resourceVersion = resourceVersion
            self.timeoutSeconds = timeoutSeconds
        }
    }

    /// Times and limits; the defaults are those of client-go and kube-rs where they agree.
    package struct Settings: Sendable {
        /// Items a page.
        package var pageLimit = 500
        /// Between failures of any request.
        package var backoff = Backoff(base: .milliseconds(800), cap: .seconds(30))
        /// After so long without a failure the back-off starts at its base again.
        package var backoffReset: Duration = .seconds(120)
        /// A `Retry-After` above this is cut.
        package var longestRetryAfter: Duration = .seconds(300)
        /// The server is asked to end a watch after a random time in this range.
        package var watchTimeoutSeconds: ClosedRange<Int> = 290...600
        /// Between the server's bookmarks (60 s) and the smallest window of its watch cache (75 s).
        package var inactivityLimit: Duration = .seconds(70)
        /// A watch that ends within this time without any progress is a failure.
        package var shortWatch: Duration = .seconds(1)
        /// Server errors on watches from one version for so long lead to a list.
        package var rewatchLimit: Duration = .seconds(60)
        /// So many versions below ours in a row lead to a list.
        package var olderLimit = 3
        /// So many empty pages in a row end a list.
        package var emptyPageLimit = 100

        package init() {}
    }
}
