// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import EmbeddedAPIServer
import Essentials
import KubernetesModel
import Planning
import Testing

@testable import CommandShell

struct ExplainRunTests {
    private let key = ObjectKey(namespace: "shop", name: "nightly")

    private func answer(_ token: String, capture: JSONValue?) -> JSONValue {
        .compact([
            "token": .string(token), "kind": "ScanPolicy", "namespace": "shop", "name": "nightly",
            "time": "2027-01-15T08:00:00Z",
            "plan": ["outcome": ["state": "Ready", "reason": "Accepted", "message": "The policy is in force."]],
            "capture": capture,
        ])
    }

    /// Answers as an operator would, after two looks.
    private func run(
        _ fixture: Fixture, _ reply: JSONValue?, _ body: (ExplainRun) async throws(CommandFailure) -> CommandStatus
    ) async -> (status: CommandStatus?, failure: CommandFailure?) {
        var looks = 0
        let run = ExplainRun(
            fixture.reader, ScanPolicy.self, key, to: fixture.output, now: { fixture.now },
            sleep: { (duration) throws(CancellationError) in
                fixture.advance(duration)
                looks += 1
                guard looks == 2, let reply else { return }
                do {
                    try await fixture.create(
                        .configMaps, Explanation.name, ["data": ["scanpolicy.nightly": .string(reply.canonicalText)]])
                } catch {
                    throw CancellationError()
                }
            })
        do throws(CommandFailure) { return (try await body(run), nil) } catch { return (nil, error) }
    }

    @Test func `the answer to this very question is printed`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        let end = await run(fixture, answer("mine", capture: ["objects": [:]])) { run throws(CommandFailure) in
            try await run.explain(token: "mine", within: .seconds(30), as: nil)
        }
        #expect(end.status == .done && fixture.standard.contains("The policy is in force."))
        let policy = fixture.server.object(ScanPolicy.resource, key)
        #expect(policy?.at("metadata", "annotations", "watchbill.dev/explain") == "mine")
    }

    @Test func `an answer to another question is none`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        let end = await run(fixture, answer("other", capture: nil)) { run throws(CommandFailure) in
            try await run.explain(token: "mine", within: .seconds(5), as: .json)
        }
        #expect(end.failure?.code == .undecidable && fixture.standard == "")
    }

    @Test func `a capture is what stands under its name, and fails where there was no room`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        let end = await run(fixture, answer("mine", capture: ["format": "x"])) { run throws(CommandFailure) in
            try await run.capture(token: "mine", within: .seconds(30))
        }
        #expect(end.status == .done && fixture.standard == "{\n  \"format\": \"x\"\n}\n")
        let other = try await Fixture()
        try await other.policy()
        let none = await run(other, answer("mine", capture: nil)) { run throws(CommandFailure) in
            try await run.capture(token: "mine", within: .seconds(30))
        }
        #expect(none.failure?.what.contains("too large") == true)
    }

    @Test func `asking for an explanation does not take the token of a scan away`() async throws {
        let fixture = try await Fixture()
        try await fixture.policy()
        let policy = try await fixture.reader.object(ScanPolicy.self, key)
        try await fixture.reader.annotate(
            policy.reference, uid: policy.metadata.uid, ScanPolicy.scanNowAnnotation, "s", manager: ScanRun.manager)
        try await fixture.reader.annotate(
            policy.reference, uid: policy.metadata.uid, Explanation.annotation, "e", manager: ExplainRun.manager)
        let annotations = fixture.server.object(ScanPolicy.resource, key)?.at("metadata", "annotations")
        #expect(annotations?["watchbill.dev/scan-now"] == "s" && annotations?["watchbill.dev/explain"] == "e")
    }
}
