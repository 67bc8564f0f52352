// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Testing

@Suite struct StatusSummaryTests {
    private let noon = Timestamp(secondsSinceEpoch: 1_800_000_000)

    private func conditions(
        _ outcome: Outcome, previous: [Condition] = [], after seconds: Int64 = 0, assessments: [Assessment] = []
    ) -> [Condition] {
        StatusSummary.conditions(
            for: outcome, assessments: assessments, previous: previous, generation: 3, at: noon + .seconds(seconds))
    }

    @Test(arguments: [
        (Outcome.ready("Scheduled", message: ""), ["Ready=True"]),
        (.degraded("Registry", message: ""), ["Ready=True"]),
        (.progressing("Resolving", message: ""), ["Ready=Unknown", "Reconciling=True"]),
        (.stalled("InvalidSpec", message: ""), ["Ready=False", "Stalled=True"]),
    ])
    func `an outcome decides which conditions there are`(outcome: Outcome, expected: [String]) {
        #expect(conditions(outcome).map { "\($0.type)=\($0.status.rawValue)" } == expected)
        #expect(conditions(outcome).allSatisfy { $0.observedGeneration == 3 && $0.lastTransitionTime == noon })
    }

    @Test func `the transition time moves with the status alone`() {
        let first = conditions(.ready("Scheduled", message: "one"))
        let second = conditions(.ready("Other", message: "two"), previous: first, after: 60)
        #expect(second[0].lastTransitionTime == noon && second[0].message == "two")
        let third = conditions(.stalled("InvalidSpec", message: ""), previous: second, after: 120)
        #expect(third[0].lastTransitionTime == noon + .seconds(120))
    }

    @Test func `a message of any length is bounded`() {
        let long = conditions(.ready("Scheduled", message: String(repeating: "ä", count: 50_000)))
        #expect(long[0].message.utf8.count < 32_768)
    }

    @Test func `conditions survive their JSON form`() {
        let made = conditions(
            .stalled("InvalidSpec", message: "spec.x: wrong"),
            assessments: [Assessment("Compliant", .unknown, reason: "NoReports", message: "")])
        #expect(made.compactMap { Condition(json: $0.json) } == made)
    }
}
