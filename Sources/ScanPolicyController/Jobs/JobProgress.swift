// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning
import TrivyReport

/// A try that came to nothing, and why.
struct FailedTry: Hashable {
    var reason: ScanFailureReason
    var message: String
    /// True when nothing of the image was tried, so that the try does not count.
    var costsNoAttempt: Bool
    /// What the next try gets, when this one had too little.
    var nextMemoryBytes: Int64?

    init(reason: ScanFailureReason, message: String, costsNoAttempt: Bool? = nil) {
        self.reason = reason
        self.message = message
        self.costsNoAttempt = costsNoAttempt ?? reason.costsNoAttempt
    }

    /// The same after `memory` was found to be too little or not: with more to come it costs nothing.
    func learning(_ memory: ScanMemory, used: Int64?) -> FailedTry {
        guard reason == .outOfMemory, let used else { return self }
        var learned = self
        if let next = memory.next(after: used) {
            learned.costsNoAttempt = true
            learned.nextMemoryBytes = next
            learned.message =
                "\(Quantity(bytes: used).text) of memory were too little, the next try gets "
                + "\(Quantity(bytes: next).text)" + (message.isEmpty ? "" : "; \(message)")
        } else {
            learned.message =
                "\(Quantity(bytes: used).text) of memory were too little, and scanPod.maximumMemory allows "
                + "no more" + (message.isEmpty ? "" : "; \(message)")
        }
        return learned
    }
}

/// What a Job brought for one of its units.
enum UnitOutcome {
    case scanned(ScanResult)
    case failed(FailedTry)
}

/// How a scan Job stands, from what the watches and facts show of it. "Not seen" is never taken for "nothing".
struct JobProgress {
    enum State {
        /// Under way; `note` says what keeps it from starting.
        case running(note: FailedTry?)
        /// It ended, and its result is being read.
        case reading
        /// Every unit has its outcome.
        case finished([String: UnitOutcome])
    }

    private(set) var state = State.running(note: nil)
    /// What to ask for its result.
    private(set) var question: ScanOutput?
    /// What to ask about what keeps it from starting.
    private(set) var eventsQuestion: JobEvents?
    /// When waiting turns into something else.
    private(set) var wakeUp: Timestamp?

    /// A Job without a Pod is worth a word.
    static let podGrace = Duration.seconds(60)
    /// A Job without a Pod is given up.
    static let podLimit = Duration.seconds(300)
    /// A Pod whose images cannot be pulled is given up.
    static let pullLimit = Duration.seconds(180)
    /// A Pod that does not start is given up.
    static let startLimit = Duration.seconds(600)
    /// A Pod that is not seen after its Job ended is gone.
    static let skewLimit = Duration.seconds(300)
    /// A log that cannot be read is given up.
    static let readLimit = Duration.seconds(3_600)

    private let job: ScanJob
    private let now: Timestamp

    init(of job: ScanJob, pods: [Pod], in world: World, at now: Timestamp) {
        self.job = job
        self.now = now
        // A queue holds it back, and may have taken its Pod away; neither is a failure.
        if job.job.isSuspended, !job.isFinished { return }
        // A second Pod can replace one whose node died; the one that got furthest has the result.
        let pod = pods.max { (Self.rank($0), $0.metadata.name) < (Self.rank($1), $1.metadata.name) }
        if let pod { look(at: pod, in: world) } else { lookWithoutPod(in: world) }
    }

    private static func rank(_ pod: Pod) -> Int {
        if case .terminated = courier(of: pod) { return 2 }
        return pod.phase == .running ? 1 : 0
    }

    private static func courier(of pod: Pod) -> ContainerStatus.State {
        pod.containers.first { $0.name == ScanJob.courierContainer }?.status.state ?? .unknown
    }

    /// When it was made, or was last let go.
    private var created: Timestamp {
        [job.job.metadata.creationTime, job.job.startTime].compactMap { $0 }.max() ?? now
    }

