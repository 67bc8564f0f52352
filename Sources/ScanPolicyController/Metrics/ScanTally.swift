// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Exposition
import KubernetesModel
import Planning

/// Counts scans by what becomes of them in the cluster: a report of a Job that was not seen before is a success, a ledger entry
/// of one is a failure. Shown the world before every pass of the schedule, which alone writes both, it misses none.
///
/// What was there when it first looked is history and counts as nothing.
package struct ScanTally: Sendable {
    package private(set) var successes = 0
    package private(set) var failures: [ScanFailureReason: Int] = [:]
    private var isPrimed = false
    /// By unit: the Job whose result its reports are.
    private var results: [String: String] = [:]
    /// By unit: the Job that its entry is about.
    private var attempts: [String: String] = [:]
    private var ledgerVersion: String?

    package init() {}

    /// Looks at the world; counts what is new in it.
    package mutating func observe(_ world: World) {
        observeReports(world)
        observeLedger(world)
        isPrimed = true
    }

    private mutating func observeReports(_ world: World) {
        var seen: [String: String] = [:]
        for namespace in world[ScanReport.self].namespaces {
            // Reports of one unit in several namespaces arrive one by one: the new Job's counts as soon as one has it.
            for (id, uid) in world.derived(NamespaceResults(namespace: namespace)).value
            where seen[id] == nil || uid != results[id] {
                seen[id] = uid
            }
        }
        if isPrimed { successes += seen.count { results[$0.key] != $0.value } }
        results = seen
    }

    private mutating func observeLedger(_ world: World) {
        let key = ObjectKey(namespace: world.configuration.operatorNamespace, name: AttemptLedger.name)
        let version = world[ConfigMap.self].object(key)?.metadata.resourceVersion
        guard version != ledgerVersion else { return }
        ledgerVersion = version
        let entries = world.derived(LedgerReading()).value.entries.filter { !$0.value.isReportRefusal }
        if isPrimed {
            for (id, entry) in entries where attempts[id] != entry.jobUID { failures[entry.reason, default: 0] += 1 }
        }
        attempts = entries.mapValues(\.jobUID)
    }

    /// The counters of `/metrics/trivy`; every reason is there from the start.
    package var families: [MetricFamily] {
        var byReason = MetricFamily(TrivyCatalog.scanFailures)
        for reason in ScanFailureReason.allCases { byReason.set(Double(failures[reason] ?? 0), [reason.rawValue]) }
        let all = successes + failures.values.reduce(0, +)
        return [
            MetricFamily(TrivyCatalog.scans, value: Double(all)), byReason,
            MetricFamily(TrivyCatalog.databaseFailures, value: Double(failures[.databaseUnavailable] ?? 0)),
            MetricFamily(TrivyCatalog.outOfMemory, value: Double(failures[.outOfMemory] ?? 0)),
        ]
    }
}

/// The Jobs whose results the reports of a namespace are, by unit.
struct NamespaceResults: Derivation {
    let namespace: String

    func value(in world: World) -> [String: String] {
        let own = world[ScanReport.self].objects(in: namespace).filter { $0.hasOwnName && $0.isManaged }
        return Dictionary(own.map { ($0.unitID, $0.scanner.jobUID) }, uniquingKeysWith: { first, _ in first })
    }
}
