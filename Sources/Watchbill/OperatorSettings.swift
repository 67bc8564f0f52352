// SPDX-License-Identifier: Apache-2.0
import CommandLine
import ControllerRuntime
import CustomResources
import Essentials
import HTTPTransport
import KubernetesClient
import ProbeServer
import YAML

/// What the operator was started with, read and checked before anything runs.
struct OperatorSettings: Sendable {
    var configuration: OperatorConfiguration
    var server: OperatorServer
    var watchedNamespaces: [String]?
    var metrics: ListenAddress
    var health: ListenAddress
    var hints: ListenAddress
    /// Nil: none are taken.
    var hintSecrets: String?
    var usesLeaderElection: Bool
    /// This process: the host's name and a number of its own.
    var identity: String

    init(_ command: OperatorCommand) throws {
        configuration = try Self.configuration(from: command.config ?? Environment.option("config"))
        if let namespace = command.namespace ?? Environment.option("namespace") ?? Environment.value("POD_NAMESPACE") {
            configuration.operatorNamespace = namespace
        }
        if let image = Environment.value("WATCHBILL_IMAGE"), configuration.courierImage.isEmpty {
            configuration.courierImage = image
        }
        guard !configuration.courierImage.isEmpty else {
            throw CommandFailure(
                what: "the courier's image is not known", place: "WATCHBILL_IMAGE and courierImage in --config",
                remedy: "name the image that holds this program, by digest", code: .usage)
        }
        watchedNamespaces = (command.watchNamespaces ?? Environment.option("watch-namespaces"))?.split(separator: ",")
            .map(String.init)
        usesLeaderElection = command.leaderElect
        hintSecrets = command.hintsSecrets ?? Environment.option("hints-secrets")
        do {
            metrics = try ListenAddress(command.metrics)
            health = try ListenAddress(command.health)
            hints = try ListenAddress(command.hints)
        } catch {
            throw CommandFailure(
                what: "\(error)", place: "--metrics, --health or --hints",
                remedy: "give an address like :8080 or 127.0.0.1:8080", code: .usage)
        }
        do {
            let credentials = try ClusterCredentials.discover(
                kubeconfig: command.kubeconfig ?? Environment.option("kubeconfig"),
                context: command.context ?? Environment.option("context"), environment: Environment.process)
            server = .cluster(credentials)
        } catch {
            throw CommandFailure(
                what: "\(error)", place: command.kubeconfig ?? "the environment",
                remedy: "give --kubeconfig, or run in a Pod with a service account")
        }
        identity = Self.newIdentity()
    }

    /// For an operator beside a sandbox's server.
    init(sandbox transport: any HTTPTransport, image: String) throws(ProbeServerError) {
        configuration = OperatorConfiguration()
        configuration.courierImage = image
        server = .inProcess(transport)
        // Nobody asks for them here, so any port will do.
        metrics = try ListenAddress("127.0.0.1:0")
        health = metrics
        hints = metrics
        usesLeaderElection = true
        identity = Self.newIdentity()
    }

    private static func newIdentity() -> String {
        "\(Environment.value("HOSTNAME") ?? "watchbill")-\(String(UInt32.random(in: .min ... .max), radix: 16))"
    }

    private static func configuration(from path: String?) throws -> OperatorConfiguration {
        guard let path else { return OperatorConfiguration() }
        do {
            return try OperatorConfiguration(json: try JSONValue(yaml: try LocalFile.read(path)))
        } catch {
            throw CommandFailure(what: "\(error)", place: path, remedy: "correct the configuration file", code: .usage)
        }
    }
}

/// Whose API the operator works with.
enum OperatorServer: Sendable {
    case cluster(ClusterCredentials)
    /// A server in this process.
    case inProcess(any HTTPTransport)
}

extension OperatorServer: CustomStringConvertible {
    var description: String {
        switch self {
        case .cluster(let credentials): credentials.server
        case .inProcess: "the sandbox"
        }
    }
}