    /// True when it has ended, or is about to.
    private var isEnding: Bool { job.isFinished || job.job.target != .running }

    private mutating func lookWithoutPod(in world: World) {
        if case .failed(let reason, let message) = job.job.completion, reason == "DeadlineExceeded" {
            return fail(.deadlineExceeded, message)
        }
        guard isEnding else {
            // The Job controller still counts a Pod: it was there, and the Job is about to say what became of it.
            if job.job.activePods > 0 { return }
            guard has(passed: Self.podGrace, since: created) else { return }
            let warning = warning(about: job.uid, in: world)
            if has(passed: Self.podLimit, since: created), warning != .unknown {
                return fail(.podNotCreated, warning.text ?? "no Pod after five minutes")
            }
            state = .running(
                note: FailedTry(
                    reason: .podNotCreated,
                    message: warning.text ?? "no Pod after a minute; see the Events of Job \(job.key)"))
            return
        }
        if has(passed: Self.skewLimit, since: job.job.finishTime ?? created) {
            return fail(.podGone, "the Pod of Job \(job.key) was deleted before its log could be read")
        }
        state = .reading
    }

    private mutating func look(at pod: Pod, in world: World) {
        if case .terminated(_, let reason) = Self.courier(of: pod) {
            return read(pod, isOutOfMemory: reason == "OOMKilled", in: world)
        }
        if case .failed(let reason, let message) = job.job.completion, reason == "DeadlineExceeded" {
            return fail(.deadlineExceeded, message)
        }
        if pod.phase == .failed {
            return pod.reason == "Evicted"
                ? fail(.evicted, pod.message) : fail(.podFailed, Self.trouble(of: pod) ?? pod.message)
        }
        if isEnding {
            // The Job's watch is ahead of the Pod's, or the Pod's time to end is not over.
            if has(passed: Self.skewLimit, since: job.job.finishTime ?? created) {
                return fail(.resultUnreadable, "Job \(job.key) has ended, but its Pod has not")
            }
            state = .reading
            return
        }
        if pod.phase == .pending { lookAtStart(of: pod, in: world) }
    }

    private mutating func lookAtStart(of pod: Pod, in world: World) {
        let trouble = Self.trouble(of: pod)
        if Self.cannotPull(pod) {
            // What is configured now may well be there: no reason to wait for what was configured then.
            let isOutdated = !Self.runs(world.configuration, pod)
            if isOutdated || has(passed: Self.pullLimit, since: created) {
                return fail(.scannerNotPullable, trouble ?? "")
            }
            state = .running(note: FailedTry(reason: .scannerNotPullable, message: trouble ?? ""))
            return
        }
        guard has(passed: Self.podGrace, since: created) else { return }
        let warning = warning(about: pod.metadata.uid, in: world)
        let message = trouble ?? warning.text
        if has(passed: Self.startLimit, since: created), trouble != nil || warning != .unknown {
            return fail(.podNotStarted, message ?? "Pod \(pod.key) is pending for ten minutes; see its Events")
        }
        state = .running(note: FailedTry(reason: .podNotStarted, message: message ?? "Pod \(pod.key) is pending"))
    }

    /// What the cluster says of an object that does not get on.
    private enum Warning: Equatable {
        case unknown
        case nothing
        case said(String)

        var text: String? { if case .said(let text) = self { text } else { nil } }
    }

    private mutating func warning(about uid: String, in world: World) -> Warning {
        let question = JobEvents(namespace: job.key.namespace, uid: uid)
        eventsQuestion = question
        switch world.fact(question) {
        case .unknown: return .unknown
        case .known(let answer, _): return answer.warning.map(Warning.said) ?? .nothing
        case .failed: return .nothing
        }
    }

    private static func cannotPull(_ pod: Pod) -> Bool {
        pod.containers.contains { container in
            guard case .waiting(let reason, _) = container.status.state else { return false }
            return reason.hasSuffix("ImagePull") || reason.hasSuffix("ImagePullBackOff") || reason == "InvalidImageName"
        }
    }

