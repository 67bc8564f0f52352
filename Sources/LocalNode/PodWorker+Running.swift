// SPDX-License-Identifier: Apache-2.0
import ChildProcesses
import ControllerRuntime
import CustomResources
import Essentials
import Glibc
import KubernetesModel
import Workloads

extension PodWorker {
    /// Runs a Pod's containers: the init containers one after the other, then all others side by side.
    mutating func runForReal() async {
        if pod.hasEnded { return removeFolders() }
        if let abandoned = PodStanding.abandoned(pod, at: node.clock.now()) {
            standing = abandoned
            removeFolders()
            await node.writer.tell(
                pod, isWarning: true, "NodeRestarted", "its containers ended with the node program that ran them")
            return await report()
        }
        await report()
        deadline = endOfTime
        var volumes = VolumeFolders(pod, folder: "\(folder)/volumes", objects: node.objects)
        guard await prepare(&volumes) else { return await finish() }
        let deadline = deadline
        for name in standing.initContainers {
            while standing.failure == nil, standing[name].ending?.exitCode != 0 {
                await run(name, volumes, deadline)
                guard mayRestart(name, deadline) else { return await finish() }
            }
        }
        await runMain(volumes, deadline)
        await finish()
    }

    /// Where a process before this one was killed, Secrets may still lie.
    private func removeFolders() {
        for name in ["volumes", "roots"] { Folder.remove("\(folder)/\(name)") }
    }

    private var endOfTime: Instant? {
        guard let seconds = pod.spec["activeDeadlineSeconds"]?.integerValue else { return nil }
        let left = standing.startTime + .seconds(seconds) - node.clock.now()
        return node.clock.instant() + max(.zero, left)
    }

    private mutating func prepare(_ volumes: inout VolumeFolders) async -> Bool {
        var tries = 0
        while control.grace == nil, !Task.isCancelled, standing.failure == nil {
            do throws(VolumeFolders.Problem) {
                try await volumes.prepare()
                return true
            } catch {
                tries += 1
                await node.writer.tell(
                    pod, isWarning: true, "FailedMount", "MountVolume.SetUp failed: \(error.message)",
                    identity: "\(tries)")
                await pause(min(.seconds(60), .seconds(1) * (1 << min(tries, 6))))
            }
        }
        return false
    }

    /// The containers side by side; each is a task that has its own copy of how the Pod stands, and what becomes of it is
    /// brought together here.
    private mutating func runMain(_ volumes: VolumeFolders, _ deadline: Instant?) async {
        guard standing.failure == nil, control.grace == nil else { return }
        let (stream, updates) = AsyncStream<(String, ContainerRun?)>.makeStream()
        let names = standing.containers
        let start = self
        await withDiscardingTaskGroup { group in
            for name in names {
                group.addTask {
                    var worker = start
                    worker.updates = updates
                    repeat {
                        await worker.run(name, volumes, deadline)
                    } while worker.mayRestart(name, deadline)
                    if worker.standing.failure != nil { updates.yield(("", nil)) }
                    updates.yield((name, nil))
                }
            }
            var left = Set(names)
            for await (name, run) in stream {
                if let run {
                    standing[name] = run
                    await report()
                } else if name.isEmpty {
                    standing.failure = Self.lateFailure
                } else {
                    left.remove(name)
                    if left.isEmpty { return }
                }
            }
        }
    }

    static let lateFailure = (
        reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline"
    )

    /// Whether a container that has ended is started again, after a wait.
    private func mayRestart(_ name: String, _ deadline: Instant?) -> Bool {
        guard standing.failure == nil, control.grace == nil, !Task.isCancelled else { return false }
        guard let ending = standing[name].ending else { return true }
        if standing.initContainers.contains(name), ending.exitCode == 0 { return true }
        switch pod.restartPolicy {
        case "Never": return false
        case "OnFailure": return ending.exitCode != 0
        default: return !standing.initContainers.contains(name) || ending.exitCode != 0
        }
    }

