// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Exposition
import KubernetesClient
import KubernetesModel
import Logging
import Machines
import Planning

/// The machinery of one operator process: keeps the store fresh, plans, and carries plans out while it leads.
package struct Runtime: Sendable {
    package struct Settings: Sendable {
        package var configuration: OperatorConfiguration
        /// Who this replica is, in the lease and in Events; different for every process start.
        package var identity: String
        /// Namespaces to watch; nil means all.
        package var watchedNamespaces: [String]?
        package var usesLeaderElection = true
        /// Plans that may be carried out at the same time.
        package var workers = 4
        /// The seed of every back-off and jitter.
        package var seed: UInt64

        package init(configuration: OperatorConfiguration, identity: String, seed: UInt64) {
            self.configuration = configuration
            self.identity = identity
            self.seed = seed
        }
    }

    /// Why `run()` returned.
    package enum End: Hashable, Sendable {
        case shutdown
        /// Another replica leads, or may: the process must end, because nothing it still holds may be acted on.
        case lostLease(String)
    }

    package let store: Store
    package let metrics: Metrics
    package let health: Health
    private let dispatcher: Dispatcher
    private let facts: FactLoop
    private let watches: [any WatchLoop]
    private let lease: LeaseLoop?
    private let gate: LeaderGate
    private let ending = Bell()

    /// - Parameters:
    ///   - gate: the gate that the client asks before every write.
    ///   - listed: called after every list of a kind; a good time to give memory back.
    package init(
        settings: Settings, controllers: [AnyController], sources: [any FactSource], client: KubernetesClient,
        gate: LeaderGate,
        clock: any RuntimeClock, metrics: Metrics = Metrics(), logger: Logger,
        listed: @escaping @Sendable () -> Void = {}
    ) {
        var generator = SeededGenerator(seed: settings.seed)
        let namespace = settings.configuration.operatorNamespace
        let store = Store(configuration: settings.configuration)
        let health = Health()
        let keys = KeyRelay()
        let facts = FactLoop(
            sources: sources, store: store, clock: clock, metrics: metrics, logger: logger, seed: generator.next(),
            requeue: keys.relay)
        let interpreter = Interpreter(
            client: client, store: store, facts: facts, clock: clock, memory: WriteMemory(identity: settings.identity),
            logger: logger)
        let coverage = WatchCoverage(of: controllers, settings: settings)
        let dispatcher = Dispatcher(
            controllers: controllers, routing: Routing(controllers, operatorNamespace: namespace),
            scopes: controllers.map(coverage.scopes(of:)), store: store, facts: facts, interpreter: interpreter,
            clock: clock,
            metrics: metrics, logger: logger, workers: settings.workers, seed: generator.next())
        keys.connect(to: dispatcher)
        let parts = WatchParts(
            client: client, store: store, dispatcher: dispatcher, health: health, clock: clock, metrics: metrics,
            logger: logger, listed: listed)
        watches = coverage.watches.map { parts.loop(for: $0.kind, in: $0.namespace, seed: generator.next()) }
        lease =
            settings.usesLeaderElection
            ? LeaseLoop(
                client: client, gate: gate, clock: clock, namespace: namespace, identity: settings.identity,
                metrics: metrics,
                logger: logger, seed: generator.next(), leads: { dispatcher.lead() })
            : nil
        Self.initialize(metrics, controllers: controllers, sources: sources, watches: coverage.watches)
        self.store = store
        self.metrics = metrics
        self.health = health
        self.dispatcher = dispatcher
        self.facts = facts
        self.gate = gate
    }

    /// Every series of this process, as `/metrics` shows them.
    package func metricsText() -> String {
        dispatcher.measure()
        facts.measure()
        return metrics.text()
    }

    /// Registries say that repositories may have changed.
    package func hinted(_ repositories: [HintedRepository]) { facts.hinted(repositories) }

    /// True while this replica may write.
    package var isLeading: Bool { metrics.value(MetricCatalog.leader) == 1 }

    /// Asks for an orderly end: no new plans, running ones are finished, then the lease is given back.
    package func shutdown() {
        health.isEnding = true
        ending.ring()
    }

    /// Every counter whose labels are known begins at zero, so that its first event shows in a rate.
    private static func initialize(
        _ metrics: Metrics, controllers: [AnyController], sources: [any FactSource], watches: [WatchCoverage.Watch]
    ) {
        for controller in controllers {
            for word in Outcome.words { metrics.initialize(MetricCatalog.plans, controller.name, word) }
            metrics.initialize(MetricCatalog.planSeconds, controller.name)
            metrics.initialize(MetricCatalog.eventSeconds, controller.name)
        }
        for source in sources { metrics.initialize(MetricCatalog.facts, type(of: source).questionName, "answered") }
        for watch in watches {
            for reason in WatchMachine.Restart.allCases {
                metrics.initialize(MetricCatalog.watchRestarts, watch.kind.resource.qualifiedPlural, reason.rawValue)
            }
        }
        for verb in ["get", "list", "watch", "log", "update", "apply", "apply-status", "delete"] {
            metrics.initialize(MetricCatalog.requests, verb, "200")
        }
        for verb in ["create", "apply"] { metrics.initialize(MetricCatalog.requests, verb, "201") }
    }

    /// Runs until `shutdown()`, or until the lease is lost.
    package func run() async -> End {
        await withTaskGroup(of: End?.self) { group in
            for watch in watches {
                group.addTask {
                    await watch.run()
                    return nil
                }
            }
            group.addTask {
                await facts.run()
                return nil
            }
            group.addTask {
                await ending.wait()
                lease?.shutdown()
                dispatcher.stop()
                return nil
            }
            group.addTask {
                await dispatcher.run()
                lease?.drained()
                return lease == nil ? .shutdown : nil
            }
            group.addTask {
                guard let lease else {
                    gate.openWithoutElection()
                    metrics.set(MetricCatalog.leader, to: 1)
                    dispatcher.lead()
                    return nil
                }
                return await lease.run().map { .lostLease("\($0)") } ?? .shutdown
            }
            var end: End?
            while end == nil, let finished = await group.next() { end = finished }
            group.cancelAll()
            return end ?? .shutdown
        }
    }
}
