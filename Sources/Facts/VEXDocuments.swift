// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import Planning
import VEX

/// What VEX documents does a ConfigMap hold?
package struct VEXDocuments: FactQuestion {
    package static let name = "vex-documents"
    package static let maximumAge = Duration.seconds(300)
    /// Parsed documents of policies that are gone are no use to anybody.
    package static let isKept = false
    package static let apiAccess = [APIAccess(.configMaps)]
    package var configMap: ObjectKey

    package init(_ configMap: ObjectKey) { self.configMap = configMap }
    package var bucket: String { "kubernetes" }

    /// A ConfigMap that is not there is an answer: it may come.
    package enum Answer: Hashable, Sendable {
        case missing
        /// By key.
        case documents([String: Document])
    }

    package enum Document: Hashable, Sendable {
        case read(VEXDocument)
        case unreadable(VEXError)
    }
}
