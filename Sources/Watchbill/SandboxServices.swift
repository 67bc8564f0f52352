// SPDX-License-Identifier: Apache-2.0
import CommandLine
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import HTTPClientTransport
import HTTPTransport
import KubernetesClient
import Logging
import Synchronization
import UnixSignals

/// What runs beside the sandbox's server in the same process; each speaks to it through a client on its own transport.
struct SandboxServices: Sendable {
    let server: EmbeddedAPIServer
    let withOperator: Bool
    /// The folder in which the node keeps its images, logs and volumes; nil when there is to be none.
    let nodeState: String?
    let loops: EventLoops
    let logger: Logger
    /// Rung when the node is to end.
    let ending = Bell()

    private enum Ended { case signal, service(String) }

    /// Whether a signal came; on one the operator and the wait for it end at nearly the same time, in either order.
    private final class Asked: Sendable {
        let value = Mutex(false)
    }

    /// Runs until a signal comes, and then until every service has ended in order.
    func run() async throws {
        let asked = Asked()
        try await withThrowingTaskGroup(of: Ended.self) { group in
            var running = 0
            if withOperator {
                running += 1
                group.addTask { try await runOperator() }
            }
            if let nodeState {
                running += 1
                group.addTask {
                    try await runNode(in: nodeState)
                    return .service("the node")
                }
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
                asked.value.withLock { $0 = true }
                ending.ring()
                return .signal
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if case .service(let name) = ended {
                    running -= 1
                    try await Task.sleep(for: .milliseconds(200))
                    guard asked.value.withLock({ $0 }) else {
                        throw CommandFailure(
                            what: "\(name) ended", place: "the sandbox", remedy: "see what it said, and start again")
                    }
                }
                if running == 0, asked.value.withLock({ $0 }) { return }
            }
        }
    }

    /// A client for a service of this process.
    func client(as name: String) -> KubernetesClient {
        let transport = server.transport()
        return KubernetesClient(userAgent: name, fieldManager: name, transport: { _ in transport })
    }

    // MARK: The operator

    /// The definitions of our kinds and the operator's namespace.
    static var operatorObjects: [JSONValue] {
        let namespace: JSONValue = [
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": ["name": .string(OperatorConfiguration().operatorNamespace)],
        ]
        return CustomResourceDefinition.all.map { $0.rendered(withExpressions: false) } + [namespace]
    }

    private func runOperator() async throws -> Ended {
        // Without an image scan Jobs name one that is nowhere, which a node says of the Pod.
        let image = Environment.value("WATCHBILL_IMAGE") ?? "watchbill.invalid/operator:none"
        let settings = try OperatorSettings(sandbox: server.transport(), image: image)
        let end = try await OperatorProcess(settings: settings, logger: logger).run()
        return .service("the operator (\(end))")
    }
}
