// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// How a Pod stands: what has become of its containers, and what its status says of that.
package struct PodStanding: Sendable {
    package let initContainers: [String]
    package let containers: [String]
    package private(set) var runs: [String: ContainerRun] = [:]
    /// Why the Pod as a whole failed, whatever its containers did: `DeadlineExceeded`, `NodeRestarted`.
    package var failure: (reason: String, message: String)?
    package let startTime: Timestamp
    private let pod: WholePod
    private let images: [String: String]

    package init(_ pod: WholePod, startTime: Timestamp) {
        self.pod = pod
        let known = pod.status["startTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        self.startTime = known ?? startTime
        initContainers = Self.names(pod.spec["initContainers"])
        containers = Self.names(pod.spec["containers"])
        var images: [String: String] = [:]
        for list in ["initContainers", "containers"] {
            for container in pod.spec[list]?.arrayValue ?? [] {
                images[container["name"]?.stringValue ?? ""] = container["image"]?.stringValue ?? ""
            }
        }
        self.images = images
        let reason = initContainers.isEmpty ? "ContainerCreating" : "PodInitializing"
        for name in initContainers + containers {
            runs[name] = ContainerRun(state: .waiting(reason: reason, message: ""))
        }
    }

    private static func names(_ list: JSONValue?) -> [String] {
        (list?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    /// One container; setting an unknown one changes nothing.
    package subscript(container: String) -> ContainerRun {
        get { runs[container] ?? ContainerRun() }
        set { if runs[container] != nil { runs[container] = newValue } }
    }

    /// All init containers have ended well.
    package var isInitialized: Bool { initContainers.allSatisfy { self[$0].ending?.exitCode == 0 } }

    /// The phase by the kubelet's rules (`pkg/kubelet/kubelet_pods.go`, getPhase).
    package var phase: Pod.Phase {
        if failure != nil { return .failed }
        if !isInitialized {
            let hasFailed = initContainers.contains { name in self[name].ending.map { $0.exitCode != 0 } ?? false }
            return hasFailed && pod.restartPolicy == "Never" ? .failed : .pending
        }
        let runs = containers.map { self[$0] }
        let hasWaiting = runs.contains { if case .waiting = $0.state { $0.last == nil } else { false } }
        if hasWaiting { return .pending }
        guard runs.allSatisfy({ $0.ending != nil }), pod.restartPolicy != "Always" else { return .running }
        let allSucceeded = runs.allSatisfy { $0.ending?.exitCode == 0 }
        if allSucceeded { return .succeeded }
        return pod.restartPolicy == "Never" ? .failed : .running
    }

    // MARK: The status

    /// The whole status as the node writes it.
    package func status(at now: Timestamp, previous: JSONValue, podIP: String) -> JSONValue {
        let phase = phase
        let isReady = phase == .running && containers.allSatisfy { self[$0].isRunning }
        let unready = containers.filter { !self[$0].isRunning }
        let hasEnded = phase == .succeeded || phase == .failed
        let why: (String, String) =
            phase == .succeeded
            ? ("PodCompleted", "")
            : ("ContainersNotReady", "containers with unready status: [\(unready.joined(separator: " "))]")
        let initialized: (String, String) =
            isInitialized
            ? (phase == .succeeded ? ("PodCompleted", "") : ("", ""))
            : (
                "ContainersNotInitialized",
                "containers with incomplete status: ["
                    + initContainers.filter { self[$0].ending?.exitCode != 0 }.joined(separator: " ") + "]"
            )
        let conditions = [
            condition("Initialized", isInitialized, initialized, previous, now),
            condition("Ready", isReady, isReady ? ("", "") : why, previous, now),
            condition("ContainersReady", isReady, isReady ? ("", "") : why, previous, now),
            condition("PodScheduled", true, ("", ""), previous, now),
        ]
        return .compact([
            "phase": .string(phase.rawValue), "conditions": .array(conditions),
            "reason": failure.map { .string($0.reason) }, "message": failure.map { .string($0.message) },
            "hostIP": .string(podIP), "podIP": .string(podIP), "podIPs": [["ip": .string(podIP)]],
            "startTime": .string(startTime.rfc3339),
            "initContainerStatuses": initContainers.isEmpty
                ? nil : .array(initContainers.map { entry($0, isReady: self[$0].ending?.exitCode == 0) }),
            "containerStatuses": .array(containers.map { entry($0, isReady: self[$0].isRunning && !hasEnded) }),
        ])
    }

    private func entry(_ name: String, isReady: Bool) -> JSONValue {
        self[name].status(name: name, image: images[name] ?? "", podUID: pod.metadata.uid, isReady: isReady)
    }

    private func condition(
        _ type: String, _ isTrue: Bool, _ why: (reason: String, message: String), _ previous: JSONValue,
        _ now: Timestamp
    ) -> JSONValue {
        let before = previous["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
        let status: JSONValue = isTrue ? "True" : "False"
        let time = before?["status"] == status ? before?["lastTransitionTime"] : nil
        return .compact([
            "type": .string(type), "status": status, "reason": why.reason.isEmpty ? nil : .string(why.reason),
            "message": why.message.isEmpty ? nil : .string(why.message),
            "lastTransitionTime": time ?? .string(now.rfc3339),
        ])
    }
}

extension PodStanding {
    /// What the API has of a Pod whose containers are gone with the node program that ran them.
    package static func abandoned(_ pod: WholePod, at now: Timestamp) -> PodStanding? {
        var standing = PodStanding(pod, startTime: now)
        var hadRunning = false
        for list in ["initContainerStatuses", "containerStatuses"] {
            for status in pod.status[list]?.arrayValue ?? [] {
                let name = status["name"]?.stringValue ?? ""
                var run = ContainerRun(state: standing[name].state)
                run.imageID = status["imageID"]?.stringValue ?? ""
                run.restarts = Int(clamping: status["restartCount"]?.integerValue ?? 0)
                if let running = status.at("state", "running") {
                    hadRunning = true
                    run.state = .ended(
                        ContainerRun.Ending(
                            exitCode: 137, reason: "NodeRestarted",
                            message: "the node program ended while the container ran, and the container with it",
                            started: running["startedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
                            finished: now))
                } else if let ended = status.at("state", "terminated") {
                    run.state = .ended(
                        ContainerRun.Ending(
                            exitCode: Int(clamping: ended["exitCode"]?.integerValue ?? 0),
                            reason: ended["reason"]?.stringValue ?? "", message: ended["message"]?.stringValue ?? "",
                            started: ended["startedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
                            finished: ended["finishedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) ?? now))
                }
                standing[name] = run
            }
        }
        guard hadRunning else { return nil }
        standing.failure = ("NodeRestarted", "the node program was started again; what it ran before is gone")
        return standing
    }
}
