// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning

extension SchedulePass {
    /// Creates Jobs for what waits, within the limits, namespaces taking turns.
    mutating func createJobs() {
        var slots = Slots(survey.jobs, limits: world.configuration.limits)
        var batches: [Batch] = []
        for unit in inTurn(waitingUnits()) {
            switch unit.realm {
            case .workload(let namespace):
                if slots.take(in: namespace) { batches.append(Batch(unit, isOpen: false)) }
            case .operator:
                let isInsecure = isInsecure(unit)
                // What has failed before runs alone, so that it takes nobody with it.
                let hasFailed = ledger[unit.id].map { $0.isAbout(unit) && $0.attempts > 0 } ?? false
                // What needs more memory than others runs alone too, because it must not cost them all.
                let isAlone = hasFailed || raisedMemory(for: unit) != nil
                let database = database(for: unit)
                let open =
                    isAlone
                    ? nil
                    : batches.firstIndex {
                        $0.isOpen && $0.isInsecure == isInsecure && $0.database == database
                            && $0.units.count < world.configuration.limits.imagesPerJob
                    }
                if let open {
                    batches[open].units.append(unit)
                } else if slots.take(in: nil) {
                    batches.append(Batch(unit, isOpen: !isAlone, isInsecure: isInsecure, database: database))
                }
            }
        }
        for batch in batches { create(batch) }
    }

    /// Units of one Job.
    private struct Batch {
        var units: [ScanUnit]
        /// More may join.
        var isOpen: Bool
        var isInsecure: Bool
        /// The one that all of them are pinned to.
        var database: String?

        init(_ unit: ScanUnit, isOpen: Bool, isInsecure: Bool = false, database: String? = nil) {
            self.database = database
            units = [unit]
            self.isOpen = isOpen
            self.isInsecure = isInsecure
        }
    }

    /// The database that a unit is scanned with while its run is on. A registry may have dropped it since it was pinned: then
    /// the tag is good enough.
    private func database(for unit: ScanUnit) -> String? {
        guard let run = unit.run, run.isOpen else { return nil }
        if let entry = ledger[unit.id], entry.isAbout(unit), entry.reason == .databaseUnavailable { return nil }
        return run.databaseDigest
    }

    private func isInsecure(_ unit: ScanUnit) -> Bool {
        unit.references.first.map(TrivyArguments(configuration: world.configuration).needsInsecure) ?? false
    }

    /// Units that no report answers, that are in no Job, and whose time has come.
    private mutating func waitingUnits() -> [ScanUnit] {
        var waiting: [ScanUnit] = []
        // What is answered everywhere disturbs no namespace's rest.
        let candidates = Set(checks.values.lazy.flatMap(\.restless)).compactMap { units[$0] }
        for unit in candidates where unit.startsScans && !isAnswered(unit) && survey.jobs(for: unit).isEmpty {
            if let entry = ledger[unit.id], entry.isAbout(unit), entry.expiry > now {
                let next = entry.attempts >= unit.allowedTries ? entry.expiry : entry.nextTime
                if next > now {
                    plan.wake(at: next)
                    continue
                }
            }
            waiting.append(unit)
        }
        return waiting
    }

    /// True when reports answer everything that active policies ask of a unit, or can be copied to do so.
    func isAnswered(_ unit: ScanUnit) -> Bool {
        unit.demands.allSatisfy { namespace, demand in
            !demand.startsScans || world.report(of: unit.image, in: namespace)?.answers(demand) == true
                || shareable(unit.image, demand) != nil
        }
    }

    /// One unit of each namespace, then the next of each, …; namespaces with fewer Jobs first. What runs goes before what is only
    /// compared.
    private func inTurn(_ units: [ScanUnit]) -> [ScanUnit] {
        var busy: [String: Int] = [:]
        for job in survey.jobs where !job.isFinished {
            for namespace in Set(job.units.flatMap(\.namespaces)) { busy[namespace, default: 0] += 1 }
        }
        func place(_ unit: ScanUnit) -> (Int, String) { (unit.isComparison ? 1 : 0, unit.id) }
        let queues = Dictionary(grouping: units, by: \.home).mapValues { $0.sorted { place($0) < place($1) } }
        let order = queues.keys.sorted { (busy[$0] ?? 0, $0) < (busy[$1] ?? 0, $1) }
        let longest = queues.values.map(\.count).max() ?? 0
        var turn: [ScanUnit] = []
        for index in 0..<longest {
            for namespace in order {
                if let queue = queues[namespace], index < queue.count { turn.append(queue[index]) }
            }
        }
        return turn
    }

