// SPDX-License-Identifier: Apache-2.0
import Essentials

/// How long ago something was, as `kubectl get` says it.
package enum Age {
    /// `5m30s`, `3h`, `12d`. Rule: `HumanDuration` of k8s.io/apimachinery/pkg/util/duration.
    package static func words(since time: Timestamp?, at now: Timestamp) -> String {
        time.map { words(now - $0) } ?? "<unknown>"
    }

    package static func words(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let (minutes, hours) = (seconds / 60, seconds / 3_600)
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        if days < 2_920 { return pair(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ part: String) -> String {
        small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(part)"
    }
}
