// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import ProbeServer
import ScanPolicyController

/// What the operator is made of.
enum Composition {
    /// Every controller that runs.
    static let controllers = [
        AnyController(ScanPolicyController.self),
        AnyController(singleton: ScanSchedule.self),
    ]

    /// Alive while the process answers; ready once every kind has been listed.
    static func healthRoutes(_ runtime: Runtime) -> [String: ProbeServer.Route] {
        [
            "/healthz": { ProbeAnswer(200, "ok\n") },
            "/readyz": {
                guard let obstacle = runtime.health.obstacle else { return ProbeAnswer(200, "ok\n") }
                return ProbeAnswer(503, obstacle + "\n")
            },
        ]
    }

    static func metricsRoutes(_ runtime: Runtime) -> [String: ProbeServer.Route] {
        ["/metrics": { .metrics(runtime.metrics.text()) }]
    }
}
