// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Why an object stands as it does: a closed set per kind, each with its sentence for people.
package protocol ConditionReason: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// What it means and what to do, as the reference page prints it.
    var explanation: String { get }
}

/// How one pass over an object ended, as the controller sees it. The only source of `Ready`, `Reconciling` and `Stalled`.
package enum Outcome: Hashable, Sendable {
    /// Accepted and scheduled; nothing is outstanding.
    case ready(String, message: String)
    /// Accepted; work is under way that ends by itself.
    case progressing(String, message: String)
    /// Not acceptable until someone changes the spec (or what it refers to).
    case stalled(String, message: String)
    /// Accepted, but something outside keeps failing; the last known results stand.
    case degraded(String, message: String)

    /// The reason in CamelCase, as it stands in the condition.
    package var reason: String {
        switch self {
        case .ready(let reason, _), .progressing(let reason, _), .stalled(let reason, _), .degraded(let reason, _):
            reason
        }
    }

    package var message: String {
        switch self {
        case .ready(_, let message), .progressing(_, let message), .stalled(_, let message), .degraded(_, let message):
            message
        }
    }
}

/// What a kind states beside `Ready`: `ScansHealthy`, `Compliant`, …
package struct Assessment: Hashable, Sendable {
    package var type: String
    package var status: Condition.Status
    package var reason: String
    package var message: String

    package init(_ type: String, _ status: Condition.Status, reason: String, message: String) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
    }
}
