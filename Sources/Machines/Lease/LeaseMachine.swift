// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Election of one leader over a Lease.
///
/// Time is measured on our own clock since the record was last seen to change, so clocks may differ. Our own record counts
/// as ours only if this machine wrote it: a second process under the same name is a stranger. Deleting the Lease by hand
/// suspends the guarantee for one renew deadline.
package struct LeaseMachine: Sendable {
    /// Times of the election.
    package let settings: Settings
    /// Our name in the record: one of its own for every process start.
    package let identity: String
    /// Where we stand.
    package private(set) var state = State.idle
    /// What of our writes may pass.
    package private(set) var gate = WriteGate.closed
    /// Leaderships that ended against our will.
    package private(set) var losses = 0

    private var generator: SeededGenerator
    private var request: Request?
    private var seen: Sighting?
    /// Highest term ever seen: terms go on growing even if the Lease is deleted.
    private var highestTerm = 0
    /// The latest record that we tried to begin a leadership with.
    private var claim: LeaseRecord?
    /// When to act next while no request is under way.
    private var nextStep = Instant.zero
    /// A renewal cannot start from what was seen; read first.
    private var mustRead = false
    /// Drained while a renewal was under way: release when it is answered.
    private var isDrained = false

    package init(identity: String, settings: Settings = Settings(), generator: SeededGenerator) {
        self.identity = identity
        self.settings = settings
        self.generator = generator
    }

    /// True while we lead, also while draining.
    package var isLeading: Bool { term != nil }
    /// The holder that was last seen, for people.
    package var holder: String? { seen?.record.holder }

    /// Begins to stand for election.
    package mutating func started(now: Instant) -> [Effect] {
        guard state == .idle else { return [] }
        state = .following
        return read()
    }

    /// The lease was read.
    package mutating func observed(
        _ record: LeaseRecord, resourceVersion: String, now: Instant, wall: Timestamp
    ) -> [Effect] {
        guard request == .read else { return [] }
        request = nil
        let changedAt = seen.flatMap { $0.record == record ? $0.changedAt : nil } ?? now
        seen = Sighting(record: record, resourceVersion: resourceVersion, changedAt: changedAt)
        highestTerm = max(highestTerm, record.transitions)
        return expired(now: now) ?? decide(now: now, wall: wall)
    }

    /// There is no lease.
    package mutating func notFound(now: Instant, wall: Timestamp) -> [Effect] {
        guard request == .read else { return [] }
        request = nil
        if let effects = expired(now: now) { return effects }
        if isGivingBack { return finish() }
        if isLeading { return lose(.deleted, now: now) }
        // Whoever held it before it was deleted may still believe in it.
        if let seen, !seen.record.holder.isEmpty, now < expiry(of: seen) {
            return wait(until: expiry(of: seen), now: now)
        }
        seen = nil
        return claim(now: now, wall: wall)
    }

    /// The lease could not be read.
    package mutating func readFailed(now: Instant) -> [Effect] {
        guard request == .read else { return [] }
        request = nil
        return expired(now: now) ?? (isGivingBack ? finish() : retry(now: now))
    }

    /// A write was confirmed; the lease has this version now.
    package mutating func writeSucceeded(resourceVersion: String, now: Instant, wall: Timestamp) -> [Effect] {
        if request == .release { return finish() }
        guard case .write(let record, let startedAt, let renewed) = request else { return [] }
        request = nil
        seen = Sighting(record: record, resourceVersion: resourceVersion, changedAt: now)
        highestTerm = max(highestTerm, record.transitions)
        if let effects = expired(now: now) { return effects }
        if isGivingBack { return release(wall: wall) }
        switch state {
        case .leading(let term), .draining(let term):
            gate = WriteGate(renewedAt: startedAt, window: settings.renewDeadline, term: term)
            return wait(until: startedAt + settings.retryPeriod, now: now)
        case .following where renewed == nil && now < startedAt + settings.renewDeadline:
            state = .leading(term: record.transitions)
            gate = WriteGate(renewedAt: startedAt, window: settings.renewDeadline, term: record.transitions)
            return [.becameLeader(term: record.transitions)] + wait(until: startedAt + settings.retryPeriod, now: now)
        case .following:
            // It came too late for the leadership that it was meant for: begin another one.
            return decide(now: now, wall: wall)
        case .idle, .withdrawing, .releasing, .stopped:
            return []
        }
    }

    /// A write was refused because the lease has changed, or exists already.
    package mutating func writeConflicted(now: Instant) -> [Effect] {
        if request == .release { return finish() }
        guard case .write = request else { return [] }
        request = nil
        mustRead = true
        return expired(now: now) ?? (isGivingBack ? read() : retry(now: now))
    }

    /// A write failed, or its outcome is unknown: it is read before the next one.
    package mutating func writeFailed(now: Instant) -> [Effect] { writeConflicted(now: now) }

    /// The time of the latest `setTimer` has come, or some time before or after it.
    package mutating func timerFired(now: Instant, wall: Timestamp) -> [Effect] {
        if let effects = expired(now: now) { return effects }
        switch state {
        case .idle, .withdrawing, .releasing, .stopped: return []
        case .following, .leading, .draining: break
        }
        if request != nil { return arm() }
        if now < nextStep { return arm() }
        if isLeading, !mustRead, let seen { return renew(seen, now: now, wall: wall) }
        return read()
    }

    /// The process shall end: begin no more work. When what runs is finished, report `drained`.
    package mutating func shutdownRequested() -> [Effect] {
        switch state {
        case .leading(let term):
            state = .draining(term: term)
            return []
        case .following:
            guard case .write = request else { return finish() }
            state = .withdrawing
            return []
        case .idle: return finish()
        case .draining, .withdrawing, .releasing, .stopped: return []
        }
    }

    /// No work runs any more, and none will begin.
    package mutating func drained(now: Instant, wall: Timestamp) -> [Effect] {
        if let effects = expired(now: now) { return effects }
        guard case .draining = state else { return [] }
        isDrained = true
        gate = .closed
        guard request == nil else { return [] }
        return mustRead ? read() : release(wall: wall)
    }
}

