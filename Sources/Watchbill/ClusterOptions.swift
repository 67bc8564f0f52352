// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import CommandShell
import ControllerRuntime
import Essentials
import HTTPClientTransport
import KubernetesClient

/// Which cluster, and which of its namespaces, as kubectl has it.
struct ClusterOptions: ParsableArguments {
    @Option(help: "A kubeconfig; else KUBECONFIG, the Pod's service account, ~/.kube/config.") var kubeconfig: String?
    @Option(help: "The context in the kubeconfig; else its current one.") var context: String?
    @Option(name: [.customShort("n"), .long], help: "The namespace; else the context's.") var namespace: String?

    func connect() throws -> ClusterSession {
        let credentials: ClusterCredentials
        do {
            credentials = try ClusterCredentials.discover(
                kubeconfig: kubeconfig ?? Environment.option("kubeconfig"),
                context: context ?? Environment.option("context"), environment: Environment.process)
        } catch {
            throw CommandFailure(
                what: error.problem, place: error.path.isEmpty ? error.file : "\(error.file), \(error.path)",
                remedy: "name a kubeconfig with --kubeconfig and a context in it with --context")
        }
        return try ClusterSession(credentials, namespace: namespace ?? credentials.namespace)
    }
}

/// The same for commands that can look at all namespaces.
struct ScopeOptions: ParsableArguments {
    @OptionGroup var cluster: ClusterOptions
    @Flag(name: [.customShort("A"), .long], help: "Look in all namespaces.") var allNamespaces = false

    func validate() throws {
        if allNamespaces && cluster.namespace != nil {
            throw ValidationError("--all-namespaces and --namespace exclude each other. Please provide one of them.")
        }
    }
}

/// A connection for one command.
struct ClusterSession {
    let namespace: String
    let server: String
    let reader: ClusterReader
    private let connection: ClusterConnection
    private let loops: EventLoops

    init(_ credentials: ClusterCredentials, namespace: String) throws {
        loops = EventLoops(threads: 1)
        connection = try ClusterLink.connect(credentials, on: loops, clock: SystemClock())
        server = credentials.server
        self.namespace = namespace
        reader = ClusterReader(
            client: KubernetesClient(
                userAgent: "watchbill/\(Version.text)", fieldManager: "watchbill-cli",
                transport: connection.transport),
            source: credentials.source)
    }

    /// Runs `body`, and closes the connections whatever becomes of it.
    func run(_ body: (ClusterSession) async throws -> CommandStatus) async throws {
        let status: CommandStatus
        do {
            status = try await body(self)
        } catch {
            await close()
            throw error
        }
        await close()
        try status.end()
    }

    private func close() async {
        await connection.shutdown()
        await loops.shutdown()
    }
}

/// How the API server is spoken to, by the operator and by commands.
enum ClusterLink {
    static func connect(
        _ credentials: ClusterCredentials, on loops: EventLoops, clock: SystemClock
    ) throws -> ClusterConnection {
        let server = credentials.server
        do {
            return try ClusterConnection(credentials, now: { clock.instant() }) { lane, material in
                var configuration = AHCTransport.Configuration(baseURL: server)
                configuration.tls.authorities = material.authorities
                configuration.tls.serverName = material.serverName
                if let certificateChain = material.certificateChain, let privateKey = material.privateKey {
                    configuration.tls.identity = .init(certificateChain: certificateChain, privateKey: privateKey)
                }
                // A watch holds its connection, so that one dead connection never takes them all.
                if lane == .watches {
                    configuration.protocols = .http1Only
                    configuration.connections = 64
                }
                return try AHCTransport(configuration, on: loops)
            }
        } catch {
            throw CommandFailure(
                what: "\(error)", place: credentials.source, remedy: "correct the credentials for the API server")
        }
    }
}

/// How a command's words look.
struct DisplayOptions: ParsableArguments {
    @Flag(name: .customLong("no-color"), help: "No colours on a terminal either; so does NO_COLOR.") var noColor = false

    /// The process's own. Colours and progress are for terminals; NO_COLOR (no-color.org) is honoured when it is not empty.
    var output: Output {
        let showsProgress = Descriptor.isTerminal(2)
        let isPlain = noColor || Environment.value("NO_COLOR") != nil
        return Output(
            isColoured: Descriptor.isTerminal(1) && !isPlain,
            write: { Descriptor.write($0, to: 1) }, note: StandardError.print,
            progress: { line in
                guard showsProgress else { return }
                Descriptor.write("\r\u{1B}[K" + (line ?? ""), to: 2)
            })
    }
}

extension ResultFormat: ExpressibleByArgument {}
extension StructuredOutput: ExpressibleByArgument {}

/// Real time passing.
enum Pause {
    static func sleep(_ duration: Duration) async throws(CancellationError) {
        do { try await Task.sleep(for: duration) } catch { throw CancellationError() }
    }
}
