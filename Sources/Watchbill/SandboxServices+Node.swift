// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import HTTPClientTransport
import KubernetesClient
import LocalNode

extension SandboxServices {
    /// Runs the node, with the controllers and the binding that a control plane would have, until `ending` is rung.
    func runNode(in folder: String) async throws {
        let registries = try AHCTransport(AHCTransport.Configuration(), on: loops)
        let settings = NodeSettings(
            state: folder, runsControllers: true,
            environment: Environment.process.filter { ["PATH", "HOME"].contains($0.key) })
        let node = LocalNode(
            settings, client: client(as: "watchbill-node"), registries: registries, clock: SystemClock(),
            logger: logger, seed: UInt64.random(in: .min ... .max))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await ending.wait()
                node.shutdown()
            }
            group.addTask { try await node.run() }
            try await group.next()
            try await group.next()
        }
        await registries.shutdown()
    }
}
