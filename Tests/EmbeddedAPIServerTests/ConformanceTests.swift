// SPDX-License-Identifier: Apache-2.0
import APIConformance
import EmbeddedAPIServer
import Essentials
import Testing

@Suite struct ConformanceTests {
    @Test(.timeLimit(.minutes(1)), arguments: ConformanceCase.basic)
    func `behaves as a kube-apiserver`(_ conformance: ConformanceCase) async throws {
        let server = EmbeddedAPIServer { Timestamp(secondsSinceEpoch: 1_800_000_000) }
        let run = ConformanceRun(server.transport(), namespace: "case")
        try await run.defineWidgets()
        server.compact(upTo: 2)
        try await conformance.run(run)
    }
}
