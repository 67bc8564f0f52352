// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Testing

struct JobTests {
    private func job(_ text: String) throws -> Job {
        var scanner = JSONScanner(Array(text.utf8))
        return try Job(from: &scanner)
    }

    /// As Kubernetes 1.31 writes a Job that ran into its deadline, before and after its Pod is gone.
    @Test func `what a Job is about to be is not what it is`() throws {
        let target =
            #"{"type":"FailureTarget","status":"True","reason":"DeadlineExceeded","message":"m","lastTransitionTime":"2026-01-01T00:00:10Z"}"#
        let failed =
            #"{"type":"Failed","status":"True","reason":"DeadlineExceeded","message":"m","lastTransitionTime":"2026-01-01T00:00:40Z"}"#
        let ending = try job(#"{"status":{"terminating":1,"active":0,"conditions":[\#(target)]}}"#)
        #expect(ending.completion == .running && ending.target == .failed(reason: "DeadlineExceeded", message: "m"))
        #expect(ending.activePods == 1 && ending.finishTime?.rfc3339 == "2026-01-01T00:00:10Z")
        for conditions in [[target, failed], [failed, target]] {
            let ended = try job(#"{"status":{"conditions":[\#(conditions.joined(separator: ","))]}}"#)
            #expect(ended.completion == .failed(reason: "DeadlineExceeded", message: "m"))
            #expect(ended.finishTime?.rfc3339 == "2026-01-01T00:00:40Z")
        }
        let good = try job(#"{"status":{"conditions":[{"type":"SuccessCriteriaMet","status":"True"}]}}"#)
        #expect(good.completion == .running && good.target == .complete)
        let undone = try job(#"{"status":{"conditions":[{"type":"FailureTarget","status":"False"}]}}"#)
        #expect(undone.target == .running)
    }

    @Test func `sees that somebody holds a Job back`() throws {
        let held = try job(#"{"spec":{"suspend":true,"podReplacementPolicy":"Failed","parallelism":1},"status":{}}"#)
        #expect(held.isSuspended && held.completion == .running)
        #expect(try !job(#"{"spec":{"suspend":null}}"#).isSuspended && !job(#"{"spec":{}}"#).isSuspended)
    }
}

struct EventTests {
    @Test func `reads both forms of an Event`() throws {
        for (text, time) in [
            (
                #"{"type":"Warning","reason":"FailedCreate","message":"quota","lastTimestamp":"2026-01-01T00:00:01Z","eventTime":null,"series":null}"#,
                "2026-01-01T00:00:01Z"
            ),
            (
                #"{"type":"Warning","reason":"FailedCreate","message":"quota","lastTimestamp":null,"eventTime":"2026-01-01T00:00:01.000000Z","series":{"count":3,"lastObservedTime":"2026-01-01T00:00:09.000000Z"}}"#,
                "2026-01-01T00:00:09Z"
            ),
        ] {
            var scanner = JSONScanner(Array(text.utf8))
            let event = try Event(from: &scanner)
            #expect(event.isWarning && event.reason == "FailedCreate" && event.message == "quota")
            #expect(event.lastTime?.rfc3339 == time)
        }
    }
}
