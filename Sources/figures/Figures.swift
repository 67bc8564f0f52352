// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Glibc
import KubernetesModel
import Planning
import ScanPolicyController

/// What a pass costs in processor time, for `make bench`: `figures PODS POLICIES SELECTING-ALL RUNS`, a JSON line a figure.
@main struct Figures {
    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap(Int.init)
        guard numbers.count == 4 else {
            print("usage: figures PODS POLICIES SELECTING-ALL RUNS")
            exit(2)
        }
        let shape = ClusterShape(pods: numbers[0], policies: numbers[1], selectingAll: numbers[2])
        let world = shape.world
        let now = Timestamp(secondsSinceEpoch: 1_700_000_100)
        var writes = 0
        let schedule = (0..<numbers[3]).map { _ in
            time { writes = ScanSchedule.plan(in: world, at: now).apply.count }
        }
        report("ScanSchedule", schedule, writes)
        let policies = world[ScanPolicy.self].objects()
        let all = (0..<numbers[3]).map { _ in
            time { for policy in policies { _ = ScanPolicyController.plan(policy, in: world, at: now) } }
        }
        report("ScanPolicy, all of them", all, 0)
    }

    private static func time(_ body: () -> Void) -> Double {
        let began = processorSeconds
        body()
        return processorSeconds - began
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func report(_ name: String, _ seconds: [Double], _ writes: Int) {
        let line: JSONValue = [
            "name": .string(name),
            "milliseconds": .array(seconds.sorted().map { .number("\(($0 * 1e5).rounded() / 100)") }),
            "writes": .integer(Int64(writes)),
        ]
        print(line.canonicalText)
    }
}
