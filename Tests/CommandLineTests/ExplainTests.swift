// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import CommandLine

struct ExplainTests {
    private static let answer = """
        {"kind":"ScanPolicy","namespace":"shop","name":"p","time":"2026-08-01T12:00:00.5Z",
         "plan":{"outcome":{"state":"Ready","reason":"Accepted","message":"The policy is in force."},
          "assessments":[{"type":"Compliant","status":"False","reason":"Breached","message":"1 critical"}],
          "status":{"summary":{"critical":1},"images":{"matched":1}},"events":[{}],"wakeUp":"2026-08-02T03:00:00.000000Z"},
         "capture":{"kind":"ScanPolicy","namespace":"shop","name":"p",
          "objects":{"ScanPolicy":[{"metadata":{"namespace":"shop","name":"p"},"status":{"summary":{"critical":2},"conditions":[],
          "images":{"matched":1}}}],"Pod":[{"metadata":{"name":"web"}}]},
          "facts":[{"name":"tag-digest","question":{"reference":"r.io/a:1"},"state":"Failed",
           "failure":{"reason":"Unreachable","message":"no"}}]}}
        """

    @Test func `it says what was decided, what of it is new, and from what`() throws {
        let text = ExplanationPage(answer: try Samples.json(Self.answer)).text(isColoured: false)
        #expect(
            text == """
                ScanPolicy shop/p, as the operator saw it 2026-08-01T12:00:00Z

                CONDITION   STATUS   REASON     IN WORDS
                Ready       True     Accepted   The policy is in force.
                Compliant   False    Breached   1 critical

                The status changes: summary.critical 2 → 1
                Besides, 1 thing is told as Events.
                It looks again at 2026-08-02T03:00:00Z, or when something changes.

                It looked at
                KIND         COUNT   NAMES
                Pod          1       web
                ScanPolicy   1       p

                It knew
                FACT         ABOUT      STATE
                tag-digest   r.io/a:1   failed: Unreachable: no

                """)
    }

    @Test func `what differs from the plan before is told value by value`() throws {
        let difference = StatusDifference(answer: try Samples.json(Self.answer))
        #expect(difference.json == [["path": "summary.critical", "before": 2, "after": 1]])
        #expect(StatusDifference(answer: ["plan": ["status": ["a": 1]]]).json == [])
    }

    @Test func `a file that is no capture is refused with its place`() {
        for text in ["", "{", "[]", "{}"] {
            do throws(CommandFailure) {
                _ = try Replay.run(Array(text.utf8), from: "f.json")
                Issue.record("\(text) was read")
            } catch {
                #expect(
                    error.code == .usage && error.place == "f.json" && error.what.hasPrefix("the file is no capture"))
            }
        }
    }

    @Test(arguments: [
        (
            #"{"format":"watchbill-capture/2"}"#,
            "its format is watchbill-capture/2, and this program reads watchbill-capture/1"
        ),
        (
            #"{"format":"watchbill-capture/1","kind":"Deployment"}"#,
            "its kind is \"Deployment\", and there are ScanPolicy, ImageWatch, Channel"
        ),
        (#"{"format":"watchbill-capture/1","kind":"Channel","time":"now"}"#, "time is no instant"),
        (#"{"format":"watchbill-capture/1","ki"#, "it is no JSON"),
    ])
    func `a capture of something else is told from one that is cut`(text: String, reason: String) {
        do throws(CommandFailure) {
            _ = try Replay.run(Array(text.utf8), from: "f.json")
            Issue.record("it was read")
        } catch {
            #expect(error.what.contains(reason), "\(error.text)")
        }
    }
}
