// SPDX-License-Identifier: Apache-2.0
import CMemory
import CommandLine
import ControllerRuntime
import CustomResources
import Essentials
import Exposition
import FactSources
import Facts
import HTTPClientTransport
import HTTPTransport
import KubernetesClient
import Logging
import Notifications
import OCIRegistry
import ProbeServer
import UnixSignals

/// The operator as one process: connections, probes, signals and the runtime.
struct OperatorProcess {
    let settings: OperatorSettings
    let logger: Logger

    func run() async throws -> Runtime.End {
        let clock = SystemClock()
        let loops = EventLoops(threads: 1)
        let connection: ClusterConnection?
        let transport: (Lane) -> any HTTPTransport
        switch settings.server {
        case .cluster(let credentials):
            let opened = try ClusterLink.connect(credentials, on: loops, clock: clock)
            connection = opened
            transport = opened.transport
        case .inProcess(let direct):
            connection = nil
            transport = { _ in direct }
        }
        let egress = try EgressWays(settings.configuration.egress, on: loops)
        let watches = WatchWitness()
        let gate = LeaderGate(clock: clock)
        let metrics = Metrics()
        let witness = ScanWitness()
        let client = KubernetesClient(
            userAgent: "watchbill/\(Version.text)", gate: { gate.timeLeft },
            answered: { metrics.count($0, code: $1) }, transport: transport)
        let runtime = Runtime(
            settings: runtimeSettings, controllers: Composition.controllers(witness),
            sources: [
                ScanOutputSource(client: client, metrics: metrics, witness: witness), JobEventsSource(client: client),
                VEXDocumentsSource(client: client),
                DeliverySource(
                    client: client, route: egress.deliveries, userAgent: "watchbill/\(Version.text)",
                    now: { clock.now() }, witness: watches.delivered(by:_:)),
            ] + registrySources(egress.registries, client, watches, clock),
            client: client, gate: gate, clock: clock, metrics: metrics, logger: logger,
            listed: { cmemory_trim() })
        logger.notice(
            "starting",
            metadata: [
                "version": "\(Version.text)", "server": "\(settings.server)",
                "identity": "\(settings.identity)",
                "namespace": "\(settings.configuration.operatorNamespace)",
            ])
        tellUnknownFields(metrics)
        let end = try await serve(runtime, witness, watches, connection, on: loops, clock: clock)
        logger.notice("ended", metadata: ["why": "\(end)"])
        await connection?.shutdown()
        await egress.registries.shutdown()
        await loops.shutdown()
        return end
    }

    /// A chart that is newer than this image, or a typing error: the operator works, and says what it leaves aside.
    private func tellUnknownFields(_ metrics: Metrics) {
        let unknown = settings.configuration.unknownFields
        metrics.set(MetricCatalog.unknownFields, to: Double(unknown.count))
        for field in unknown {
            logger.warning(
                "the configuration has a field that this version does not know; it has no effect",
                metadata: ["field": "\(field)", "version": "\(Version.text)"])
        }
    }

    /// What asks registries: one client, so that tokens and budgets are shared.
    private func registrySources(
        _ transport: EgressTransport, _ client: KubernetesClient, _ watches: WatchWitness, _ clock: SystemClock
    ) -> [any FactSource] {
        let registries = RegistryClient(
            transport: transport,
            endpoints: settings.configuration.registries.map {
                RegistryEndpoint(host: $0.host, endpoint: $0.endpoint, isPlainHTTP: $0.plainHTTP)
            },
            now: { clock.instant() },
            ended: { registry, exchange in
                switch exchange {
                case .answered(let status): watches.requested(registry, status: status)
                case .notAnswered: watches.requested(registry, status: nil)
                case .refused: watches.refused(registry)
                }
            })
        let secrets = SecretReader(client: client, now: { clock.instant() })
        let checked: @Sendable () -> Void = { watches.checked(at: clock.now()) }
        return [
            DigestSource(of: TagDigest.self, registries: registries, secrets: secrets, checked: checked),
            DigestSource(of: DatabaseDigest.self, registries: registries, secrets: secrets),
            RepositoryTagsSource(registries: registries, secrets: secrets, checked: checked),
            ImageContentSource(registries: registries, secrets: secrets),
        ]
    }

    private var runtimeSettings: Runtime.Settings {
        var result = Runtime.Settings(
            configuration: settings.configuration, identity: settings.identity, seed: UInt64.random(in: .min ... .max))
        result.watchedNamespaces = settings.watchedNamespaces
        result.usesLeaderElection = settings.usesLeaderElection
        return result
    }

    /// Runs everything until the runtime ends; a signal asks it to.
    private func serve(
        _ runtime: Runtime, _ witness: ScanWitness, _ watches: WatchWitness, _ connection: ClusterConnection?,
        on loops: EventLoops,
        clock: SystemClock
    ) async throws -> Runtime.End {
        let health = ProbeServer(
            purpose: "health", address: settings.health, routes: Composition.healthRoutes(runtime), group: loops.group,
            logger: quiet)
        let metrics = ProbeServer(
            purpose: "metrics", address: settings.metrics,
            routes: Composition.metricsRoutes(runtime, witness, watches, clock),
            group: loops.group,
            logger: quiet)
        let hints = settings.hintSecrets.map {
            HintReceiver(secretsIn: $0, runtime: runtime, clock: clock, logger: logger)
                .server(settings.hints, group: loops.group, logger: quiet)
        }
        return try await withThrowingTaskGroup(of: Runtime.End?.self) { group in
            if let hints {
                group.addTask {
                    try await hints.run()
                    return nil
                }
            }
            for server in [health, metrics] {
                group.addTask {
                    try await server.run()
                    return nil
                }
            }
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    logger.notice("draining", metadata: ["signal": "\(signal)"])
                    runtime.shutdown()
                    return nil
                }
                return nil
            }
            group.addTask {
                await connection?.run(
                    sleep: { try await Task.sleep(for: $0) },
                    failed: { logger.warning("credentials could not be read again", metadata: ["error": "\($0)"]) })
                return nil
            }
            group.addTask {
                await trimMemory()
                return nil
            }
            group.addTask { await runtime.run() }
            defer { group.cancelAll() }
            do {
                while let finished = try await group.next() {
                    guard let end = finished else { continue }
                    await health.stop()
                    await metrics.stop()
                    await hints?.stop()
                    return end
                }
            } catch {
                runtime.shutdown()
                throw CommandFailure(
                    what: "\(error)",
                    place: "--metrics \(settings.metrics), --health \(settings.health) or --hints \(settings.hints)",
                    remedy: "choose an address that is free")
            }
            return .shutdown
        }
    }

    /// Gives back what was needed once: an operator waits for most of its life.
    private func trimMemory() async {
        do {
            while true {
                try await Task.sleep(for: Self.trimInterval)
                cmemory_trim()
            }
        } catch {
            // The operator ends.
        }
    }

    private static let trimInterval = Duration.seconds(60)

    /// The servers' own chatter is of no use in the operator's log.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = .error
        return quiet
    }
}
