// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The members of a ScanPolicy's status that are its own; conditions are added by the runtime.
package struct ScanPolicyStatus: Hashable, Sendable {
    package var images = Images()
    package var summary = Summary()
    package var failures: [Failure] = []
    package var lastScanTime: Timestamp?
    package var trivyVersion: String?
    package var databaseUpdatedTime: Timestamp?
    package var lastHandledReconcileAt: String?
    package var run: ScanRun?
    package var nextScanTime: Timestamp?
    package var lastHandledScanNow: String?
    package var change = Change()
    package var outbox = Outbox()
    package var notified: NotifiedFindings?

    package init() {}

    package struct Images: Hashable, Sendable {
        package var matched = 0
        package var scanned = 0
        package var running = 0
        package var queued = 0
        package var failed = 0
        package var notPullable = 0
        package init() {}

        var json: JSONValue {
            [
                "matched": .integer(Int64(matched)), "scanned": .integer(Int64(scanned)),
                "running": .integer(Int64(running)),
                "queued": .integer(Int64(queued)), "failed": .integer(Int64(failed)),
                "notPullable": .integer(Int64(notPullable)),
            ]
        }
    }

    /// What rollouts brought and ended, over all images in use.
    package struct Change: Hashable, Sendable {
        package var introduced = 0
        package var resolved = 0
        package init() {}

        var json: JSONValue { ["introduced": .integer(Int64(introduced)), "resolved": .integer(Int64(resolved))] }
    }

    /// Counts of findings by severity, and of secrets.
    package struct Summary: Hashable, Sendable {
        package var critical = 0
        package var high = 0
        package var medium = 0
        package var low = 0
        package var unknown = 0
        package var secrets = 0
        /// Left out by suppressions and VEX documents.
        package var suppressed = 0
        package init() {}

        /// Reads what a status says; a count that is none is 0.
        package init(json: JSONValue) {
            func count(_ name: String) -> Int { Int(max(0, min(json[name]?.integerValue ?? 0, 1 << 31))) }
            critical = count("critical")
            high = count("high")
            medium = count("medium")
            low = count("low")
            unknown = count("unknown")
            secrets = count("secrets")
            suppressed = count("suppressed")
        }

        var json: JSONValue {
            [
                "critical": .integer(Int64(critical)), "high": .integer(Int64(high)), "medium": .integer(Int64(medium)),
                "low": .integer(Int64(low)), "unknown": .integer(Int64(unknown)), "secrets": .integer(Int64(secrets)),
                "suppressed": .integer(Int64(suppressed)),
            ]
        }
    }

    package struct Failure: Hashable, Sendable {
        package var image: String
        package var attempts: Int
        package var reason: ScanFailureReason
        package var message: String
        package var nextAttemptTime: Timestamp?

        package init(
            image: String, attempts: Int, reason: ScanFailureReason, message: String, nextAttemptTime: Timestamp?
        ) {
            self.image = image
            self.attempts = attempts
            self.reason = reason
            self.message = message
            self.nextAttemptTime = nextAttemptTime
        }

        var json: JSONValue {
            .compact([
                "image": .string(image), "attempts": .integer(Int64(attempts)), "reason": .string(reason.rawValue),
                "message": .string(message), "nextAttemptTime": nextAttemptTime.map { .string($0.rfc3339) },
            ])
        }
    }

    /// Absent members are absent, not null.
    package var json: JSONValue {
        .compact([
            "images": images.json, "summary": summary.json,
            "failures": failures.isEmpty ? nil : .array(failures.map(\.json)),
            "lastScanTime": lastScanTime.map { .string($0.rfc3339) },
            "trivyVersion": trivyVersion.map(JSONValue.string),
            "database": databaseUpdatedTime.map { ["updatedTime": .string($0.rfc3339)] },
            "run": run?.json, "nextScanTime": nextScanTime.map { .string($0.rfc3339) },
            "lastHandledScanNow": lastHandledScanNow.map(JSONValue.string),
            "change": change.introduced + change.resolved > 0 ? change.json : nil,
            "lastHandledReconcileAt": lastHandledReconcileAt.map(JSONValue.string),
            "outbox": outbox.json, "notified": notified?.json,
        ])
    }
}