    private mutating func create(_ batch: Batch) {
        guard let realm = batch.units.first?.realm else { return }
        let template = ScanJobTemplate(
            configuration: world.configuration, realm: realm,
            settings: batch.units.first?.settings ?? WorkloadJobSettings(),
            memoryBytes: batch.units.first.flatMap(raisedMemory))
        let entries = batch.units.compactMap(entry)
        let object = template.job(entries)
        if let refusal = refusal(of: object) {
            var isOver = true
            for entry in entries {
                ledger.record(
                    refusal.failure, of: entry.unit.id, scanners: entry.unit.scanners, runTime: entry.unit.runTime,
                    jobUID: refusal.identity,
                    at: wholeSecond(refusal.time))
                guard let next = ledger[entry.unit.id]?.nextTime, next > now else { continue }
                plan.wake(at: next)
                isOver = false
            }
            // A refusal whose wait is over counts no more; it is met here when it could not be written down, and then the
            // next try has the same name.
            if !isOver { return }
        }
        plan.want(WriteRefusal(object.reference))
        plan.create.append(object)
    }

    private func entry(_ unit: ScanUnit) -> ScanJobTemplate.Entry? {
        let previous = ledger[unit.id].flatMap { $0.isAbout(unit) ? $0 : nil }
        let number = previous?.tries ?? 0
        let references = unit.references
        // Content that goes by several names is tried under each in turn.
        guard !references.isEmpty else { return nil }
        let reference = references[number % references.count]
        return ScanJobTemplate.Entry(
            unit: ScanJob.Unit(
                id: unit.id, reference: reference.familiar, image: unit.image, scanners: unit.scanners,
                maximumFindings: unit.maximumFindings,
                namespaces: Array(unit.demands.keys.sorted().prefix(ScanReport.usersLimit)),
                number: number, runTime: unit.run?.dueTime, databaseDigest: database(for: unit),
                memoryBytes: raisedMemory(for: unit) ?? memory(of: unit).limit),
            reference: reference, timeoutSeconds: unit.timeoutSeconds)
    }

    private func memory(of unit: ScanUnit) -> ScanMemory {
        ScanMemory(world.configuration, unit.realm, unit.settings)
    }

    /// The memory of a unit that the usual limit is too small for, as far as is known.
    private func raisedMemory(for unit: ScanUnit) -> Int64? {
        memory(of: unit).raised(
            learned: ledger[unit.id]?.memoryBytes,
            peak: reports(of: unit.image).compactMap(\.scanner.peakMemoryBytes).max())
    }

    private struct Refusal {
        var failure: FailedTry
        /// What makes it one of its own.
        var identity: String
        var time: Timestamp
    }

    /// Why a Job cannot be made: someone has its name, or the API said no a moment ago. The next try has another name.
    private func refusal(of object: DesiredObject) -> Refusal? {
        let key = object.reference.key
        if let stranger = survey.strangers[key] {
            let message = "Job \(key) exists and was not made by Watchbill; delete it"
            return Refusal(
                failure: FailedTry(reason: .nameTaken, message: message), identity: "stranger \(stranger.metadata.uid)",
                time: now)
        }
        guard case .known(let answer, let askedAt) = world.fact(WriteRefusal(object.reference)) else { return nil }
        let reason = ScanFailureReason(answer.reason)
        return Refusal(
            failure: FailedTry(reason: reason, message: answer.message), identity: "job \(key.name) \(askedAt)",
            time: askedAt)
    }

    /// How many more Jobs may run.
    private struct Slots {
        private var left: Int
        private var leftByNamespace: [String: Int] = [:]
        private let perNamespace: Int

        init(_ jobs: [ScanJob], limits: OperatorConfiguration.Limits) {
            perNamespace = limits.maximumJobsPerNamespace
            left = limits.maximumJobs
            for job in jobs where !job.isFinished {
                left -= 1
                if case .workload(let namespace) = job.realm { leftByNamespace[namespace, default: perNamespace] -= 1 }
            }
        }

        /// Takes a slot; `namespace` is nil for Jobs in the operator's namespace.
        mutating func take(in namespace: String?) -> Bool {
            guard left > 0 else { return false }
            if let namespace {
                guard leftByNamespace[namespace, default: perNamespace] > 0 else { return false }
                leftByNamespace[namespace, default: perNamespace] -= 1
            }
            left -= 1
            return true
        }
    }
}

extension ScanFailureReason {
    init(_ refusal: WriteRefusal.Reason) {
        self =
            switch refusal {
            case .nameTaken: .nameTaken
            case .forbidden: .forbidden
            case .invalid: .invalid
            }
    }
}
