// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import KubernetesClient
import KubernetesModel
import Planning

/// Plays a part of the cluster that is not the operator: the kubelet, the Job controller.
package protocol ClusterPart: AnyObject {
    /// Does what is due now; called whenever everything has come to rest. True when it changed anything.
    func act(on rig: OperatorRig) -> Bool
    /// When it will have something to do though nothing happens.
    var nextDeadline: Instant? { get }
}

/// The whole operator in virtual time: an API server in memory, one process or several, and whatever else acts on the cluster.
///
/// Nothing sleeps. Processes have exactly the rights that their contracts ask for; the server's audit is the witness.
package final class OperatorRig {
    package struct Options: Sendable {
        package var controllers: [AnyController] = []
        /// CustomResourceDefinitions to serve.
        package var definitions: [JSONValue] = []
        /// What answers facts, for each process anew.
        package var sources: @Sendable (KubernetesClient, Metrics) -> [any FactSource] = { _, _ in [] }
        package var configuration = OperatorConfiguration()
        package var namespaces = ["default"]
        package var watchedNamespaces: [String]?
        package var usesLeaderElection = false
        /// Seeds uids, back-offs and, when `shufflesSteps`, the order in which tasks run.
        package var seed: UInt64 = 1
        package var shufflesSteps = false
        package var server = EmbeddedAPIServer.Options()

        package init() {}
    }

    package let options: Options
    package let simulation: Simulation
    package let server: EmbeddedAPIServer
    package let log = LogWitness()
    package var parts: [any ClusterPart] = []
    /// All that were ever started, in order.
    package private(set) var processes: [OperatorProcess] = []
    /// True once something ran on and on without time passing.
    package private(set) var hasHotLoop = false
    /// Called whenever everything has come to rest.
    package var onRest: () -> Void = {}
    /// A process that crashed is replaced by a new one as soon as everything has come to rest.
    package var restartsCrashed = true

    package init(_ options: Options) {
        self.options = options
        let simulation = Simulation(seed: options.shufflesSteps ? options.seed : nil)
        var serverOptions = options.server
        serverOptions.seed = options.seed
        serverOptions.namespaces += options.namespaces.filter { !serverOptions.namespaces.contains($0) }
        let root = options.configuration.operatorNamespace
        if !serverOptions.namespaces.contains(root) { serverOptions.namespaces.append(root) }
        server = EmbeddedAPIServer(options: serverOptions) { simulation.clock.now() }
        self.simulation = simulation
        for definition in options.definitions { create(.customResourceDefinitions, definition) }
    }

    package var clock: VirtualClock { simulation.clock }
    package var now: Timestamp { clock.now() }

    // MARK: Processes

    /// Starts one more process; it comes to rest before this returns.
    @discardableResult
    package func start(crash: ProcessLink.Crash? = nil) -> OperatorProcess {
        let identity = "watchbill-\(processes.count)"
        let namespace = options.configuration.operatorNamespace
        server.grant(identity, AccessRule.rules(of: options.controllers, operatorNamespace: namespace))
        let process = launch(identity, ProcessLink(clock: clock, crash: crash))
        processes.append(process)
        settle()
        return process
    }

    private func launch(_ identity: String, _ link: ProcessLink) -> OperatorProcess {
        let clock = clock
        let gate = LeaderGate(clock: clock)
        let transport = link.transport(to: server.transport(user: identity))
        let metrics = Metrics()
        let client = KubernetesClient(
            gate: { gate.timeLeft }, sleep: { try await clock.sleep(until: clock.instant() + $0) },
            answered: { metrics.count($0, code: $1) }, transport: { _ in transport })
        var settings = Runtime.Settings(
            configuration: options.configuration, identity: identity, seed: options.seed &+ UInt64(processes.count))
        settings.usesLeaderElection = options.usesLeaderElection
        settings.watchedNamespaces = options.watchedNamespaces
        let runtime = Runtime(
            settings: settings, controllers: options.controllers, sources: options.sources(client, metrics),
            client: client, gate: gate, clock: clock, metrics: metrics, logger: log.logger(identity))
        let ended = Cell<Runtime.End>()
        let executor = ProcessExecutor(simulation.executor)
        let task = Task(executorPreference: executor) {
            let end = await runtime.run()
            if !link.isDead { ended.value = end }
        }
        return OperatorProcess(
            identity: identity, runtime: runtime, link: link, gate: gate, executor: executor, task: task, ended: ended)
    }

    /// Ends a process without warning: nothing it holds in memory survives, nothing it has begun goes on.
    package func crash(_ process: OperatorProcess) {
        process.link.die()
        process.task.cancel()
        settle()
    }

    /// Stops a process in the midst of things, as `SIGSTOP` does: it does nothing, and time goes on.
    package func pause(_ process: OperatorProcess) { process.executor.pause() }

    /// Lets a paused process go on; it comes to rest before this returns.
    package func resume(_ process: OperatorProcess) {
        process.executor.resume()
        settle()
    }

    /// Processes that run.
    package var running: [OperatorProcess] { processes.filter { !$0.isOver } }

    // MARK: Time

    /// Lets everything run that can run without time passing, cluster parts and replacements of crashed processes included.
    package func settle() {
        var rounds = 0
        repeat {
            rounds += 1
            server.timePassed()
            if simulation.executor.settle(limit: 2_000_000) >= 2_000_000 || rounds > 10_000 {
                hasHotLoop = true
                return
            }
        } while buryCrashed() || parts.reduce(false) { $1.act(on: self) || $0 }
        onRest()
    }

    private func buryCrashed() -> Bool {
        var hasBuried = false
        for process in processes where process.link.isDead && !process.task.isCancelled {
            process.link.die()
            process.task.cancel()
            hasBuried = true
            if restartsCrashed {
                let identity = "watchbill-\(processes.count)"
                let namespace = options.configuration.operatorNamespace
                server.grant(identity, AccessRule.rules(of: options.controllers, operatorNamespace: namespace))
                processes.append(launch(identity, ProcessLink(clock: clock, crash: nil)))
            }
        }
        return hasBuried
    }

    /// Lets time pass, stopping at every moment that somebody waits for.
    package func advance(by duration: Duration) {
        let end = clock.instant() + duration
        settle()
        while !hasHotLoop, let next = nextDeadline, next <= end {
            clock.advance(to: next)
            settle()
        }
        clock.advance(to: end)
        settle()
    }

    /// Lets time pass until `condition` holds; false when it does not within `limit`.
    package func advance(atMost limit: Duration, until condition: () -> Bool) -> Bool {
        let end = clock.instant() + limit
        settle()
        while !condition() {
            guard !hasHotLoop, let next = nextDeadline, next <= end else { return false }
            clock.advance(to: next)
            settle()
        }
        return true
    }

    private var nextDeadline: Instant? {
        let now = clock.instant()
        let wall = clock.now()
        let serverDeadline = server.nextDeadline.map { now + ($0 - wall) }
        let all = [clock.nextDeadline, serverDeadline] + parts.map(\.nextDeadline)
        return all.compactMap(\.self).filter { $0 > now }.min()
    }
}
