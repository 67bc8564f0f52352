// SPDX-License-Identifier: Apache-2.0
import Essentials
import FoundationEssentials
import Workloads

/// What a local node is told.
package struct NodeSettings: Sendable {
    /// A folder that is the node's own: `images/`, `pods/UID/`, `tmp/`.
    package var state: String
    /// Whether it makes Pods of Deployments, ReplicaSets and Jobs, and binds Pods; false beside a real control plane.
    package var runsControllers: Bool
    /// The programs that it starts; found along `PATH`.
    package var environment: [String: String]
    /// Registries that speak plain HTTP, beside those on loopback.
    package var plainRegistries: Set<String> = []

    package init(state: String, runsControllers: Bool, environment: [String: String]) {
        // The tools that get it are started elsewhere.
        self.state = state.hasPrefix("/") ? state : FileManager.default.currentDirectoryPath + "/" + state
        self.runsControllers = runsControllers
        self.environment = environment
    }

    /// The name of the Node object.
    package static var name: String { PodPlacement.nodeName }
    /// Where it is, and where all its Pods are: they share the network of this machine.
    package static let address = "127.0.0.1"

    func podFolder(_ uid: String) -> String { "\(state)/pods/\(uid)" }
    var imagesFolder: String { "\(state)/images" }
    var scratchFolder: String { "\(state)/tmp" }
}
