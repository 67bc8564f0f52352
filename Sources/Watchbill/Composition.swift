// SPDX-License-Identifier: Apache-2.0
import ChannelController
import ControllerRuntime
import Essentials
import FactSources
import ImageWatchController
import ProbeServer
import ScanPolicyController

/// What the operator is made of.
enum Composition {
    /// Every controller that runs.
    static func controllers(_ witness: ScanWitness) -> [AnyController] {
        [
            AnyController(ScanPolicyController.self),
            AnyController(singleton: ScanSchedule.self) { witness.observe($0) },
            AnyController(ImageWatchController.self),
            AnyController(ChannelController.self),
        ]
    }

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

    static func metricsRoutes(
        _ runtime: Runtime, _ witness: ScanWitness, _ watches: WatchWitness, _ clock: any RuntimeClock
    ) -> [String: ProbeServer.Route] {
        [
            "/metrics": { .metrics(runtime.metricsText()) },
            "/metrics/diun": { .metrics(watches.text(of: runtime.store.world, isLeading: runtime.isLeading)) },
            "/metrics/trivy": {
                .metrics(witness.text(of: runtime.store.world, at: clock.now(), isLeading: runtime.isLeading))
            },
        ]
    }
}
