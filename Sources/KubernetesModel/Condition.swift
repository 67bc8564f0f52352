// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// A condition by the Kubernetes API conventions. Controllers cannot make one: `StatusSummary` does, from an `Outcome`.
package struct Condition: Hashable, Sendable {
    package internal(set) var type = ""
    package internal(set) var status = Status.unknown
    package internal(set) var reason = ""
    package internal(set) var message = ""
    package internal(set) var observedGeneration: Int64 = 0
    package internal(set) var lastTransitionTime: Timestamp?

    package enum Status: String, Sendable { case `true` = "True", `false` = "False", unknown = "Unknown" }

    init(
        type: String, status: Status, reason: String, message: String, observedGeneration: Int64,
        lastTransitionTime: Timestamp?
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "type": type = try scanner.readString()
            case "status": status = Status(rawValue: try scanner.readString()) ?? .unknown
            case "reason": reason = try scanner.readOptionalString() ?? ""
            case "message": message = try scanner.readOptionalString() ?? ""
            case "observedGeneration": observedGeneration = try scanner.readOptionalInteger() ?? 0
            case "lastTransitionTime":
                lastTransitionTime = try scanner.readOptionalString().flatMap(Timestamp.init(rfc3339:))
            default: try scanner.skipValue()
            }
        }
    }

    /// Reads a condition from its JSON form; nil when type or status is missing.
    package init?(json: JSONValue) {
        guard let type = json["type"]?.stringValue,
            let status = json["status"]?.stringValue.flatMap(Status.init(rawValue:))
        else {
            return nil
        }
        self.init(
            type: type, status: status, reason: json["reason"]?.stringValue ?? "",
            message: json["message"]?.stringValue ?? "",
            observedGeneration: json["observedGeneration"]?.integerValue ?? 0,
            lastTransitionTime: json["lastTransitionTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)))
    }

    package var json: JSONValue {
        .compact([
            "type": .string(type), "status": .string(status.rawValue), "reason": .string(reason),
            "message": .string(message),
            "observedGeneration": .integer(observedGeneration),
            "lastTransitionTime": lastTransitionTime.map { .string($0.rfc3339) },
        ])
    }
}
