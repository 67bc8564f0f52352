// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Glibc
import KubernetesModel
import Planning
import ScanPolicyController

/// What a pass costs in processor time, for `make bench`: `figures PODS POLICIES SELECTING-ALL RUNS`, a JSON line a figure.
/// With `list PODS`: what so many Pods of 8.7 kB take once they are decoded and kept.
@main struct Figures {
    static func main() {
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "list",
            let pods = Int(CommandLine.arguments[2])
        {
            return ListFigure(pods: pods).run()
        }
        let numbers = CommandLine.arguments.dropFirst().compactMap(Int.init)
        guard numbers.count == 4 else {
            print("usage: figures PODS POLICIES SELECTING-ALL RUNS")
            exit(2)
        }
        let shape = ClusterShape(pods: numbers[0], policies: numbers[1], selectingAll: numbers[2])
        let runs = numbers[3]
        var world = shape.world
        var writes = 0
        func plan(_ world: World) { writes += ScanSchedule.plan(in: world, at: now).apply.count }
        func planAll(_ world: World) {
            for policy in world[ScanPolicy.self].objects() {
                _ = ScanPolicyController.plan(policy, in: world, at: now)
            }
        }
        // Nothing is known of the world yet, as after a start.
        report(
            "ScanSchedule, the first", (0..<runs).map { _ in time { [fresh = world.afresh] in plan(fresh) } }, writes)
        report(
            "ScanPolicy, the first of all", (0..<runs).map { _ in time { [fresh = world.afresh] in planAll(fresh) } }, 0
        )
        plan(world)
        planAll(world)
        // What comes in at a thousand events a second between two passes of the schedule.
        let passes = (0..<max(runs, 20)).map { run in
            for number in 0..<250 { shape.change(run * 250 + number, in: &world) }
            return time { plan(world) }
        }
        report("ScanSchedule after 250 events", passes, writes)
        // The same where the policies have been planned in between, as they are: what both derive is there already.
        let later = (0..<max(runs, 20)).map { run in
            for number in 0..<250 { shape.change(run * 250 + number, in: &world) }
            planAll(world)
            return time { plan(world) }
        }
        report("ScanSchedule after 250 events and their policies", later, writes)
        let events = (0..<max(runs, 200)).map { run in
            let namespace = shape.change(run, in: &world)
            let policy = world[ScanPolicy.self].objects(in: namespace).first
            return time { policy.map { _ = ScanPolicyController.plan($0, in: world, at: now) } }
        }
        report("ScanPolicy after an event", events, 0)
        guard let wide = world[ScanPolicy.self].objects(in: ClusterShape.root).first else { return }
        let wideEvents = (0..<max(runs, 20)).map { run in
            shape.change(run, in: &world)
            return time { _ = ScanPolicyController.plan(wide, in: world, at: now) }
        }
        report("ScanPolicy over all namespaces after an event", wideEvents, 0)
    }

    private static let now = Timestamp(secondsSinceEpoch: 1_700_000_100)

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
            "median": .number("\((seconds.sorted()[seconds.count / 2] * 1e5).rounded() / 100)"),
            "writes": .integer(Int64(writes)),
        ]
        print(line.canonicalText)
    }
}
