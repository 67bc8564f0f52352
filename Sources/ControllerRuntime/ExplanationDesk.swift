// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning
import Synchronization

/// Which questions for an explanation were answered, and until when the answers stand. In memory only: after a restart a
/// question whose time is over is not answered again, and what it may have left is taken away.
final class ExplanationDesk: Sendable {
    private struct Entry {
        var token: String
        /// Nil when nothing is left to do.
        var expiry: Timestamp?
    }

    enum Step: Equatable {
        case answer
        /// Take the answer away.
        case clear
        /// Nothing to do before then.
        case rest(until: Timestamp?)
    }

    private static let bound = 10_000
    private let entries = Mutex<[ObjectReference: Entry]>([:])

    /// What to do about a question that stands in an object's annotation.
    func step(_ reference: ObjectReference, _ token: String, at now: Timestamp) -> Step {
        guard let entry = entries.withLock({ $0[reference] }), entry.token == token else {
            guard let time = Explanation.time(of: token) else { return .answer }
            return time + Explanation.lifetime > now ? .answer : .clear
        }
        guard let expiry = entry.expiry else { return .rest(until: nil) }
        return expiry > now ? .rest(until: expiry) : .clear
    }

    func answered(_ reference: ObjectReference, _ token: String, until expiry: Timestamp?) {
        entries.withLock { entries in
            if entries.count >= Self.bound { entries = [:] }
            entries[reference] = Entry(token: token, expiry: expiry)
        }
    }
}
