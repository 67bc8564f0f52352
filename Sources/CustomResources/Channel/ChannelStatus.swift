// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a Channel's status says beside its conditions.
package struct ChannelStatus: Hashable, Sendable {
    package var pending = 0
    package var settled: [Settlement] = []
    package var lastDeliveryTime: Timestamp?
    package var lastError: Failure?
    package var lastHandledReconcileAt: String?

    /// So many are settled at a time; when those who list them have taken them out, the next are.
    package static let maximumSettled = 100

    package init() {}

    /// A notice that is over.
    package struct Settlement: Hashable, Sendable {
        package var id: String
        package var outcome: Outcome

        package enum Outcome: String, Sendable, CaseIterable {
            case delivered = "Delivered"
            /// The receiver says that it will never take the message.
            case refused = "Refused"
            /// It was tried for spec.deadlineSeconds.
            case expired = "Expired"
        }

        package init(_ id: String, _ outcome: Outcome) {
            self.id = id
            self.outcome = outcome
        }

        init?(json: JSONValue) {
            guard let id = json["id"]?.stringValue,
                let outcome = json["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:))
            else { return nil }
            self.init(id, outcome)
        }

        var json: JSONValue { ["id": .string(id), "outcome": .string(outcome.rawValue)] }
    }

    package struct Failure: Hashable, Sendable {
        package var reason: String
        package var message: String

        package init(_ reason: String, _ message: String) {
            self.reason = reason
            self.message = message
        }
    }

    /// Absent members are absent, not null.
    package var json: JSONValue {
        .compact([
            "pending": .integer(Int64(pending)), "settled": settled.isEmpty ? nil : .array(settled.map(\.json)),
            "lastDeliveryTime": lastDeliveryTime.map { .string($0.rfc3339) },
            "lastError": lastError.map { ["reason": .string($0.reason), "message": .string($0.message)] },
            "lastHandledReconcileAt": lastHandledReconcileAt.map(JSONValue.string),
        ])
    }
}
