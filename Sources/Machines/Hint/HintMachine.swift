// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Turns hints into checks, few of them however many hints come: a moment after the first of a subject, then one for all that
/// follow within a pause, and never more than so many in a second of all subjects together.
package struct HintMachine<Subject: Hashable & Sendable>: Sendable {
    package enum Effect: Equatable, Sendable {
        /// Ask again about it.
        case check(Subject)
        /// Report `timerFired` at this instant. Replaces any earlier timer.
        case setTimer(at: Instant)
    }

    /// Times and limits.
    package struct Settings: Sendable {
        /// From a hint to its check. A registry may tell of a push before it has put the tag in place: distribution does.
        package var delay: Duration = .seconds(1)
        /// Between two checks of one subject.
        package var pause: Duration = .seconds(4)
        /// Between two checks of any subjects.
        package var gap: Duration = .milliseconds(50)
        /// Subjects that wait. What comes beyond is left to the next regular check.
        package var limit = 5_000

        package init() {}
    }

    package let settings: Settings
    /// Hints that were left out because too many subjects wait.
    package private(set) var leftOut = 0
    /// What waits, by when it may be checked.
    private var waiting = DeadlineHeap<Subject>()
    /// When the latest hint came for each that waits.
    private var latest: [Subject: Instant] = [:]
    /// When each subject may be checked again, as long as that is to come.
    private var pauses = DeadlineHeap<Subject>()
    private var nextCheck = Instant.zero
    private var timer: Instant?

    package init(settings: Settings = Settings()) { self.settings = settings }

    /// Subjects that wait for their check.
    package var count: Int { waiting.count }

    /// A hint came.
    package mutating func hinted(_ subject: Subject, now: Instant) -> [Effect] {
        while pauses.popDue(now: now) != nil {}
        guard waiting.time(of: subject) == nil else {
            latest[subject] = now
            return []
        }
        guard waiting.count < settings.limit else {
            leftOut += 1
            return []
        }
        latest[subject] = now
        waiting.set(subject, at: max(pauses.time(of: subject) ?? now, now + settings.delay))
        return release(now: now)
    }

    /// The time of the latest `setTimer` has come, or some time before or after it.
    package mutating func timerFired(now: Instant) -> [Effect] {
        timer = nil
        return release(now: now)
    }

    private mutating func release(now: Instant) -> [Effect] {
        var effects: [Effect] = []
        while now >= nextCheck, let subject = waiting.popDue(now: now) {
            effects.append(.check(subject))
            pauses.set(subject, at: now + settings.pause)
            nextCheck = now + settings.gap
            // For one that has only just come, this was too soon.
            if let hint = latest.removeValue(forKey: subject), now - hint < settings.delay {
                latest[subject] = hint
                waiting.set(subject, at: now + settings.pause)
            }
        }
        if let first = waiting.first?.time {
            let due = max(first, nextCheck)
            if timer.map({ due < $0 }) ?? true {
                timer = due
                effects.append(.setTimer(at: due))
            }
        }
        return effects
    }
}
