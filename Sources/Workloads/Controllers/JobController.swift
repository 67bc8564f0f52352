// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning

/// Runs a Job's Pods until enough of them have succeeded, or too many failed.
///
/// Source of the rules: Kubernetes `pkg/controller/job`. What it counts are the Pods that are there; a Pod that somebody
/// deletes is not remembered.
package enum JobController: Controller {
    package typealias Primary = WholeJob

    package static let contract = Contract(
        reads: [WatchedKind(WholePod.self)],
        writes: [
            WriteGrant(.pods, [.create, .delete]), WriteGrant(.jobs, [.delete]),
            WriteGrant(.jobs, subresource: "status", [.patch]),
        ])

    package static func plan(_ job: WholeJob, in world: World, at now: Timestamp) -> Plan {
        var pass = JobPass(job, pods: world.children(WholePod.self, of: job), at: now)
        return pass.plan(in: world)
    }
}

/// One look at one Job.
struct JobPass {
    let job: WholeJob
    let pods: [WholePod]
    let now: Timestamp
    private var plan = Plan()

    init(_ job: WholeJob, pods: [WholePod], at now: Timestamp) {
        self.job = job
        self.pods = pods
        self.now = now
    }

    private var active: [WholePod] { pods.filter(\.isActive) }
    private var succeeded: Int64 { Int64(pods.count { $0.phase == "Succeeded" }) }
    private var failed: Int64 { Int64(pods.count { $0.phase == "Failed" }) }
    /// Containers that a Pod started again count as failures too.
    private var restarts: Int64 {
        guard job.spec.at("template", "spec", "restartPolicy") == "OnFailure" else { return 0 }
        return active.flatMap { $0.status["containerStatuses"]?.arrayValue ?? [] }
            .reduce(0) { $0 + ($1["restartCount"]?.countValue ?? 0) }
    }
    private var parallelism: Int64 { job.spec["parallelism"]?.countValue ?? 1 }
    /// Nil for a Job whose first success is the end of it.
    private var completions: Int64? {
        job.spec["completions"]?.countValue ?? (job.spec["parallelism"] == nil ? 1 : nil)
    }
    private var backoffLimit: Int64 { job.spec["backoffLimit"]?.integerValue ?? 6 }
    private var isSuspended: Bool { job.spec["suspend"]?.boolValue ?? false }
    private var startTime: Timestamp? { time("startTime") }

    private func time(_ name: String) -> Timestamp? {
        job.status[name]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    }

    mutating func plan(in world: World) -> Plan {
        if let end = ended { return afterwards(end) }
        let start = isSuspended ? startTime : startTime ?? now
        if let start, let seconds = job.spec["activeDeadlineSeconds"]?.integerValue {
            let deadline = start + .seconds(seconds)
            if now >= deadline {
                return fail("DeadlineExceeded", "Job was active longer than specified deadline", start)
            }
            plan.wake(at: deadline)
        }
        if failed > backoffLimit || restarts > backoffLimit {
            return fail("BackoffLimitExceeded", "Job has reached the specified backoff limit", start)
        }
        if isDone {
            plan.delete = active.map { Deletion($0) }
            let complete = WorkloadCondition(type: "Complete", isTrue: true)
            report(active: 0, startTime: start, ending: complete, completionTime: now)
            return plan
        }
        if isSuspended {
            plan.delete = active.map { Deletion($0) }
        } else {
            addPods(in: world)
        }
        report(active: Int64(active.count), startTime: start)
        return plan
    }

    /// Enough Pods have succeeded; without a number of completions one is enough, once the others have ended.
    private var isDone: Bool {
        guard let completions else { return succeeded > 0 && active.isEmpty }
        return succeeded >= completions
    }

    private mutating func addPods(in world: World) {
        let left = completions.map { $0 - succeeded } ?? (succeeded > 0 ? 0 : parallelism)
        let missing = Int(clamping: min(parallelism, left)) - active.count
        if missing < 0 {
            plan.delete = active.suffix(-missing).map { Deletion($0) }
        }
        guard missing > 0 else { return }
        if failed > 0, let last = pods.compactMap(\.finishTime).max() {
            // 10 s, 20 s, 40 s, … and six minutes at most.
            let wait = min(Duration.seconds(360), .seconds(10) * (1 << min(10, Int(clamping: failed) - 1)))
            if now < last + wait { return plan.wake(at: last + wait) }
        }
        let template = PodTemplate(job.spec["template"])
        let labels = [
            "controller-uid": job.metadata.uid, "batch.kubernetes.io/controller-uid": job.metadata.uid,
            "job-name": job.metadata.name, "batch.kubernetes.io/job-name": job.metadata.name,
        ]
        let numbers = PodTemplate.freeNumbers(
            min(missing, ReplicaSetController.burst), from: pods.count, of: job, in: world)
        plan.create = numbers.map { template.pod(of: job, number: $0, labels: labels) }
    }

    private mutating func fail(_ reason: String, _ message: String, _ start: Timestamp?) -> Plan {
        plan.wakeUp = nil
        plan.delete = active.map { Deletion($0) }
        report(
            active: 0, startTime: start,
            ending: WorkloadCondition(type: "Failed", isTrue: true, reason: reason, message: message))
        return plan
    }

    // MARK: The status

    private mutating func report(
        active: Int64, startTime: Timestamp?, ending: WorkloadCondition? = nil, completionTime: Timestamp? = nil
    ) {
        var conditions: [JSONValue] = []
        let suspended = job.condition("Suspended")
        if isSuspended || suspended != nil {
            let condition = WorkloadCondition(
                type: "Suspended", isTrue: isSuspended, reason: isSuspended ? "JobSuspended" : "JobResumed",
                message: isSuspended ? "Job suspended" : "Job resumed")
            conditions.append(condition.json(after: suspended, at: now, timeField: "lastProbeTime"))
        }
        if let ending { conditions.append(ending.json(after: nil, at: now, timeField: "lastProbeTime")) }
        plan.status = .compact([
            "startTime": startTime.map { .string($0.rfc3339) },
            "completionTime": completionTime.map { .string($0.rfc3339) },
            "active": active.orNothing, "succeeded": succeeded.orNothing,
            // What was stopped because the Job ended has failed with it.
            "failed": (failed + (ending?.type == "Failed" ? Int64(self.active.count) : 0)).orNothing,
            "conditions": conditions.isEmpty ? nil : .array(conditions),
        ])
    }

    /// When the Job ended, if it has.
    private var ended: Timestamp? {
        for type in ["Complete", "Failed"] {
            guard let condition = job.condition(type), condition["status"] == "True" else { continue }
            return condition["lastTransitionTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) ?? now
        }
        return nil
    }

    /// Nothing of an ended Job goes on, and it goes itself when its time is over.
    private mutating func afterwards(_ end: Timestamp) -> Plan {
        plan.delete = active.map { Deletion($0) }
        guard let seconds = job.spec["ttlSecondsAfterFinished"]?.integerValue else { return plan }
        let expiry = end + .seconds(seconds)
        if now >= expiry { plan.delete.append(Deletion(job)) } else { plan.wake(at: expiry) }
        return plan
    }
}
