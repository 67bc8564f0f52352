// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel
import TrivyReport

/// Plays the Job controller, the kubelet and the courier: what becomes of every Job that the operator makes.
package final class JobSimulator: ClusterPart {
    /// One unit that a Job is to scan.
    package struct Unit: Sendable, Hashable {
        package var id: String
        package var reference: String
        package var digest: String
    }

    /// A Job as it was when it appeared.
    package struct Task: Sendable {
        package var key: ObjectKey
        package var uid: String
        package var units: [Unit]
        /// Jobs that had the same units before this one.
        package var earlier: Int
    }

    /// What becomes of a Job.
    package enum Course: Sendable, Equatable {
        /// Its Pod runs and prints what `results` says.
        case runs
        /// Its log breaks off in the middle.
        case cutLog
        /// Its log says what nobody found: digests do not fit, units are others'.
        case forgedLog
        /// The courier is killed for its memory after it printed nothing.
        case outOfMemory
        /// The courier dies without a word.
        case crash
        /// The kubelet evicts the Pod.
        case evicted
        /// Quota or policy: there never is a Pod.
        case noPod
        /// The node cannot pull the scanner.
        case cannotPull
        /// No node has room.
        case neverStarts
        /// The Pod is deleted before anybody could have read its log.
        case podVanishes
        /// The Pod fails before the courier starts.
        case cannotPrepare
    }

    /// Decides about each Job when it appears.
    package var course: (Task) -> Course = { _ in .runs }
    /// What the courier prints for a unit.
    package var results: (Unit) -> UnitResult = { .scanned(SeededScans.result(of: $0.digest, name: $0.reference)) }
    /// From one step of a Pod's life to the next.
    package var pace = Duration.seconds(2)
    /// How long a scan takes.
    package var scanTime = Duration.seconds(20)
    /// Every Job that appeared, in order.
    package private(set) var tasks: [Task] = []

    private enum Step { case createPod, run, finishPod, finishJob, failAtDeadline, expire }
    private struct Due {
        var time: Instant
        var step: Step
        var task: Task
        var course: Course
    }

    private var agenda: [Due] = []
    private var known: Set<String> = []
    private let logs = Cell<[String: [UInt8]]>([:])

    package init(on rig: OperatorRig) {
        rig.server.setPodLog { [logs] query in
            guard let text = logs.value?[query.uid] else { return .notReady("ContainerCreating") }
            return .text(query.limitBytes.map { Array(text.prefix($0)) } ?? text)
        }
        rig.parts.append(self)
    }

    package var nextDeadline: Instant? { agenda.map(\.time).min() }

    package func act(on rig: OperatorRig) -> Bool {
        let now = rig.clock.instant()
        for job in rig.objects(.jobs) { notice(job, at: now) }
        let due = agenda.filter { $0.time <= now }
        agenda.removeAll { $0.time <= now }
        for entry in due { perform(entry, on: rig) }
        return confirmDeletions(on: rig) || !due.isEmpty
    }

    /// The kubelet lets a Pod go at once when it is told to.
    private func confirmDeletions(on rig: OperatorRig) -> Bool {
        let going = rig.objects(.pods).filter { $0.at("metadata", "deletionTimestamp") != nil }
        for pod in going {
            let key = ObjectKey(
                namespace: pod.at("metadata", "namespace")?.stringValue ?? "",
                name: pod.at("metadata", "name")?.stringValue ?? "")
            rig.send(.delete, ResourceType.pods.path(key) + "?gracePeriodSeconds=0")
        }
        return !going.isEmpty
    }

    private func notice(_ job: JSONValue, at now: Instant) {
        guard let uid = job.at("metadata", "uid")?.stringValue, known.insert(uid).inserted,
            job.at("metadata", "labels", "app.kubernetes.io/managed-by") == "watchbill"
        else { return }
        let units = Self.units(of: job)
        let task = Task(
            key: ObjectKey(
                namespace: job.at("metadata", "namespace")?.stringValue ?? "",
                name: job.at("metadata", "name")?.stringValue ?? ""),
            uid: uid, units: units, earlier: tasks.count { $0.units == units })
        tasks.append(task)
        let course = course(task)
        func plan(_ step: Step, after wait: Duration) {
            agenda.append(Due(time: now + wait, step: step, task: task, course: course))
        }
        if course != .noPod { plan(.createPod, after: pace) }
        if let seconds = job.at("spec", "activeDeadlineSeconds")?.integerValue {
            plan(.failAtDeadline, after: .seconds(seconds))
        }
    }

    private static func units(of job: JSONValue) -> [Unit] {
        guard let text = job.at("metadata", "annotations", "watchbill.dev/units")?.stringValue else { return [] }
        do throws(JSONError) {
            let list = try JSONValue(parsing: Array(text.utf8)).arrayValue ?? []
            return list.map {
                Unit(
                    id: $0["id"]?.stringValue ?? "", reference: $0["reference"]?.stringValue ?? "",
                    digest: $0["digest"]?.stringValue ?? "")
            }
        } catch {
            return []
        }
    }

    // MARK: Steps

    private func perform(_ due: Due, on rig: OperatorRig) {
        let task = due.task
        guard let job = rig.object(.jobs, task.key), job.at("metadata", "uid")?.stringValue == task.uid else { return }
        let now = rig.clock.instant()
        func then(_ step: Step, after wait: Duration) {
            agenda.append(Due(time: now + wait, step: step, task: task, course: due.course))
        }
        switch due.step {
        case .createPod:
            createPod(for: job, task, on: rig)
            if due.course != .neverStarts { then(.run, after: pace) }
        case .run:
            if due.course == .cannotPull { return setPod(task, on: rig, phase: "Pending", Self.waiting) }
            setPod(task, on: rig, phase: "Running", ["running": ["startedAt": .string(rig.now.rfc3339)]])
            then(.finishPod, after: scanTime)
        case .finishPod:
            finishPod(task, due.course, on: rig)
            then(.finishJob, after: pace)
        case .finishJob:
            finishJob(task, isFailed: due.course.isFailure, on: rig)
            if let ttl = job.at("spec", "ttlSecondsAfterFinished")?.integerValue { then(.expire, after: .seconds(ttl)) }
        case .failAtDeadline:
            guard job.at("status", "conditions") == nil else { return }
            agenda.removeAll { $0.task.uid == task.uid }
            removePod(of: task, on: rig)
            conclude(
                task, "Failed", reason: "DeadlineExceeded", "Job was active longer than specified deadline", on: rig)
        case .expire: rig.delete(.jobs, task.key)
        }
    }

    private func pod(of task: Task) -> ObjectKey {
        ObjectKey(namespace: task.key.namespace, name: "\(task.key.name)-pod")
    }

    /// Deletes the Pod, and confirms that it has ended as the kubelet does.
    private func removePod(of task: Task, on rig: OperatorRig) {
        rig.send(.delete, ResourceType.pods.path(pod(of: task)) + "?gracePeriodSeconds=0")
    }

    private static let waiting: JSONValue = [
        "waiting": ["reason": "ImagePullBackOff", "message": "Back-off pulling image"]
    ]

    private func createPod(for job: JSONValue, _ task: Task, on rig: OperatorRig) {
        let template = job.at("spec", "template") ?? [:]
        let key = pod(of: task)
        rig.create(
            .pods,
            [
                "metadata": .compact([
                    "name": .string(key.name), "namespace": .string(key.namespace),
                    "labels": template.at("metadata", "labels"),
                    "annotations": template.at("metadata", "annotations"),
                    "ownerReferences": [OperatorRig.owner(of: job, "batch/v1", "Job")],
                ]),
                "spec": template["spec"] ?? [:],
            ])
        rig.patch(
            .jobs, task.key, subresource: "status",
            ["status": ["active": 1, "startTime": .string(rig.now.rfc3339)]])
    }

    private func setPod(
        _ task: Task, on rig: OperatorRig, phase: String, reason: String = "", _ state: JSONValue
    ) {
        let spec = rig.object(.pods, pod(of: task))?["spec"]
        let statuses = (spec?["containers"]?.arrayValue ?? []).map { container -> JSONValue in
            [
                "name": container["name"] ?? "", "image": container["image"] ?? "", "imageID": "", "restartCount": 0,
                "ready": false, "state": state,
            ]
        }
        rig.patch(
            .pods, pod(of: task), subresource: "status",
            [
                "status": .compact([
                    "phase": .string(phase), "reason": reason.isEmpty ? nil : .string(reason),
                    "containerStatuses": reason.isEmpty ? .array(statuses) : nil,
                ])
            ])
    }

    private func finishPod(_ task: Task, _ course: Course, on rig: OperatorRig) {
        let uid = rig.object(.pods, pod(of: task))?.at("metadata", "uid")?.stringValue ?? ""
        let text = log(of: task, course)
        logs.value?[uid] = text
        switch course {
        case .evicted: return setPod(task, on: rig, phase: "Failed", reason: "Evicted", [:])
        case .podVanishes: return removePod(of: task, on: rig)
        case .cannotPrepare:
            return setPod(task, on: rig, phase: "Failed", ["waiting": ["reason": "PodInitializing"]])
        default: break
        }
        let (code, reason): (Int64, String) =
            switch course {
            case .outOfMemory: (137, "OOMKilled")
            case .crash: (2, "Error")
            default: (0, "Completed")
            }
        setPod(
            task, on: rig, phase: code == 0 ? "Succeeded" : "Failed",
            ["terminated": ["exitCode": .integer(code), "reason": .string(reason)]])
    }

    private func log(of task: Task, _ course: Course) -> [UInt8] {
        var text = Array("trivy: starting\n".utf8)
        if course == .outOfMemory || course == .crash || course == .evicted { return text }
        for unit in task.units {
            let lines = Frame.encode(unit: unit.id, results(unit)) ?? []
            switch course {
            case .cutLog: text += lines.prefix(lines.count / 2)
            case .forgedLog:
                text += Frame.encode(unit: "0000000000", results(unit)) ?? []
                text += Self.forged(lines)
            default: text += lines
            }
        }
        return text
    }

    /// The same frame with one byte of its content changed.
    private static func forged(_ lines: [UInt8]) -> [UInt8] {
        var forged = lines
        let rows = lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard rows.count > 1 else { return [] }
        let place = rows[1].startIndex + rows[1].count / 2
        forged[place] = forged[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        return forged
    }

    private func finishJob(_ task: Task, isFailed: Bool, on rig: OperatorRig) {
        if isFailed {
            conclude(
                task, "Failed", reason: "BackoffLimitExceeded", "Job has reached the specified backoff limit", on: rig)
        } else {
            conclude(task, "Complete", reason: "", "", on: rig)
        }
    }

    private func conclude(_ task: Task, _ type: String, reason: String, _ message: String, on rig: OperatorRig) {
        rig.patch(
            .jobs, task.key, subresource: "status",
            [
                "status": [
                    "active": 0, (type == "Complete" ? "succeeded" : "failed"): 1,
                    "conditions": [
                        [
                            "type": .string(type), "status": "True", "reason": .string(reason),
                            "message": .string(message), "lastTransitionTime": .string(rig.now.rfc3339),
                        ]
                    ],
                ]
            ])
    }
}

extension JobSimulator.Course {
    fileprivate var isFailure: Bool { [.outOfMemory, .crash, .evicted, .cannotPrepare].contains(self) }
}