    /// True when a scan Pod has the images that a new one would have.
    private static func runs(_ configuration: OperatorConfiguration, _ pod: Pod) -> Bool {
        pod.containers.allSatisfy { container in
            switch container.name {
            case ScanJob.scannerContainer: container.image == configuration.scanner.image
            case ScanJob.courierContainer: container.image == configuration.courierImage
            default: true
            }
        }
    }

    /// The first thing that the kubelet has to say of a container.
    private static func trouble(of pod: Pod) -> String? {
        for container in pod.containers {
            switch container.status.state {
            case .waiting(let reason, let message)
            where !reason.isEmpty && reason != "PodInitializing" && reason != "ContainerCreating":
                return "container \(container.name): \(reason) \(message)"
            case .terminated(let code, let reason) where code != 0:
                return "container \(container.name) ended with exit code \(code): \(reason)"
            default: continue
            }
        }
        return nil
    }

    // MARK: Results

    private mutating func read(_ pod: Pod, isOutOfMemory: Bool, in world: World) {
        let output = ScanOutput(
            job: job.key, jobUID: job.uid, pod: pod.metadata.name, podUID: pod.metadata.uid,
            container: ScanJob.courierContainer,
            units: job.units.map(\.id))
        question = output
        state = .reading
        switch world.fact(output) {
        case .unknown: break
        case .known(let answer, _):
            finish(Self.outcomes(of: job.units, answer, isOutOfMemory: isOutOfMemory))
        case .failed(let failure):
            if failure.isFinal || has(passed: Self.readLimit, since: job.job.finishTime ?? created) {
                fail(isOutOfMemory ? .outOfMemory : .resultUnreadable, failure.message)
            }
        }
    }

    /// Units are scanned in order. Of those about which a Pod that was killed for its memory said nothing, the first was
    /// scanned then, and no other had begun.
    private static func outcomes(
        of units: [ScanJob.Unit], _ answer: ScanOutput.Answer, isOutOfMemory: Bool
    ) -> [String: UnitOutcome] {
        var outcomes: [String: UnitOutcome] = [:]
        var isCulpritKnown = false
        for unit in units {
            let said = answer[unit.id]
            switch said {
            case .scanned(let result): outcomes[unit.id] = .scanned(result)
            case .failed(let failure) where !isOutOfMemory || failure.reason != .reportUnreadable:
                let reason = ScanFailureReason(rawValue: failure.reason.rawValue) ?? .unknown
                outcomes[unit.id] = .failed(FailedTry(reason: reason, message: failure.message))
            case nil where !isOutOfMemory:
                outcomes[unit.id] = .failed(
                    FailedTry(reason: .reportUnreadable, message: "the scan Pod printed nothing about it"))
            default:
                outcomes[unit.id] = .failed(
                    isCulpritKnown
                        ? FailedTry(
                            reason: .interrupted, message: "another image took all memory of the scan Pod",
                            costsNoAttempt: true)
                        : FailedTry(reason: .outOfMemory, message: "the kernel ended the scan Pod"))
                isCulpritKnown = true
            }
        }
        return outcomes
    }

    private mutating func fail(_ reason: ScanFailureReason, _ message: String) {
        let outcome = UnitOutcome.failed(FailedTry(reason: reason, message: message))
        finish(Dictionary(job.units.map { ($0.id, outcome) }, uniquingKeysWith: { first, _ in first }))
    }

    private mutating func finish(_ outcomes: [String: UnitOutcome]) {
        wakeUp = nil
        state = .finished(outcomes)
    }

    /// True when the time is over; otherwise remembers to look again when it is.
    private mutating func has(passed limit: Duration, since start: Timestamp) -> Bool {
        let end = start + limit
        if now >= end { return true }
        wakeUp = wakeUp.map { min($0, end) } ?? end
        return false
    }
}
