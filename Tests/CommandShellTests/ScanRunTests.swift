// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import Testing

@testable import CommandShell

struct ScanRunTests {
    private let key = ObjectKey(namespace: "shop", name: "nightly")

    /// Waits with `steps`, one for each second that passes.
    private func run(
        _ fixture: Fixture, waiting limit: Duration? = .seconds(60), _ steps: [JSONValue] = []
    ) async throws -> (status: CommandStatus?, failure: CommandFailure?) {
        var left = steps[...]
        var problem: (any Error)?
        let scan = ScanRun(
            fixture.reader, key, to: fixture.output, now: { fixture.now },
            sleep: { (duration) throws(CancellationError) in
                fixture.advance(duration)
                guard let status = left.popFirst() else { return }
                do { try await fixture.setStatus(status) } catch { problem = error }
            })
        let end: (status: CommandStatus?, failure: CommandFailure?)
        do throws(CommandFailure) {
            end = (try await scan.run(token: "mine", waiting: limit, as: nil), nil)
        } catch {
            end = (nil, error)
        }
        if let problem { throw problem }
        return end
    }

    private func annotation(_ fixture: Fixture) -> String? {
        fixture.server.object(ScanPolicy.resource, key)?.at("metadata", "annotations", "watchbill.dev/scan-now")?
            .stringValue
    }

    private func running(_ scanned: Int64, failed: Int64 = 0, isComplete: Bool = false) -> JSONValue {
        var run: JSONValue = ["id": "now-1", "dueTime": "2027-01-15T08:00:00Z", "trigger": "ScanNow"]
        if isComplete { run["completionTime"] = "2027-01-15T08:01:00Z" }
        var status: JSONValue = [
            "lastHandledScanNow": "mine", "run": run,
            "images": [
                "matched": 2, "scanned": .integer(scanned), "running": 0, "queued": .integer(2 - scanned - failed),
                "failed": .integer(failed), "notPullable": 0,
            ],
        ]
        if failed > 0 {
            status["failures"] = [
                ["image": "r.io/x:1", "attempts": 1, "reason": "Unauthorized", "message": "the registry says no"]
            ]
        }
        return status
    }

    @Test func `without waiting the annotation is set and nothing else`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy("nightly", ["workloads": [:], "schedule": "0 3 * * *"])
        let before = fixture.server.object(ScanPolicy.resource, key)?["spec"]
        #expect(try await run(fixture, waiting: nil).status == .done)
        #expect(annotation(fixture) == "mine" && fixture.server.object(ScanPolicy.resource, key)?["spec"] == before)
    }

    @Test func `a run that ends without failures is done, with its progress on the way`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        let end = try await run(fixture, [["images": [:]], running(1), running(2, isComplete: true)])
        #expect(end.status == .done)
        #expect(fixture.progress.contains { $0.contains("waiting for the operator") })
        #expect(fixture.progress.contains { $0.contains("1 of 2 images scanned, 1 queued") })
        #expect(fixture.standard == "scanpolicy/nightly: run now-1 ended after 3s: 2 of 2 images scanned\n")
    }

    @Test func `images that failed make it fail and are listed`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        #expect(try await run(fixture, [running(1, failed: 1, isComplete: true)]).status == .failed)
        #expect(fixture.standard.contains("r.io/x:1") && fixture.standard.contains("Unauthorized"))
    }

    @Test func `time that is over decides nothing`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        let idle = try await run(fixture, waiting: .seconds(5))
        #expect(idle.failure?.code == .undecidable && idle.failure?.what.contains("operator has not begun") == true)
        let begun = try await run(fixture, waiting: .seconds(5), [running(1)])
        #expect(begun.failure?.code == .undecidable && begun.failure?.what.contains("1 of 2 images") == true)
    }

    @Test func `a suspended or stalled policy fails at once`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy("nightly", ["workloads": [:], "suspend": true])
        #expect(try await run(fixture).failure?.code == .failed)
        #expect(annotation(fixture) == nil)
        let other = try await Fixture()
        try await other.policy()
        let stalled: JSONValue = [
            "conditions": [
                [
                    "type": "Ready", "status": "False", "reason": "InvalidImage", "message": "spec.images[0]: no",
                    "observedGeneration": 1, "lastTransitionTime": "2027-01-15T08:00:00Z",
                ]
            ]
        ]
        #expect(try await run(other, [stalled]).failure?.what.contains("InvalidImage: spec.images[0]: no") == true)
    }

    @Test func `a policy that is gone is not made anew`() async throws {
        let fixture = try await Fixture()
        #expect(try await run(fixture).failure?.what == "there is no ScanPolicy nightly")
        #expect(fixture.server.objects(ScanPolicy.resource).isEmpty)
    }
}
