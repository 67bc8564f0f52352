// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning
import TrivyReport

extension SchedulePass {
    /// Makes reports and records of what Jobs brought, and deletes Jobs whose results the cluster is seen to hold.
    mutating func settleJobs() {
        for job in survey.jobs {
            if job.job.metadata.isBeingDeleted { continue }
            let progress = survey.progress(of: job)
            if let wakeUp = progress.wakeUp { plan.wake(at: wakeUp) }
            if isAbandoned(job) {
                plan.delete.append(Deletion(job.job))
                continue
            }
            if let question = progress.question { plan.want(question) }
            if let question = progress.eventsQuestion { plan.want(question) }
            guard case .finished(let outcomes) = progress.state else { continue }
            var isDurable = true
            for unit in job.units {
                let isHeld: Bool
                switch outcomes[unit.id] {
                case .scanned(let result): isHeld = hold(result, of: unit, job)
                case .failed(let failure): isHeld = hold(failure, of: unit, job)
                case nil: isHeld = true
                }
                isDurable = isDurable && isHeld
            }
            if isDurable { plan.delete.append(Deletion(job.job)) }
        }
    }

    /// True when nobody will ever ask for the Job's results: no policy looks where they belong any more.
    private func isAbandoned(_ job: ScanJob) -> Bool {
        guard coverage.isComplete else { return false }
        return job.units.allSatisfy { targets(of: $0, job).isEmpty }
    }

    /// The namespaces that get the result of a unit: those that want it now, and those that wanted it when the Job was made,
    /// so that the images of short-lived Pods are scanned too. Where a policy cannot be read just now, nobody knows that they
    /// do not want it any more.
    private func targets(of unit: ScanJob.Unit, _ job: ScanJob) -> [String] {
        let demanded = units[unit.id].map { Set($0.demands.keys) } ?? []
        let remembered = unit.namespaces.filter { namespace in
            if case .workload(let own) = job.realm, own != namespace { return false }
            return coverage.covers(namespace) || coverage.isFrozen(namespace)
        }
        return demanded.union(remembered).filter { !isGoing($0) }.sorted()
    }

    /// Nothing can be written into a namespace that is gone or going.
    private func isGoing(_ namespace: String) -> Bool {
        world[Namespace.self][ObjectKey(name: namespace)]?.metadata.isBeingDeleted ?? false
    }

    /// Plans the reports of a result; true when all of them are there already.
    private mutating func hold(_ result: ScanResult, of unit: ScanJob.Unit, _ job: ScanJob) -> Bool {
        var isHeld = true
        var made: ReportComposer.Content?
        for namespace in targets(of: unit, job) {
            if let report = world.report(of: unit.image, in: namespace), report.isNewer(than: job, unit) { continue }
            isHeld = false
            let content = made ?? ReportComposer.Content(result, maximumFindings: unit.maximumFindings)
            made = content
            let demand = units[unit.id]?.demands[namespace]
            var report = ReportComposer.report(
                result, content, of: unit, job: job, reference: demand?.reference?.familiar ?? unit.reference,
                isResolvedFromTag: demand?.isResolvedFromTag ?? false, in: namespace)
            report.usedBy = Self.users(of: demand)
            if demand == nil { report.unusedSinceTime = wholeSecond(now) }
            report.change = change(for: report)
            write(report)
        }
        if isHeld, let entry = ledger[unit.id], entry.scanners.isSubset(of: unit.scanners),
            entry.runTime == unit.runTime
        {
            ledger.forget(unit.id)
        }
        return isHeld
    }

    /// Counts a failure; true when it is seen to be written down.
    private mutating func hold(_ failure: FailedTry, of unit: ScanJob.Unit, _ job: ScanJob) -> Bool {
        let targets = targets(of: unit, job)
        let isNeeded = targets.contains { world.report(of: unit.image, in: $0)?.isNewer(than: job, unit) != true }
        if !isNeeded { return true }
        let settings = units[unit.id]?.settings ?? WorkloadJobSettings()
        let memory = ScanMemory(world.configuration, job.realm, settings)
        ledger.record(
            failure.learning(memory, used: unit.memoryBytes), of: unit.id, scanners: unit.scanners,
            runTime: unit.runTime, jobUID: job.uid, at: wholeSecond(now))
        return observedLedger[unit.id]?.jobUID == job.uid
    }

    static func users(of demand: ScanDemand?) -> [ScanReport.Workload] {
        Array((demand?.users ?? []).sorted().prefix(ScanReport.usersLimit))
    }

    /// Times in objects have whole seconds.
    func wholeSecond(_ time: Timestamp) -> Timestamp { Timestamp(secondsSinceEpoch: time.seconds) }
}

extension ScanReport {
    /// True when a Job's result for a unit is this report, or has nothing to add to it.
    func isNewer(than job: ScanJob, _ unit: ScanJob.Unit) -> Bool {
        if scanner.jobUID == job.uid { return true }
        guard covers(unit.scanners) else { return false }
        if let asked = unit.runTime { return scanner.runTime.map { $0 >= asked } ?? false }
        return true
    }
}
