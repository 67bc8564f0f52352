// SPDX-License-Identifier: Apache-2.0
import Essentials

/// One way in which a server, or the network before it, fails.
package enum Fault: Sendable, Equatable {
    /// The request is answered with this status and not carried out; `retryAfter` in seconds, `reason` in place of the
    /// usual one (`Gone`, as servers before 1.18 say for 410).
    case status(Int, retryAfter: Int? = nil, reason: String? = nil)
    /// The connection fails before anything is sent; the server never sees the request.
    case cutBeforeSend
    /// The request is carried out, then the connection breaks before the answer.
    case cutAfterCommit
    /// No answer, and nothing is carried out, until the caller gives up or its timeout has passed.
    case hang
    /// The request is carried out, but no answer comes until the caller gives up or its timeout has passed.
    case hangAfterCommit
    /// The body breaks off after this many bytes.
    case cutStream(afterBytes: Int)
    /// The body arrives in pieces of these sizes, over and over.
    case chunking([Int])
    /// Reads are served as of this revision.
    case stale(revision: Int)
    /// These events of the watch (counted from 0) never arrive.
    case dropEvents(Set<Int>)
    /// Events of one object that are waiting together arrive as their net effect: an object created and deleted never
    /// shows.
    case coalesceEvents
    /// The watch ends, as at its timeout, after this many events.
    case endWatch(afterEvents: Int)
    /// The watch answers with an ERROR event of this code after this many events, and ends.
    case errorEvent(Int, afterEvents: Int, reason: String? = nil)
    /// The watch sends these bytes and a newline as they are after this many events: an unknown type, a bookmark that
    /// goes back, what is no JSON.
    case insertLine([UInt8], afterEvents: Int)
    /// No bookmark is sent.
    case suppressBookmarks
}

/// A fault that waits for the requests it is meant for.
struct ArmedFault: Sendable {
    var id: Int
    var fault: Fault
    var matches: @Sendable (APIRequest) -> Bool
    /// Matching requests to let pass first.
    var skip: Int
    /// Matching requests still to hit.
    var remaining: Int
}

/// The faults that hit one request.
struct FaultSet: Sendable, Equatable {
    var faults: [Fault] = []

    var staleRevision: Int? {
        for case .stale(let revision) in faults { return revision }
        return nil
    }
    /// The answer instead of carrying the request out.
    var refusal: APIFailure? {
        for case .status(let code, let retryAfter, let reason) in faults {
            return .injected(code, retryAfter: retryAfter, reason: reason)
        }
        return nil
    }
    var cutAfterBytes: Int? {
        for case .cutStream(let bytes) in faults { return bytes }
        return nil
    }
    var chunkSizes: [Int] {
        for case .chunking(let sizes) in faults { return sizes.filter { $0 > 0 } }
        return []
    }
    var droppedEvents: Set<Int> {
        for case .dropEvents(let ordinals) in faults { return ordinals }
        return []
    }
    var endAfterEvents: Int? {
        for case .endWatch(let count) in faults { return count }
        return nil
    }
    /// The ERROR event due after `count` events.
    func error(after count: Int) -> APIFailure? {
        for case .errorEvent(let code, let after, let reason) in faults where count >= after {
            return .injected(code, retryAfter: nil, reason: reason)
        }
        return nil
    }
    /// Takes the line due after `count` events, so that it is sent once.
    mutating func takeLine(after count: Int) -> [UInt8]? {
        for (index, fault) in faults.enumerated() {
            guard case .insertLine(let line, let after) = fault, count >= after else { continue }
            faults.remove(at: index)
            return line
        }
        return nil
    }
    func contains(_ fault: Fault) -> Bool { faults.contains(fault) }
}

extension ServerState {
    /// Takes what is armed for `request`.
    mutating func takeFaults(for request: APIRequest) -> FaultSet {
        var taken = FaultSet()
        for index in armed.indices where armed[index].remaining > 0 && armed[index].matches(request) {
            if armed[index].skip > 0 {
                armed[index].skip -= 1
            } else {
                if armed[index].remaining != .max { armed[index].remaining -= 1 }
                taken.faults.append(armed[index].fault)
            }
        }
        armed.removeAll { $0.remaining == 0 }
        return taken
    }
}