// MARK: Decisions

extension LeaseMachine {
    private var term: Int? {
        switch state {
        case .leading(let term), .draining(let term): term
        default: nil
        }
    }

    /// When a record may be taken over. The longer of its duration and ours: a holder may have been configured otherwise.
    private func expiry(of seen: Sighting) -> Instant {
        let duration = Duration.seconds(min(max(seen.record.durationSeconds, 0), 3_600))
        return seen.changedAt + max(duration, settings.leaseDuration)
    }

    /// True when the lease is to be released as soon as it is known to be ours.
    private var isGivingBack: Bool { isDrained || state == .withdrawing }

    /// A record of ours that we wrote without being told so.
    private func isOurs(_ record: LeaseRecord) -> Bool {
        guard let claim else { return false }
        return record.holder == identity && record.transitions == claim.transitions
            && record.acquireTime == claim.acquireTime
    }

    /// Acts on what was seen.
    private mutating func decide(now: Instant, wall: Timestamp) -> [Effect] {
        guard let seen else { return read() }
        mustRead = false
        if isGivingBack { return isOurs(seen.record) ? release(wall: wall) : finish() }
        if isLeading {
            return isOurs(seen.record)
                ? renew(seen, now: now, wall: wall) : lose(.taken(by: seen.record.holder), now: now)
        }
        let mayTake = seen.record.holder.isEmpty || isOurs(seen.record) || now >= expiry(of: seen)
        return mayTake ? claim(now: now, wall: wall) : wait(until: expiry(of: seen), now: now)
    }

    /// Closes a leadership whose time is up; nil when there is nothing to close.
    private mutating func expired(now: Instant) -> [Effect]? {
        guard isLeading, !isDrained, gate.permit(now: now) == nil else { return nil }
        return lose(.renewDeadlinePassed, now: now)
    }

    private mutating func lose(_ loss: Loss, now: Instant) -> [Effect] {
        gate = .closed
        losses += 1
        mustRead = false
        if case .draining = state { return [.lostLeadership(loss)] + finish() }
        state = .following
        return [.lostLeadership(loss)] + wait(until: now + settings.retryPeriod, now: now)
    }

    private mutating func claim(now: Instant, wall: Timestamp) -> [Effect] {
        let (next, overflow) = highestTerm.addingReportingOverflow(1)
        let record = LeaseRecord(
            holder: identity, acquireTime: wall, renewTime: laterThanSeen(wall),
            durationSeconds: Int(settings.leaseDuration.components.seconds), transitions: overflow ? highestTerm : next)
        claim = record
        request = .write(record, startedAt: now, term: nil)
        guard let seen else { return [.createLease(record, timeout: settings.requestTimeout)] }
        return [
            .updateLease(record, resourceVersion: seen.resourceVersion, timeout: settings.requestTimeout)
        ]
    }

    private mutating func renew(_ seen: Sighting, now: Instant, wall: Timestamp) -> [Effect] {
        var record = seen.record
        record.renewTime = laterThanSeen(wall)
        request = .write(record, startedAt: now, term: term)
        return [.updateLease(record, resourceVersion: seen.resourceVersion, timeout: settings.requestTimeout)] + arm()
    }

    /// Others tell a renewal by its time, so it must differ from the last one even if the wall clock stands or goes back.
    private func laterThanSeen(_ wall: Timestamp) -> Timestamp {
        guard let last = seen?.record.renewTime, seen?.record.holder == identity, wall <= last else { return wall }
        return last + .microseconds(1)
    }

    private mutating func release(wall: Timestamp) -> [Effect] {
        guard let seen else { return finish() }
        state = .releasing
        gate = .closed
        request = .release
        let record = LeaseRecord(
            holder: "", acquireTime: seen.record.acquireTime, renewTime: laterThanSeen(wall), durationSeconds: 1,
            transitions: seen.record.transitions)
        return [
            .releaseLease(record, resourceVersion: seen.resourceVersion, timeout: settings.requestTimeout)
        ]
    }

    private mutating func finish() -> [Effect] {
        state = .stopped
        gate = .closed
        request = nil
        return [.finished]
    }
}

// MARK: Waiting

extension LeaseMachine {
    private mutating func read() -> [Effect] {
        request = .read
        return [.readLease(timeout: settings.requestTimeout)] + arm()
    }

    /// After a request that brought nothing.
    private mutating func retry(now: Instant) -> [Effect] {
        if isLeading {
            mustRead = true
            return wait(until: now + settings.hastyRetry, now: now)
        }
        return wait(until: now + settings.retryPeriod, now: now)
    }

    /// Followers look again after the retry period, give or take a fifth, or when the lease runs out.
    private mutating func wait(until instant: Instant, now: Instant) -> [Effect] {
        nextStep = instant
        if !isLeading {
            let period = settings.retryPeriod * Double.random(in: 0.8...1.2, using: &generator)
            nextStep = min(instant, now + period)
        }
        return arm()
    }

    /// The next step, or the closing of the gate if that is earlier or a request is under way.
    private func arm() -> [Effect] {
        let closing = isLeading ? gate.closesAt : nil
        let step = request == nil ? nextStep : nil
        return [closing, step].compactMap(\.self).min().map { [.setTimer(at: $0)] } ?? []
    }
}
