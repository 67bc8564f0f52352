// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import ControllerRuntime
import Essentials
import HTTPClientTransport
import KubernetesClient
import LocalNode
import Logging
import UnixSignals

/// `watchbill sandbox-node`: the sandbox's node alone, beside any API server that has no node of its own.
struct SandboxNodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox-node", abstract: "Run the sandbox's node beside an API server.", shouldDisplay: false)

    @Option(help: "A kubeconfig; else KUBECONFIG, the Pod's service account, ~/.kube/config.") var kubeconfig: String?
    @Option(help: "A folder of the node's own: images, logs, volumes.") var state: String
    @Flag(inversion: .prefixedNo, help: "Also make Pods of Deployments, ReplicaSets and Jobs, and bind Pods.")
    var controllers = true
    @Option(help: "A registry that speaks plain HTTP, beside those on loopback.") var plainRegistry: [String] = []

    func run() async throws {
        let credentials: ClusterCredentials
        do {
            credentials = try ClusterCredentials.discover(
                kubeconfig: kubeconfig ?? Environment.option("kubeconfig"), context: nil,
                environment: Environment.process)
        } catch {
            throw CommandFailure(
                what: error.problem, place: error.file, remedy: "name a kubeconfig with --kubeconfig")
        }
        let clock = SystemClock()
        let loops = EventLoops(threads: 1)
        let connection = try ClusterLink.connect(credentials, on: loops, clock: clock)
        let registries = try AHCTransport(AHCTransport.Configuration(), on: loops)
        let client = KubernetesClient(
            userAgent: "watchbill/\(Version.text)", fieldManager: "watchbill-node", transport: connection.transport)
        var settings = NodeSettings(
            state: state, runsControllers: controllers,
            environment: Environment.process.filter { ["PATH", "HOME"].contains($0.key) })
        settings.plainRegistries = Set(plainRegistry)
        let node = LocalNode(
            settings, client: client, registries: registries, clock: clock,
            logger: Logger(label: "watchbill.node") { TextLogHandler(label: $0, level: .info) },
            seed: UInt64.random(in: .min ... .max))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    node.shutdown()
                    return
                }
            }
            group.addTask { try await node.run() }
            try await group.next()
            try await group.next()
            group.cancelAll()
        }
        await connection.shutdown()
        await registries.shutdown()
        await loops.shutdown()
    }
}
