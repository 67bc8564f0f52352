// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import FactSources
import KubernetesModel
import OCIModel
import OCIRegistry
import Planning
import Workloads

/// Everything that becomes of one Pod on this node, from its binding to its end.
struct PodWorker {
    let control: PodControl
    let node: NodeTools
    var standing: PodStanding
    /// When the Pod's time is over; nil for never.
    var deadline: Instant?
    /// The API has not taken what was said last.
    private var isUnsaid = false
    /// Where the worker of one container says what becomes of it; nil for the Pod's own.
    var updates: AsyncStream<(String, ContainerRun?)>.Continuation?

    init(_ control: PodControl, node: NodeTools) {
        self.control = control
        self.node = node
        standing = PodStanding(control.pod, startTime: node.clock.now())
    }

    var pod: WholePod { control.pod }
    var folder: String { node.settings.podFolder(pod.metadata.uid) }

    /// Returns when nothing of the Pod is left here.
    mutating func run() async {
        if pod.runsForReal {
            await runForReal()
        } else {
            await standIn()
        }
        await awaitDeletion()
        // The node ends, not the Pod: its next life finds it in the API.
        guard control.grace != nil else { return }
        if !control.isGone { await node.writer.finishDeletion(of: pod) }
        Folder.remove(folder)
    }

    /// Says how the Pod stands.
    mutating func report() async { isUnsaid = !(await node.writer.write(standing, of: pod)) }

    /// The last word on a Pod is said until it is heard: nobody else would say it.
    private mutating func awaitDeletion() async {
        while control.grace == nil, !Task.isCancelled {
            guard isUnsaid else {
                await control.bell.wait()
                continue
            }
            await control.pause(.seconds(5), on: node.clock)
            if control.grace == nil { await report() }
        }
    }

    /// Waits, but no longer than until the Pod is to end or its time is over.
    mutating func pause(_ duration: Duration) async {
        let left = deadline.map { max(.zero, $0 - node.clock.instant()) } ?? duration
        await control.pause(min(duration, left), on: node.clock)
        endIfLate()
    }

    /// A Pod whose time is over has failed, whatever it waits for.
    mutating func endIfLate() {
        guard let deadline, standing.failure == nil, node.clock.instant() >= deadline else { return }
        standing.failure = Self.lateFailure
    }

    // MARK: Pods that only look as if they ran

    static let notRunAnnotation = "watchbill.dev/local-node"

    private mutating func standIn() async {
        if pod.phase == "Running" || pod.hasEnded { return }
        await report()
        for name in standing.initContainers + standing.containers {
            guard let imageID = await resolve(name) else { return }
            standing[name].imageID = imageID
        }
        let now = node.clock.now()
        for name in standing.initContainers {
            standing[name].state = .ended(.init(exitCode: 0, reason: "Completed", started: now, finished: now))
        }
        for name in standing.containers { standing[name].state = .running(since: now) }
        let words = "nothing of this Pod is executed: the local node runs only the Pods of Jobs"
        await node.writer.annotate(pod, [Self.notRunAnnotation: "NotRun: \(words)"])
        await report()
        await node.writer.tell(pod, "NotRun", words)
    }

    /// The image's ID as its registry has it; nil when the Pod is to end before there is an answer.
    private mutating func resolve(_ name: String) async -> String? {
        await pull(name) { (image, credentials, node) throws(PullFailure) in
            try await node.registries.answer(image, credentials: credentials, platform: node.platform).imageID
        }
    }

    // MARK: Images

    /// Tries until there is an image, with the kubelet's states and waits between; nil when the Pod is to end before.
    mutating func pull<Result: Sendable>(
        _ name: String,
        _ attempt: (String, [RegistryCredential], NodeTools) async throws(PullFailure) -> Result
    ) async -> Result? {
        let image = container(name)?["image"]?.stringValue ?? ""
        var wait = PullWait()
        while control.grace == nil, !Task.isCancelled, standing.failure == nil {
            do throws(PullFailure) {
                return try await attempt(image, credentials(for: image), node)
            } catch {
                let states = wait.failed(image: image, message: error.message)
                standing[name].state =
                    error.reason == "ErrImagePull"
                    ? states.now : .waiting(reason: error.reason, message: error.message)
                await report()
                await node.writer.tell(
                    pod, isWarning: true, "Failed", "Failed to pull image \"\(image)\": \(error.message)",
                    identity: "\(name)/\(wait.failures)")
                await pause(.seconds(1))
                if error.reason == "ErrImagePull", standing.failure == nil {
                    standing[name].state = states.then
                    await report()
                }
                await pause(states.wait)
            }
        }
        return nil
    }

    private func credentials(for image: String) async throws(PullFailure) -> [RegistryCredential] {
        let names = (pod.spec["imagePullSecrets"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        guard !names.isEmpty else { return [] }
        let reference: ImageReference
        do throws(ImageReferenceError) { reference = try ImageReference(parsing: image) } catch { return [] }
        do throws(FactFailure) {
            return try await node.secrets.credentials(
                for: reference, in: names.map { ObjectKey(namespace: pod.metadata.namespace, name: $0) })
        } catch {
            throw PullFailure(message: error.message)
        }
    }

    func container(_ name: String) -> JSONValue? {
        for list in ["initContainers", "containers"] {
            if let found = pod.spec[list]?.arrayValue?.first(where: { $0["name"]?.stringValue == name }) {
                return found
            }
        }
        return nil
    }
}
