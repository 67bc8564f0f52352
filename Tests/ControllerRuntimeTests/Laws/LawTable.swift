// SPDX-License-Identifier: Apache-2.0
import Testing

/// The laws of quality.md that are checked here, by their number there, and what came after them.
enum Law: Int, CaseIterable, Comparable {
    case sameWorldSamePlan = 1
    case restWritesNothing = 2
    case contractIsKept = 3
    case deletionEmptiesInventory = 4
    case everyReasonIsReachable = 5
    case ignorancePrunesNothing = 6
    case crashesChangeNothing = 7
    case lostEventsChangeNothing = 8
    case thereAndBackIsFresh = 9
    case secretsStaySecret = 10
    case oneWriterAtATime = 11
    case hostileSpecsHeal = 12
    case capturesReplay = 13

    static func < (left: Law, right: Law) -> Bool { left.rawValue < right.rawValue }

    var words: String {
        switch self {
        case .sameWorldSamePlan: "the same world gives the same plan"
        case .restWritesNothing: "at rest nothing is written"
        case .contractIsKept: "nothing outside the contract is touched"
        case .deletionEmptiesInventory: "without a primary nothing is left"
        case .everyReasonIsReachable: "every reason is reachable"
        case .ignorancePrunesNothing: "what is not known prunes nothing"
        case .crashesChangeNothing: "a crash at any write changes nothing"
        case .lostEventsChangeNothing: "stale and lost events change nothing"
        case .thereAndBackIsFresh: "A, B, A equals A"
        case .secretsStaySecret: "no secret byte leaves"
        case .oneWriterAtATime: "two replicas never write at a time"
        case .capturesReplay: "what is captured gives the same plan"
        case .hostileSpecsHeal: "any spec of the schema's space heals"
        }
    }
}

/// What became of a law for one set of controllers.
struct LawRow {
    var law: Law
    var controllers: String
    var cases = 0
    var seeds: ClosedRange<UInt64>
    var failures: [String] = []
    /// What it took, on one core.
    var time = Duration.zero

    /// Counts a case; a failure names its seed.
    mutating func check(_ holds: Bool, seed: UInt64, _ failure: @autoclosure () -> String) {
        cases += 1
        if !holds { failures.append("seed \(seed): \(failure())") }
    }
}

enum LawTable {
    static func print(_ rows: [LawRow]) {
        var lines = [row("law", "controllers", "cases", "seed", "seconds", "failures")]
        for result in rows {
            let seeds =
                result.seeds.count == 1
                ? "\(result.seeds.lowerBound)" : "\(result.seeds.lowerBound)-\(result.seeds.upperBound)"
            lines.append(
                row(
                    "\(result.law.rawValue) \(result.law.words)", result.controllers, "\(result.cases)", seeds,
                    "\(result.time.components.seconds)",
                    "\(result.failures.count)"))
        }
        let failed = rows.reduce(0) { $0 + $1.failures.count }
        let passed = rows.reduce(0) { $0 + $1.cases } - failed
        lines.append("\(passed) passed, \(failed) failed")
        Swift.print(lines.joined(separator: "\n"))
    }

    private static func row(_ columns: String...) -> String {
        zip(columns, [44, 26, 7, 7, 9, 0]).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined()
    }
}
