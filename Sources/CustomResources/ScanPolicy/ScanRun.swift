// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// One round of scans over everything that a policy matches, with one database; remembered in `status.run`.
package struct ScanRun: Hashable, Sendable {
    package var id: String
    /// Whole seconds. A report that was asked for by this run or a later one is fresh.
    package var dueTime: Timestamp
    package var trigger: Trigger
    /// `sha256:…`; nil when the database's registry did not answer.
    package var databaseDigest: String?
    package var completionTime: Timestamp?

    package enum Trigger: String, Sendable, CaseIterable {
        case schedule = "Schedule"
        /// The annotation `watchbill.dev/scan-now`.
        case scanNow = "ScanNow"
    }

    package init(
        id: String, dueTime: Timestamp, trigger: Trigger, databaseDigest: String? = nil,
        completionTime: Timestamp? = nil
    ) {
        self.id = id
        self.dueTime = dueTime
        self.trigger = trigger
        self.databaseDigest = databaseDigest
        self.completionTime = completionTime
    }

    /// Nil when it is none; a status is written by us, but may be spoiled by others.
    package init?(json: JSONValue?) {
        guard let json, let id = json["id"]?.stringValue,
            let due = json["dueTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            let trigger = json["trigger"]?.stringValue.flatMap(Trigger.init(rawValue:))
        else { return nil }
        self.init(
            id: id, dueTime: due, trigger: trigger, databaseDigest: json["databaseDigest"]?.stringValue,
            completionTime: json["completionTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)))
    }

    package var json: JSONValue {
        .compact([
            "id": .string(id), "dueTime": .string(dueTime.rfc3339), "trigger": .string(trigger.rawValue),
            "databaseDigest": databaseDigest.map(JSONValue.string),
            "completionTime": completionTime.map { .string($0.rfc3339) },
        ])
    }
}

extension ScanPolicy {
    /// The annotation whose exact value asks for a run, once for each value.
    package static let scanNowAnnotation = "watchbill.dev/scan-now"

    package var scanNowToken: String? {
        metadata.annotations[Self.scanNowAnnotation].map { String($0.prefix(128)) }
    }

    /// The run that the status remembers.
    package var observedRun: ScanRun? { ScanRun(json: observedStatus?["run"]) }
}
