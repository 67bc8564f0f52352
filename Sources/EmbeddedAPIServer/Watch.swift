// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

/// One open watch: a place in the history, and what it shows of it.
struct Watch: Sendable {
    var request: APIRequest
    var served: ServedResource
    var selection: Selection
    var form: Form
    /// A table names its columns with its first row only.
    var hasNamedColumns = false
    var faults: FaultSet
    /// The revision up to which everything was delivered.
    var cursor: Int
    /// Events made when the watch was opened: what exists already, or an error.
    var queue: [Event] = []
    var sendsBookmarks: Bool
    var nextBookmark: Timestamp
    /// When the server closes it.
    var deadline: Timestamp
    /// The client's own limit on silence.
    var inactivityLimit: Duration?
    var lastDelivery: Timestamp
    var deliveredEvents = 0
    var hasEnded = false
    var isCancelled = false

    struct Event: Sendable, Equatable {
        enum Kind: String, Sendable {
            case added = "ADDED"
            case modified = "MODIFIED"
            case deleted = "DELETED"
            case bookmark = "BOOKMARK"
            case error = "ERROR"
        }
        var kind: Kind
        var object: JSONValue
    }

    /// What the next pull gets.
    enum Step: Sendable {
        case chunk([UInt8])
        case end
        case failure(TransportError)
        case wait
    }

    /// The next moment at which time alone makes something happen.
    var nextDeadline: Timestamp {
        var next = deadline
        if sendsBookmarks { next = min(next, nextBookmark) }
        if let inactivityLimit { next = min(next, lastDelivery + inactivityLimit) }
        return next
    }
}

extension ObjectStore.Change {
    /// What a watch with that selection sees of this change, if anything.
    func event(for selection: Selection) -> Watch.Event? {
        let matchedBefore = before.map { selection.matches($0, key: key) } ?? false
        let matchesNow = after.map { selection.matches($0, key: key) } ?? false
        switch (matchedBefore, matchesNow) {
        case (false, false): return nil
        case (false, true): return Watch.Event(kind: .added, object: last)
        case (true, true): return Watch.Event(kind: .modified, object: last)
        case (true, false):
            // An object that no longer matches is shown as it last did, at the revision of the change.
            let shown =
                isDeletion ? last : before?.settingMetadata("resourceVersion", .string(String(revision))) ?? last
            return Watch.Event(kind: .deleted, object: shown)
        }
    }
}