    /// One start of one container, until it has ended.
    private mutating func run(_ name: String, _ volumes: VolumeFolders, _ deadline: Instant?) async {
        if let last = standing[name].ending {
            await backOff(name, last)
            guard control.grace == nil, standing.failure == nil else { return }
        }
        let image = await pull(name) { (text, credentials, node) throws(PullFailure) in
            try await node.images.image(text, credentials: credentials)
        }
        endIfLate()
        guard let image, let container = container(name), standing.failure == nil else { return }
        standing[name].imageID = image.imageID
        let setup: ContainerSetup
        do throws(ContainerSetup.Problem) {
            setup = try await ContainerSetup(container, of: pod, image: image, volumes: volumes, node: node)
        } catch {
            return await refuse(name, error)
        }
        await watch(name, setup, deadline)
        setup.discard()
    }

    /// 10 s, 20 s, 40 s, … between restarts.
    private mutating func backOff(_ name: String, _ last: ContainerRun.Ending) async {
        let wait = min(Duration.seconds(300), .seconds(10) * (1 << min(5, standing[name].restarts)))
        standing[name].last = last
        standing[name].state = .waiting(
            reason: "CrashLoopBackOff",
            message: "back-off \(wait.components.seconds)s restarting failed container=\(name)")
        await tellState(name)
        await pause(wait)
        standing[name].restarts += 1
    }

    /// It cannot be set up: a setting that may be mended is tried again, a program that is not there is the container's end.
    private mutating func refuse(_ name: String, _ problem: ContainerSetup.Problem) async {
        switch problem {
        case .configuration(let message):
            standing[name].state = .waiting(reason: "CreateContainerConfigError", message: message)
            await tellState(name)
            await node.writer.tell(pod, isWarning: true, "Failed", "Error: \(message)", identity: "config/\(name)")
            await pause(.seconds(10))
        case .start(let message):
            let now = node.clock.now()
            standing[name].state = .ended(
                .init(exitCode: 128, reason: "StartError", message: message, started: now, finished: now))
            await tellState(name)
        }
    }

    private mutating func watch(_ name: String, _ setup: ContainerSetup, _ deadline: Instant?) async {
        let started = node.clock.now()
        let process: ContainerProcess
        do throws(SpawnError) {
            process = try await ContainerProcess.start(
                setup.arguments, scratch: node.settings.scratchFolder, environment: node.settings.environment,
                clock: node.clock)
        } catch {
            return await refuse(name, .start("bwrap cannot be started: \(String(cString: strerror(error.number)))"))
        }
        standing[name].state = .running(since: started)
        await tellState(name)
        // That of the run before is kept for `kubectl logs --previous`.
        rename("\(folder)/\(name).log", "\(folder)/\(name).previous.log")
        var log = LogFile("\(folder)/\(name).log")
        let (control, clock) = (control, node.clock)
        let grace = Duration.seconds(pod.spec["terminationGracePeriodSeconds"]?.integerValue ?? 30)
        var isLate = false
        let end = await process.wait(log: &log, limits: .init(memory: setup.memoryLimit, grace: grace)) {
            if let grace = control.grace { return grace }
            guard let deadline, clock.instant() >= deadline else { return nil }
            isLate = true
            return grace
        }
        log.finish(at: node.clock.now())
        standing[name].state = .ended(setup.ending(end, started: started, finished: node.clock.now()))
        if isLate {
            standing.failure = Self.lateFailure
            // First: a program that ends well when it is told to has not succeeded.
            updates?.yield(("", nil))
        }
        await tellState(name)
    }

    /// Says how one container stands: to the API, or to the worker that brings all of them together.
    private mutating func tellState(_ name: String) async {
        if let updates { updates.yield((name, standing[name])) } else { await report() }
    }

    /// The last word on the Pod.
    private mutating func finish() async {
        let now = node.clock.now()
        if control.grace != nil, !control.isGone {
            for name in standing.containers where !standing[name].isRunning && standing[name].ending == nil {
                standing[name].state = .ended(
                    .init(
                        exitCode: 137, reason: "ContainerStatusUnknown",
                        message: "The Pod was deleted before the container was started", started: now, finished: now))
            }
        }
        if !control.isGone { await report() }
        Folder.remove("\(folder)/volumes")
    }
}
