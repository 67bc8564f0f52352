// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing

/// The laws, stated once, for every set of controllers that shares objects. `make laws` prints the table.
///
/// WATCHBILL_LAWS_SEEDS says how many worlds are tried (default 1).
@Suite struct LawsTests {
    private static let seeds: ClosedRange<UInt64> =
        1...max(1, ProcessInfo.processInfo.environment["WATCHBILL_LAWS_SEEDS"].flatMap { UInt64($0) } ?? 1)

    /// With several seeds every fault is tried at every write; with one, some.
    static let isThorough = seeds.count > 1

    /// WATCHBILL_LAW picks one law by its number.
    private static let laws = Law.allCases.filter { law in
        ProcessInfo.processInfo.environment["WATCHBILL_LAW"].map { $0 == "\(law.rawValue)" } ?? true
    }

    private typealias Check = @Sendable (inout LawRow, UInt64) -> Void

    /// Each law has one check or several, which share nothing and run side by side.
    private static func checks(_ law: Law) -> [Check] {
        switch law {
        case .sameWorldSamePlan: [PureLaws.sameWorldSamePlan]
        case .restWritesNothing: [WriteLaws.restWritesNothing, WriteLaws.busyDayIsBounded]
        case .contractIsKept: [WriteLaws.contractIsKept]
        case .deletionEmptiesInventory: [WriteLaws.deletionEmptiesInventory]
        case .everyReasonIsReachable: [ReachLaws.everyReasonIsReachable]
        case .ignorancePrunesNothing: [PureLaws.ignorancePrunesNothing]
        case .crashesChangeNothing: [FaultLaws.crashesChangeNothing, FaultLaws.lostAnswersChangeNothing]
        case .lostEventsChangeNothing:
            [
                FaultLaws.lostEventsChangeNothing, FaultLaws.lateEventsChangeNothing,
                FaultLaws.droppedEventsHealByLists,
            ]
        case .thereAndBackIsFresh: [FaultLaws.thereAndBackIsFresh]
        case .secretsStaySecret: [ReachLaws.secretsStaySecret]
        case .oneWriterAtATime: [FaultLaws.oneWriterAtATime, FaultLaws.pausedLeaderWritesNothing]
        case .hostileSpecsHeal: [SpecLaws.hostileSpecsHeal]
        case .capturesReplay: [CaptureLaws.capturesReplay]
        }
    }

    @Test func `every law holds for every controller`() async {
        // The longest first; the cores share them.
        let longest: [Law] = [.crashesChangeNothing, .hostileSpecsHeal]
        let order = Self.laws.sorted {
            (longest.firstIndex(of: $0) ?? longest.count, $0) < (longest.firstIndex(of: $1) ?? longest.count, $1)
        }
        let rows = await withTaskGroup(of: LawRow.self) { group in
            for law in order {
                for check in Self.checks(law) {
                    for seed in Self.seeds {
                        group.addTask {
                            var row = LawRow(law: law, controllers: LawWorld.name, seeds: seed...seed)
                            row.time = ContinuousClock().measure { check(&row, seed) }
                            return row
                        }
                    }
                }
            }
            var rows: [Law: LawRow] = [:]
            for await row in group {
                rows[row.law, default: LawRow(law: row.law, controllers: row.controllers, seeds: Self.seeds)].cases +=
                    row.cases
                rows[row.law]?.failures += row.failures
                rows[row.law]?.time += row.time
            }
            return rows.values.sorted { $0.law < $1.law }
        }
        LawTable.print(rows)
        for law in Self.laws {
            #expect(rows.contains { $0.law == law && $0.cases > 0 }, "law \(law.rawValue) was not checked")
        }
        for row in rows {
            for failure in row.failures.prefix(5) { Issue.record("law \(row.law.rawValue), \(failure)") }
        }
    }
}
