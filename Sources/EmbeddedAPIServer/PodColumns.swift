// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// How `kubectl get pods` sums a Pod up (k8s.io/kubernetes `printPod`).
enum PodColumns {
    static let columns: [Table.Column] = [
        Table.name, BuiltInColumns.column("Ready") { .string(PodSummary($0).ready) },
        BuiltInColumns.column("Status") { .string(PodSummary($0).reason) },
        Table.Column(name: "Restarts") { pod, now in .string(PodSummary(pod).restarts(now)) }, Table.age,
        BuiltInColumns.column("IP", wide: true) { .string($0.at("status", "podIP")?.stringValue ?? "<none>") },
        BuiltInColumns.column("Node", wide: true) { .string($0.at("spec", "nodeName")?.stringValue ?? "<none>") },
        BuiltInColumns.column("Nominated Node", wide: true) {
            .string($0.at("status", "nominatedNodeName")?.stringValue ?? "<none>")
        },
        BuiltInColumns.column("Readiness Gates", wide: true) { _ in "<none>" },
    ]
}

/// One Pod in words.
private struct PodSummary {
    var reason: String
    private var readyCount = 0
    private var total: Int
    private var restartCount: Int64 = 0
    private var lastRestart: Timestamp?

    init(_ pod: JSONValue) {
        total = pod.at("spec", "containers")?.arrayValue?.count ?? 0
        let phase = pod.at("status", "phase")?.stringValue ?? ""
        reason = pod.at("status", "reason")?.stringValue ?? phase
        let isInitialising = readInitContainers(pod)
        if !isInitialising { readContainers(pod) }
        if pod.isBeingDeleted {
            if pod.at("status", "reason") == "NodeLost" {
                reason = "Unknown"
            } else if phase != "Succeeded", phase != "Failed" {
                reason = "Terminating"
            }
        }
    }

    var ready: String { "\(readyCount)/\(total)" }

    func restarts(_ now: Timestamp) -> String {
        guard restartCount > 0, let lastRestart else { return String(restartCount) }
        return "\(restartCount) (\(HumanDuration.text(now - lastRestart)) ago)"
    }

    /// True while an init container is what the Pod waits for.
    private mutating func readInitContainers(_ pod: JSONValue) -> Bool {
        let specs = pod.at("spec", "initContainers")?.arrayValue ?? []
        for (index, status) in (pod.at("status", "initContainerStatuses")?.arrayValue ?? []).enumerated() {
            count(status)
            let state = status["state"] ?? [:]
            if let ended = state["terminated"] {
                if ended["exitCode"] == 0 { continue }
                reason = "Init:" + Self.end(ended)
            } else if let waiting = state["waiting"]?["reason"]?.stringValue, !waiting.isEmpty,
                waiting != "PodInitializing"
            {
                reason = "Init:" + waiting
            } else {
                reason = "Init:\(index)/\(specs.count)"
            }
            return true
        }
        return false
    }

    private mutating func readContainers(_ pod: JSONValue) {
        restartCount = 0
        lastRestart = nil
        var hasRunning = false
        for status in (pod.at("status", "containerStatuses")?.arrayValue ?? []).reversed() {
            count(status)
            let state = status["state"] ?? [:]
            if let waiting = state["waiting"]?["reason"]?.stringValue, !waiting.isEmpty {
                reason = waiting
            } else if let ended = state["terminated"] {
                reason = Self.end(ended)
            } else if status["ready"] == true, state["running"] != nil {
                hasRunning = true
                readyCount += 1
            }
        }
        if reason == "Completed", hasRunning {
            let isReady = (pod.at("status", "conditions")?.arrayValue ?? []).contains {
                $0["type"] == "Ready" && $0["status"] == "True"
            }
            reason = isReady ? "Running" : "NotReady"
        }
    }

    private mutating func count(_ status: JSONValue) {
        restartCount += status["restartCount"]?.integerValue ?? 0
        let end = status.at("lastState", "terminated", "finishedAt")?.stringValue.flatMap(Timestamp.init(rfc3339:))
        if let end { lastRestart = max(lastRestart ?? end, end) }
    }

    private static func end(_ state: JSONValue) -> String {
        if let reason = state["reason"]?.stringValue, !reason.isEmpty { return reason }
        if let signal = state["signal"]?.integerValue, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(state["exitCode"]?.integerValue ?? 0)"
    }
}
