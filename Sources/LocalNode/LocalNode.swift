// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import Essentials
import FactSources
import Glibc
import HTTPTransport
import KubernetesClient
import KubernetesModel
import Logging
import Workloads

/// A node, and if need be the controllers and the scheduler too, for an API server that has none: an API client like any other.
///
/// Pods of Jobs run for real, each container under bubblewrap; all other Pods become Running with the digest that their
/// image's registry names, execute nothing, and say so.
package struct LocalNode: Sendable {
    private let node: NodeTools
    private let client: KubernetesClient
    private let loop: PodLoop
    private let runtime: Runtime

    /// - Parameters:
    ///   - registries: a transport for absolute URLs.
    ///   - seed: of every back-off and jitter.
    package init(
        _ settings: NodeSettings, client: KubernetesClient, registries: any HTTPTransport, clock: any RuntimeClock,
        logger: Logger, seed: UInt64
    ) {
        let platform = Machine.platform
        var environment = settings.environment
        environment["TMPDIR"] = settings.scratchFolder
        let tools = ToolRun(environment: environment, clock: clock)
        let asked = Registries(
            transport: registries, plain: settings.plainRegistries, now: { clock.instant() })
        node = NodeTools(
            settings: settings, clock: clock, logger: logger,
            writer: NodeWriter(client: client, clock: clock, logger: logger), objects: ObjectReader(client: client),
            secrets: SecretReader(client: client, now: { clock.instant() }),
            images: ImageCache(settings, tools: tools, registries: asked, platform: platform), registries: asked,
            tools: tools, platform: platform)
        self.client = client
        let loop = PodLoop(node: node)
        self.loop = loop
        var runtimeSettings = Runtime.Settings(
            configuration: OperatorConfiguration(), identity: NodeSettings.name, seed: seed)
        runtimeSettings.usesLeaderElection = false
        runtime = Runtime(
            settings: runtimeSettings, controllers: Self.controllers(settings, loop), sources: [], client: client,
            gate: LeaderGate(clock: clock), clock: clock, logger: logger)
    }

    private static func controllers(_ settings: NodeSettings, _ loop: PodLoop) -> [AnyController] {
        let watch = AnyController(singleton: PodWatch.self) { loop.observe($0) }
        guard settings.runsControllers else { return [watch] }
        return [
            watch, AnyController(singleton: PodPlacement.self), AnyController(DeploymentController.self),
            AnyController(ReplicaSetController.self), AnyController(JobController.self),
        ]
    }

    /// Asks for an orderly end.
    package func shutdown() { runtime.shutdown() }

    /// What containers are made with, and is not here.
    private var missingTools: [String] {
        let folders = (node.settings.environment["PATH"] ?? "").split(separator: ":")
        return ["bwrap", "skopeo", "umoci", "setpriv", "prlimit", "cp"].filter { tool in
            !folders.contains { access("\($0)/\(tool)", X_OK) == 0 }
        }
    }

    /// Says at once what would otherwise be seen at the first Pod: that this machine bars user namespaces.
    private static func tryBubblewrap(_ node: NodeTools) async {
        do throws(ToolRun.Failure) {
            try await node.tools.run(
                ["bwrap", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/", "true"], limit: .seconds(20))
        } catch {
            guard !Task.isCancelled else { return }
            node.logger.warning(
                "Pods of Jobs will not run: bubblewrap cannot make a user namespace",
                metadata: ["error": "\(error.message)"])
        }
    }

    /// Runs until `shutdown()`, or until the task is cancelled; containers end with it.
    package func run() async throws {
        for folder in [node.settings.imagesFolder, node.settings.scratchFolder, node.settings.state + "/pods"] {
            try Folder.make(folder)
        }
        // What an earlier process left there, credentials included.
        let scratch = node.settings.scratchFolder
        for name in Folder.names(in: scratch) { Folder.remove("\(scratch)/\(name)") }
        await node.images.removeUnused(at: node.clock.now())
        if !missingTools.isEmpty {
            node.logger.warning(
                "Pods of Jobs will not run: programs are missing",
                metadata: ["programs": "\(missingTools.joined(separator: " "))"])
        }
        let (node, client, loop, runtime) = (node, client, loop, runtime)
        let canTry = missingTools.isEmpty
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                if canTry { await Self.tryBubblewrap(node) }
                return false
            }
            group.addTask {
                await loop.run()
                return false
            }
            group.addTask {
                await NodeLoop(node: node, client: client).run()
                return false
            }
            group.addTask {
                _ = await runtime.run()
                return true
            }
            while let isEnd = await group.next(), !isEnd {}
            group.cancelAll()
        }
    }
}
