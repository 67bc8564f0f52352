// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Testing

@testable import CommandLine

struct ScanWaitTests {
    private func policy(
        annotation: String? = "mine", handled: String? = nil, run: String? = nil, isComplete: Bool = false,
        images: String = "{}", conditions: String = "", spec: String = "{}", generation: Int = 1
    ) throws -> ScanPolicy {
        let run = run.map {
            #""run":{"id":"\#($0)","dueTime":"2026-08-01T12:00:00Z","trigger":"ScanNow"\#(isComplete ? #","completionTime":"2026-08-01T12:01:00Z""# : "")},"#
        }
        return try Samples.policy(
            """
            {"metadata":{"name":"p","namespace":"shop","generation":\(generation)\
            \(annotation.map { #","annotations":{"watchbill.dev/scan-now":"\#($0)"}"# } ?? "")},
             "spec":\(spec),"status":{\(run ?? "")\(handled.map { #""lastHandledScanNow":"\#($0)","# } ?? "")
             "images":\(images),"conditions":[\(conditions)]}}
            """)
    }

    @Test func `a run is followed from the token to its end`() throws {
        var wait = ScanWait(token: "mine")
        #expect(wait.observed(try policy()) == nil && !wait.hasBegun)
        #expect(wait.observed(try policy(handled: "before", run: "now-0", isComplete: true)) == nil && !wait.hasBegun)
        let images = #"{"matched":3,"scanned":1,"running":1,"queued":1}"#
        #expect(wait.observed(try policy(handled: "mine", run: "now-1", images: images)) == nil && wait.hasBegun)
        #expect(wait.progress == "1 of 3 images scanned, 1 running, 1 queued")
        let end = wait.observed(
            try policy(
                handled: "mine", run: "now-1", isComplete: true, images: #"{"matched":3,"scanned":2,"failed":1}"#))
        guard case .finished(let outcome) = end else { return #expect(Bool(false), "\(String(describing: end))") }
        #expect(outcome.failed == 1 && outcome.run == "now-1")
    }

    @Test func `a run that another one followed is over`() throws {
        var wait = ScanWait(token: "mine")
        _ = wait.observed(try policy(handled: "mine", run: "now-1"))
        guard case .finished = wait.observed(try policy(handled: "mine", run: "20260801T130000Z")) else {
            return #expect(Bool(false))
        }
    }

    @Test func `a request that somebody replaced is not waited for`() throws {
        var wait = ScanWait(token: "mine")
        #expect(wait.observed(try policy(annotation: "other")) == .replaced)
        // Begun, and asked for again since: the run goes on.
        var begun = ScanWait(token: "mine")
        _ = begun.observed(try policy(handled: "mine", run: "now-1"))
        #expect(begun.observed(try policy(annotation: "other", handled: "mine", run: "now-1")) == nil)
    }

    @Test func `what cannot begin is told at once, unless it is about an older spec`() throws {
        let stalled =
            #"{"type":"Ready","status":"False","reason":"InvalidImage","message":"m","observedGeneration":2}"#
        var wait = ScanWait(token: "mine")
        #expect(wait.observed(try policy(conditions: stalled, generation: 3)) == nil)
        #expect(
            wait.observed(try policy(conditions: stalled, generation: 2))
                == .stalled(reason: "InvalidImage", message: "m"))
        #expect(wait.observed(try policy(spec: #"{"suspend":true}"#)) == .suspended)
    }

    @Test func `failures are listed with the next try`() throws {
        let outcome = ScanOutcome(
            run: "r",
            status: try Samples.json(
                #"{"images":{"failed":1},"failures":[{"image":"a:1","attempts":2,"reason":"Unauthorized","message":"no","nextAttemptTime":"2026-08-01T12:05:00Z"}]}"#
            ))
        #expect(
            outcome.table(at: Samples.now).text()
                == "IMAGE   ATTEMPTS   REASON         NEXT TRY   MESSAGE\na:1     2          Unauthorized   in 5m      no\n"
        )
    }
}
