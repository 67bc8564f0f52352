// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel

/// Follows one policy from the moment that a scan was asked for until the run that it caused has ended.
package struct ScanWait: Sendable {
    private enum State: Equatable {
        /// The token stands in the annotation; the operator has not taken it up.
        case asked
        case running(run: String)
    }

    /// How the waiting ended.
    package enum End: Equatable, Sendable {
        case finished(ScanOutcome)
        /// The policy cannot start a run: what its condition says.
        case stalled(reason: String, message: String)
        case suspended
        /// Somebody asked for another scan before this one began.
        case replaced
    }

    package let token: String
    private var state = State.asked
    /// What to show while it lasts.
    package private(set) var progress = "waiting for the operator to begin"

    package init(token: String) { self.token = token }

    /// True once the operator has begun.
    package var hasBegun: Bool { state != .asked }

    /// Looks at the policy as it is now; nil while there is something to wait for.
    package mutating func observed(_ policy: ScanPolicy) -> End? {
        if policy.spec.isSuspended { return .suspended }
        let ready = policy.conditions.first { $0.type == "Ready" }
        if let ready, ready.status == .false, ready.observedGeneration >= policy.metadata.generation {
            return .stalled(reason: ready.reason, message: ready.message)
        }
        let status = policy.observedStatus ?? .null
        guard status["lastHandledScanNow"]?.stringValue == token, let run = policy.observedRun else {
            // Ours may have been taken up and another one after it, between two looks; a run tells by its time.
            return policy.scanNowToken == token || hasBegun ? nil : .replaced
        }
        if case .asked = state { state = .running(run: run.id) }
        let outcome = ScanOutcome(run: run.id, status: status)
        progress = outcome.progress
        // A later run has begun: this one is over.
        if state != .running(run: run.id) || run.completionTime != nil { return .finished(outcome) }
        return nil
    }
}

/// How far the scans of a policy's images are.
package struct ScanOutcome: Equatable, Sendable {
    package let run: String
    package let matched: Int
    package let scanned: Int
    package let running: Int
    package let queued: Int
    package let failed: Int
    package let notPullable: Int
    /// The worst of them.
    package let failures: [JSONValue]

    package init(run: String, status: JSONValue) {
        func count(_ name: String) -> Int { Int(clamping: status.at("images", name)?.integerValue ?? 0) }
        self.run = run
        matched = count("matched")
        scanned = count("scanned")
        running = count("running")
        queued = count("queued")
        failed = count("failed")
        notPullable = count("notPullable")
        failures = status["failures"]?.arrayValue ?? []
    }

    /// `3 of 12 images scanned, 1 running, 8 queued`
    package var progress: String {
        let parts = [(running, "running"), (queued, "queued"), (failed, "failed"), (notPullable, "not pullable")]
        return
            (["\(Plural.part(scanned, of: matched, "image")) scanned"]
            + parts.compactMap { $0.0 > 0 ? "\($0.0) \($0.1)" : nil }).joined(separator: ", ")
    }

    /// The images without a result.
    package func table(at now: Timestamp) -> TextTable {
        var table = TextTable(["Image", "Attempts", "Reason", "Next try", "Message"])
        for failure in failures {
            let next = failure["nextAttemptTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            table.add([
                .init(failure["image"]?.stringValue ?? ""),
                .init(Int(clamping: failure["attempts"]?.integerValue ?? 0)),
                .init(failure["reason"]?.stringValue ?? "", ink: .red),
                .init(next.map { $0 > now ? "in " + Age.words($0 - now) : "now" } ?? "none"),
                .init(failure["message"]?.stringValue ?? ""),
            ])
        }
        return table
    }

    package var json: JSONValue {
        [
            "run": .string(run), "failures": .array(failures),
            "images": [
                "matched": .integer(Int64(matched)), "scanned": .integer(Int64(scanned)),
                "running": .integer(Int64(running)), "queued": .integer(Int64(queued)),
                "failed": .integer(Int64(failed)), "notPullable": .integer(Int64(notPullable)),
            ],
        ]
    }
}
