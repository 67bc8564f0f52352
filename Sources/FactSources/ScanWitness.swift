// SPDX-License-Identifier: Apache-2.0
import Essentials
import Exposition
import Planning
import ScanPolicyController
import Synchronization

/// Answers `/metrics/trivy`: counts what the schedule's passes are shown, and says at each request what reports and Pods say now.
package final class ScanWitness: Sendable {
    private struct State {
        var tally = ScanTally()
        var seconds: [String: Double] = [:]
        var leftOut = 0
    }

    /// Units whose duration is remembered; when there are more, it starts anew.
    private static let maximumUnits = 5_000
    private let state = Mutex(State())

    package init() {}

    /// Shown the world of every pass of the schedule.
    package func observe(_ world: World) { state.withLock { $0.tally.observe(world) } }

    /// A scan of a unit took so long.
    package func measured(_ seconds: Double, of unit: String) {
        state.withLock { state in
            if state.seconds.count >= Self.maximumUnits, state.seconds[unit] == nil { state.seconds = [:] }
            state.seconds[unit] = seconds
        }
    }

    /// The page. Gauges appear on the replica that leads, so that nothing is there twice; counters on every one.
    package func text(of world: World, at now: Timestamp, isLeading: Bool) -> String {
        var families: [MetricFamily] = []
        let (tally, seconds) = state.withLock { ($0.tally, $0.seconds) }
        if isLeading {
            let gauges = ScanGauges(of: world, seconds: seconds, at: now)
            families = gauges.families
            state.withLock { $0.leftOut += gauges.leftOut }
        }
        families += tally.families
        families.append(MetricFamily(TrivyCatalog.leftOut, value: Double(state.withLock { $0.leftOut })))
        var text = ExpositionText()
        for family in families.sorted(by: { $0.description.name < $1.description.name }) { text.add(family) }
        return text.text
    }
}
