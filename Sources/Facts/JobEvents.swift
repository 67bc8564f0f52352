// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning

/// Why does a scan Job get no Pod, or its Pod not start? The newest warning among the Events about it.
///
/// Asked only about Jobs that have waited for a while: Events are many, and nobody watches them.
package struct JobEvents: FactQuestion {
    package static let name = "job-events"
    package static let maximumAge = Duration.seconds(60)
    package static let isKept = false
    package static let apiAccess = [APIAccess(.coreEvents, verbs: ["list"])]
    package var namespace: String
    /// Of the Job, or of its Pod.
    package var uid: String

    package init(namespace: String, uid: String) {
        self.namespace = namespace
        self.uid = uid
    }

    package var bucket: String { "kubernetes" }

    package struct Answer: Hashable, Sendable {
        /// `FailedCreate: exceeded quota: …`; nil when nobody warned. In one line, without control characters, at most 240
        /// bytes.
        package var warning: String?

        package init(warning: String?) { self.warning = warning }

        /// The newest warning of some Events.
        package init(_ events: [Event]) {
            let newest = events.filter(\.isWarning).max {
                ($0.lastTime?.microseconds ?? 0, $0.metadata.name) < ($1.lastTime?.microseconds ?? 0, $1.metadata.name)
            }
            warning = newest.map { EventText.line("\($0.reason): \($0.message)") }
        }
    }
}

/// Text that anybody may have written, made fit for a status.
enum EventText {
    private static let limit = 240

    static func line(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: result += " "
            case .format, .surrogate, .unassigned: continue
            default: result.unicodeScalars.append(scalar)
            }
            if result.utf8.count > limit {
                while result.utf8.count > limit { result.unicodeScalars.removeLast() }
                return result + "…"
            }
        }
        return result
    }
}
