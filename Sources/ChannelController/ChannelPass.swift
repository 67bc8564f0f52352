// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// One look at a channel: what waits, what is under way, what is over.
struct ChannelPass {
    private let channel: Channel
    private let world: World
    private let now: Timestamp
    private var status = ChannelStatus()
    /// What waits and is not over, the oldest first.
    private var open: [PendingNotice] = []
    private var wants: [Delivery] = []
    private var events: [PlannedEvent] = []
    private var wakeUp: Timestamp?
    private var failed = 0
    private var hasSucceeded = false
    private var hasGivenUp = false

    /// So many messages are under way at a time.
    private static let underWay = 4
    /// So many of them may be ones that failed: some that a receiver never takes must not hold up all others.
    private static let failedUnderWay = 2

    init(_ channel: Channel, in world: World, at now: Timestamp) {
        self.channel = channel
        self.world = world
        self.now = now
        let pending = world.pending(for: channel)
        let ids = Set(pending.map(\.notice.id))
        status.settled = channel.settled.filter { ids.contains($0.id) }
        let over = Set(status.settled.map(\.id))
        open = pending.filter { !over.contains($0.notice.id) }
        status.lastHandledReconcileAt = channel.reconcileToken
        status.lastDeliveryTime = channel.observedStatus?["lastDeliveryTime"]?.stringValue.flatMap(
            Timestamp.init(rfc3339:))
        status.lastError = channel.observedStatus?.at("lastError", "reason")?.stringValue.map {
            .init($0, channel.observedStatus?.at("lastError", "message")?.stringValue ?? "")
        }
        status.pending = open.count
    }

    /// Sends the oldest, and looks at what became of those that were sent.
    mutating func deliver() {
        let room = ChannelStatus.maximumSettled - status.settled.count
        var places = min(Self.underWay, room)
        for pending in open where places > 0 {
            if failed == Self.failedUnderWay, hasFailed(pending) { continue }
            deliver(pending)
            places -= 1
        }
        let over = Set(status.settled.map(\.id))
        open.removeAll { over.contains($0.notice.id) }
        status.pending = open.count
        if failed == 0, hasSucceeded, !hasGivenUp { status.lastError = nil }
    }

    private func question(_ pending: PendingNotice) -> Delivery {
        Delivery(of: pending, by: channel, cluster: world.configuration.clusterName)
    }

    private func hasFailed(_ pending: PendingNotice) -> Bool {
        if case .failed(let failure) = world.fact(question(pending)) {
            return failure.reason != DeliveryReason.refused.rawValue
        }
        return false
    }

    private mutating func deliver(_ pending: PendingNotice) {
        let notice = pending.notice
        let question = question(pending)
        let fact = world.fact(question)
        let deadline = notice.time + channel.spec.effectiveDeadline
        switch fact {
        case .known(_, let askedAt):
            wants.append(question)
            hasSucceeded = true
            let time = Timestamp(secondsSinceEpoch: askedAt.seconds)
            status.lastDeliveryTime = max(status.lastDeliveryTime ?? time, time)
            settle(pending, .delivered, nil)
        case .failed(let failure) where failure.reason == DeliveryReason.refused.rawValue:
            wants.append(question)
            settle(pending, .refused, failure)
        case .failed(let failure) where deadline <= now: settle(pending, .expired, failure)
        case .failed(let failure):
            wants.append(question)
            failed += 1
            if failed == 1 { status.lastError = .init(failure.reason, failure.message) }
            wake(at: deadline)
        // Nothing is given up that was never tried: it may have waited for a channel that was suspended.
        case .unknown: wants.append(question)
        }
    }

    private mutating func settle(
        _ pending: PendingNotice, _ outcome: ChannelStatus.Settlement.Outcome, _ failure: FactFailure?
    ) {
        status.settled.append(.init(pending.notice.id, outcome))
        guard outcome != .delivered else { return }
        hasGivenUp = true
        if let failure { status.lastError = .init(failure.reason, failure.message) }
        let why = failure.map { ": \($0.message)" } ?? ""
        events.append(
            PlannedEvent(
                about: channel, isWarning: true, reason: "Notification\(outcome.rawValue)",
                message: "\(pending.notice.event) of \(pending.kind) \(pending.object) was not delivered\(why)",
                identity: pending.notice.id))
    }

    private mutating func wake(at time: Timestamp) { wakeUp = wakeUp.map { min($0, time) } ?? time }

    private var health: Assessment {
        let type = "DeliveriesHealthy"
        func assessment(_ status: Condition.Status, _ reason: Channel.HealthReason, _ message: String? = nil)
            -> Assessment
        {
            Assessment(type, status, reason: reason.rawValue, message: message ?? reason.explanation)
        }
        if channel.spec.isSuspended { return assessment(.unknown, .deliveriesSuspended) }
        if !open.isEmpty, let error = status.lastError {
            return assessment(
                .false, .deliveriesFailing,
                "\(Plural.of(open.count, "notice")) \(Plural.verb(open.count, "waits", "wait")); \(error.reason): \(error.message)"
            )
        }
        return open.isEmpty ? assessment(.true, .nothingToDeliver) : assessment(.true, .delivering)
    }

    func plan(_ outcome: Outcome) -> Plan {
        var plan = Plan(outcome)
        plan.status = status.json
        if case .stalled = outcome {} else { plan.assessments = [health] }
        plan.events = events
        for question in wants { plan.want(question) }
        if let wakeUp { plan.wake(at: wakeUp) }
        return plan
    }
}

extension Delivery {
    /// Has the channel's receiver accepted this notice?
    init(of pending: PendingNotice, by channel: Channel, cluster: String) {
        self.init(
            pending.notice.id, NoticeMessage.body(of: pending, cluster: cluster), by: channel.key,
            to: channel.spec.webhook ?? .init())
    }
}
