// SPDX-License-Identifier: Apache-2.0

/// Of which repository a registry says that it may have changed: all that a hint is believed in.
package struct HintedRepository: Hashable, Sendable {
    /// Host and port as images name it; nil where the sender cannot know by which name we reach it.
    package var registry: String?
    /// Path within the registry: `team/app`.
    package var path: String

    package init(registry: String? = nil, path: String) {
        self.registry = registry
        self.path = path
    }

    /// Whether what is asked about `other` is meant.
    package func names(_ other: HintedRepository) -> Bool {
        path == other.path && (registry == nil || registry == other.registry)
    }
}

/// Does a registry tell of its own accord when this repository changes? True from the first hint on that came for it, until a
/// check finds what no hint told of. Nobody is asked: the runtime sets it.
package struct HintsArrive: FactQuestion {
    package typealias Answer = Bool
    package static let name = "hints-arrive"
    package static let isAsked = false
    package var repository: HintedRepository
    package var bucket: String { "hints" }

    package init(_ repository: HintedRepository) { self.repository = repository }
}
