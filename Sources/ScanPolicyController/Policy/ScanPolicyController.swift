// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import Planning

/// Says in a ScanPolicy's status how its images stand. It starts nothing: `ScanSchedule` plans over all policies at once.
package enum ScanPolicyController: Controller {
    /// What a demand is made of, and what became of it.
    static let reads: [WatchedKind] = [
        WatchedKind(ScanPolicy.self), WatchedKind(ScanReport.self), WatchedKind(Pod.self), WatchedKind(Node.self),
        WatchedKind(Namespace.self), WatchedKind(ReplicaSetOwner.self), WatchedKind(JobOwner.self),
        WatchedKind(Job.self),
        WatchedKind(ConfigMap.self, .operatorNamespace), WatchedKind(Channel.self), WatchedKind(ImageWatch.self),
    ]

    package static let contract = Contract(
        reads: reads, facts: [TagDigest.self, DatabaseDigest.self, VEXDocuments.self, JobEvents.self, ScanOutput.self],
        writes: [WriteGrant(ScanPolicy.resource, subresource: "status", [.patch])])

    package static func plan(_ policy: ScanPolicy, in world: World, at now: Timestamp) -> Plan {
        var clock = RunClock(policy, in: world, at: now)
        let demand = demand(of: policy, run: clock.run, in: world)
        if let stall = demand.stall {
            var status = ScanPolicyStatus()
            status.lastHandledReconcileAt = policy.reconcileToken
            // The past is not forgotten over a typing error.
            status.run = policy.observedRun
            status.lastHandledScanNow = clock.lastHandledScanNow
            let notices = PolicyNotices(remembering: policy, in: world, at: now)
            status.outbox = notices.ledger.outbox
            status.notified = notices.notified
            var plan = Plan(.stalled(stall.reason.rawValue, message: stall.message))
            plan.status = status.json
            plan.events = notices.ledger.events
            if let time = notices.ledger.wakeUp { plan.wake(at: time) }
            return plan
        }
        var standing = PolicyStanding(policy, demand, run: clock.run, in: world, at: now)
        standing.build()
        if standing.isDone { clock.complete(at: now) }
        standing.note(clock)
        let notices = PolicyNotices(policy, standing, in: world, at: now)
        standing.note(notices)
        var plan = Plan(outcome(of: policy, standing))
        plan.status = standing.status.json
        plan.assessments = [standing.health] + standing.view.assessments + notices.ledger.assessments
        plan.events = standing.events + standing.view.events + notices.ledger.events
        for question in demand.wants { plan.want(question) }
        for question in standing.view.vex.questions { plan.want(question) }
        for question in standing.wants { plan.want(question) }
        if let question = clock.question { plan.want(question) }
        for time in [standing.wakeUp, clock.wakeUp, notices.ledger.wakeUp].compactMap({ $0 }) { plan.wake(at: time) }
        return plan
    }

    package static func looks(_ policy: ScanPolicy, into namespace: String, of world: World) -> Bool {
        var selectors = [policy.spec.workloads?.namespaceSelector].compactMap(\.self)
        // What a watch sees in other namespaces is compared for it here.
        if policy.metadata.namespace == world.configuration.operatorNamespace {
            selectors += world[ImageWatch.self].objects(in: policy.metadata.namespace)
                .filter { $0.spec.qualification?.scanPolicyRef.name == policy.metadata.name }
                .compactMap(\.spec.workloads?.namespaceSelector)
        }
        if selectors.isEmpty { return false }
        guard let metadata = world[Namespace.self][ObjectKey(name: namespace)]?.metadata else { return true }
        return selectors.contains { $0.matches(metadata.labels) }
    }

    package static func slice(of world: World, for policy: ScanPolicy, at now: Timestamp) -> World? {
        PolicySlice.of(world, for: policy, at: now)
    }

    private static func outcome(of policy: ScanPolicy, _ standing: PolicyStanding) -> Outcome {
        let reason = policy.spec.isSuspended ? ScanPolicy.Reason.suspended : .accepted
        return .ready(reason.rawValue, message: reason.explanation)
    }
}
