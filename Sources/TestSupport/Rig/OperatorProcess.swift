// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Exposition
import KubernetesClient
import KubernetesModel

/// One running operator: a runtime with empty caches and a name of its own, on its own connection.
package struct OperatorProcess: Sendable {
    /// Its name in the Lease, and its user in the server's audit.
    package let identity: String
    package let runtime: Runtime
    package let link: ProcessLink
    package let gate: LeaderGate
    let executor: ProcessExecutor
    let task: Task<Void, Never>
    let ended: Cell<Runtime.End>

    /// Why it ended, nil while it runs; a crashed one never says.
    package var end: Runtime.End? { ended.value }
    /// True from the moment its run returned, or it crashed.
    package var isOver: Bool { link.isDead || end != nil }
    /// Nil when its probe says ready.
    package var obstacle: String? { runtime.health.obstacle }
    /// Passes of one controller so far.
    package func passes(of controller: String) -> Int {
        Int(Outcome.words.reduce(0) { $0 + runtime.metrics.value(MetricCatalog.plans, controller, $1) })
    }
    package var isLeading: Bool { runtime.metrics.value(MetricCatalog.leader) == 1 }
}
