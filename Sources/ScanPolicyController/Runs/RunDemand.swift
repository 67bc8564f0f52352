// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials

/// What a run asks of a report beside the scanners: that it be fresh.
package struct RunDemand: Hashable, Sendable {
    /// When the run was due.
    package var dueTime: Timestamp
    /// The database that its scans are pinned to; nil: whatever the tag names.
    package var databaseDigest: String?
    /// A report of the same content by the same database is not good enough: somebody asked for a scan.
    package var isForced: Bool
    /// The run has not ended.
    package var isOpen: Bool

    package init(_ run: ScanRun) {
        dueTime = run.dueTime
        databaseDigest = run.databaseDigest
        isForced = run.trigger == .scanNow
        isOpen = run.completionTime == nil
    }

    /// Of no run: a report must not be older than this.
    init(noOlderThan time: Timestamp) {
        dueTime = time
        databaseDigest = nil
        isForced = false
        isOpen = false
    }

    /// The later of two, which the earlier one's reports will satisfy too.
    static func later(_ left: RunDemand?, _ right: RunDemand?) -> RunDemand? {
        guard let left, let right else { return left ?? right }
        if left.dueTime != right.dueTime { return left.dueTime > right.dueTime ? left : right }
        // Due at the same moment: one database for both, whichever; and open as long as one of them is.
        var merged = (left.databaseDigest ?? "~") <= (right.databaseDigest ?? "~") ? left : right
        merged.isForced = left.isForced || right.isForced
        merged.isOpen = left.isOpen || right.isOpen
        return merged
    }
}

extension ScanReport {
    /// True when it answers what is asked for: every scanner, and no older than the run that asks.
    func answers(_ scanners: Set<ScannerKind>, _ run: RunDemand?) -> Bool {
        guard covers(scanners) else { return false }
        guard let run else { return true }
        // The run's own time is compared first, so that clocks that disagree start nothing twice.
        if let asked = scanner.runTime, asked >= run.dueTime { return true }
        if scanTime >= run.dueTime { return true }
        guard !run.isForced, let digest = run.databaseDigest else { return false }
        // The same content, looked at with the same database, has the same findings.
        return scanner.databaseDigest == digest
    }

    func answers(_ demand: ScanDemand) -> Bool { answers(demand.scanners, demand.run) }
}
