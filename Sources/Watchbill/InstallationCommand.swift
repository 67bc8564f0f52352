// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import ControllerRuntime
import Essentials
import HTTPClientTransport
import Installation
import KubernetesClient

/// `watchbill installation`: what the chart's hooks run.
struct InstallationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "installation", abstract: "Look after an installation: check it, or clean up behind it.",
        subcommands: [CheckCommand.self, SweepCommand.self])
}

/// How both reach the cluster.
struct InstallationOptions: ParsableArguments {
    @Option(help: "A kubeconfig instead of the Pod's service account.") var kubeconfig: String?
    @Option(help: "The context in that kubeconfig.") var context: String?
    @Option(name: [.customShort("n"), .long], help: "The operator's own namespace.") var namespace: String?
    @Option(help: "How long it may take, in seconds.") var timeout = 60

    /// The work gets a client and the operator's namespace.
    func run(_ work: (KubernetesClient, String) async throws -> Void) async throws {
        let credentials: ClusterCredentials
        do {
            credentials = try ClusterCredentials.discover(
                kubeconfig: kubeconfig ?? Environment.option("kubeconfig"),
                context: context ?? Environment.option("context"), environment: Environment.process)
        } catch {
            throw CommandFailure(
                what: "\(error)", place: kubeconfig ?? "the environment",
                remedy: "give --kubeconfig, or run in a Pod with a service account")
        }
        let namespace =
            namespace ?? Environment.option("namespace") ?? Environment.value("POD_NAMESPACE") ?? "watchbill-system"
        let loops = EventLoops(threads: 1)
        let connection = try ClusterLink.connect(credentials, on: loops, clock: SystemClock())
        let client = KubernetesClient(userAgent: "watchbill/\(Version.text)", transport: connection.transport)
        let failure: CommandFailure?
        do {
            try await work(client, namespace)
            failure = nil
        } catch {
            failure = CommandFailure(
                what: "\(error)", place: "namespace \(namespace)",
                remedy: "read the operator's log: kubectl logs -n \(namespace) -l app.kubernetes.io/component=operator")
        }
        await connection.shutdown()
        await loops.shutdown()
        if let failure { throw failure }
    }
}

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Make a suspended policy, see it become ready, and remove it.")

    @OptionGroup var options: InstallationOptions

    func run() async throws {
        try await options.run { client, namespace in
            let check = InstallationCheck(
                client: client, namespace: namespace, identity: UInt32.random(in: .min ... .max),
                wait: { try await Task.sleep(for: .seconds(1)) })
            try await check.run(limit: options.timeout)
            print("a new policy became ready: definitions, rights, leader and status are as they should be")
        }
    }
}

struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Remove scan Jobs, the memory of attempts and the Lease; policies and reports stay.")

    @OptionGroup var options: InstallationOptions
    @Option(help: "Namespaces that were watched, separated by commas; all when absent.") var watchNamespaces: String?

    func run() async throws {
        try await options.run { client, namespace in
            let sweep = InstallationSweep(
                client: client, namespace: namespace,
                watchedNamespaces: watchNamespaces?.split(separator: ",").map(String.init),
                wait: { try await Task.sleep(for: .seconds(2)) })
            print("removed \(try await sweep.run(limit: max(options.timeout / 2, 2))) objects")
        }
    }
}
