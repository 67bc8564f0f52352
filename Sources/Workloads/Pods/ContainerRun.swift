// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What has become of one container so far.
package struct ContainerRun: Hashable, Sendable {
    package var state: State
    /// How it ended the time before.
    package var last: Ending?
    package var restarts = 0
    /// `REPOSITORY@DIGEST` of what was pulled; empty before.
    package var imageID = ""

    package enum State: Hashable, Sendable {
        /// Not started; the reason and the message are the kubelet's.
        case waiting(reason: String, message: String)
        case running(since: Timestamp)
        case ended(Ending)
    }

    /// How a container ended.
    package struct Ending: Hashable, Sendable {
        /// 128 and the signal's number for one that was killed.
        package var exitCode: Int
        /// `Completed`, `Error`, `OOMKilled`, `StartError`, …
        package var reason: String
        package var message: String
        package var started: Timestamp?
        package var finished: Timestamp

        package init(exitCode: Int, reason: String, message: String = "", started: Timestamp?, finished: Timestamp) {
            self.exitCode = exitCode
            self.reason = reason
            self.message = message
            self.started = started
            self.finished = finished
        }
    }

    package init(state: State = .waiting(reason: "ContainerCreating", message: "")) { self.state = state }

    package var ending: Ending? { if case .ended(let ending) = state { ending } else { nil } }
    package var isRunning: Bool { if case .running = state { true } else { false } }

    /// Longest message that is written into a status.
    package static let messageLimit = 4_096
}

extension ContainerRun {
    /// The container's entry in a Pod's status.
    func status(name: String, image: String, podUID: String, isReady: Bool) -> JSONValue {
        var hasBegun = last != nil
        if case .waiting = state {} else { hasBegun = true }
        let identifier = "bubblewrap://\(podUID)/\(name)"
        return .compact([
            "name": .string(name), "image": .string(image), "imageID": .string(imageID),
            "ready": .bool(isReady), "restartCount": .integer(Int64(restarts)),
            "started": .bool(isRunning),
            "containerID": hasBegun ? .string(identifier) : nil,
            "state": state.json(identifier), "lastState": last.map { ["terminated": $0.json(identifier)] } ?? [:],
        ])
    }
}

extension ContainerRun.State {
    fileprivate func json(_ identifier: String) -> JSONValue {
        switch self {
        case .waiting(let reason, let message):
            [
                "waiting": .compact([
                    "reason": .string(reason),
                    "message": message.isEmpty ? nil : .string(String(message.prefix(ContainerRun.messageLimit))),
                ])
            ]
        case .running(let since): ["running": ["startedAt": .string(since.rfc3339)]]
        case .ended(let ending): ["terminated": ending.json(identifier)]
        }
    }
}

extension ContainerRun.Ending {
    fileprivate func json(_ identifier: String) -> JSONValue {
        .compact([
            "exitCode": .integer(Int64(exitCode)), "reason": .string(reason),
            "message": message.isEmpty ? nil : .string(String(message.prefix(ContainerRun.messageLimit))),
            "startedAt": .string((started ?? finished).rfc3339), "finishedAt": .string(finished.rfc3339),
            "containerID": .string(identifier),
        ])
    }
}
