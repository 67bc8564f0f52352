// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension Plan {
    /// Everything that was decided, for people and for comparing; equal plans have equal JSON.
    package var json: JSONValue {
        .compact([
            "outcome": outcome?.json, "assessments": .array(assessments.map(\.json)), "status": status,
            "create": .array(create.map(\.body)), "apply": .array(apply.map(\.body)),
            "delete": .array(delete.map(\.json)), "events": .array(events.map(\.json)),
            "wakeUp": wakeUp.map { .string($0.rfc3339Micro) },
            "wants": .array(wants.map(\.json).sorted { $0.canonicalText < $1.canonicalText }),
        ])
    }
}

extension AnyQuestion {
    /// As in a capture; never more than may be seen there.
    fileprivate var json: JSONValue {
        .compact([
            "name": .string(type(of: question).name), "question": (question as? any CapturedQuestion)?.captured,
        ])
    }
}

extension Outcome {
    fileprivate var json: JSONValue {
        let state =
            switch self {
            case .ready: "Ready"
            case .progressing: "Progressing"
            case .stalled: "Stalled"
            case .degraded: "Degraded"
            }
        return ["state": .string(state), "reason": .string(reason), "message": .string(message)]
    }
}

extension Assessment {
    fileprivate var json: JSONValue {
        [
            "type": .string(type), "status": .string(status.rawValue), "reason": .string(reason),
            "message": .string(message),
        ]
    }
}

extension Deletion {
    fileprivate var json: JSONValue {
        [
            "object": .string(reference.description), "uid": .string(uid),
            "resourceVersion": .string(resourceVersion),
        ]
    }
}

extension PlannedEvent {
    fileprivate var json: JSONValue {
        [
            "about": .string(subject.description), "type": isWarning ? "Warning" : "Normal",
            "reason": .string(reason), "message": .string(message), "identity": .string(identity),
        ]
    }
}
