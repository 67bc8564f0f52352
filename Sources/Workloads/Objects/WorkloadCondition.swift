// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A condition of a built-in workload, which has times of its own.
struct WorkloadCondition {
    var type: String
    var isTrue: Bool
    var reason = ""
    var message = ""

    /// Its JSON form. The transition time moves only when the status does, `lastUpdateTime` when anything does.
    /// - Parameter timeField: `lastUpdateTime` for Deployments, `lastProbeTime` for Jobs.
    func json(after previous: JSONValue?, at now: Timestamp, timeField: String, hasProgressed: Bool = false)
        -> JSONValue
    {
        let status: JSONValue = isTrue ? "True" : "False"
        let isSame =
            previous?["status"] == status && previous?["reason"]?.stringValue ?? "" == reason
            && previous?["message"]?.stringValue ?? "" == message && !hasProgressed
        let time = JSONValue.string(now.rfc3339)
        return .compact([
            "type": .string(type), "status": status, "reason": reason.isEmpty ? nil : .string(reason),
            "message": message.isEmpty ? nil : .string(message),
            "lastTransitionTime": previous?["status"] == status ? previous?["lastTransitionTime"] ?? time : time,
            timeField: isSame ? previous?[timeField] ?? time : time,
        ])
    }
}

extension Int64 {
    /// Nothing for zero, as the API leaves it out.
    var orNothing: JSONValue? { self == 0 ? nil : .integer(self) }
}
