// SPDX-License-Identifier: Apache-2.0
import KubernetesModel

/// What a controller may read, ask and write. RBAC is rendered from it, and the interpreter refuses everything else.
package struct Contract: Sendable {
    package var reads: [WatchedKind]
    package var facts: [any FactQuestion.Type]
    package var writes: [WriteGrant]

    package init(reads: [WatchedKind], facts: [any FactQuestion.Type] = [], writes: [WriteGrant]) {
        self.reads = reads
        self.facts = facts
        self.writes = writes
    }

    /// True when `verb` on the object (or its subresource) is granted; `operatorNamespace` decides what `.operatorNamespace` means.
    package func grants(
        _ verb: WriteVerb, on reference: ObjectReference, subresource: String? = nil, operatorNamespace: String
    ) -> Bool {
        writes.contains { grant in
            grant.resource == reference.resource && grant.subresource == subresource && grant.verbs.contains(verb)
                && (grant.scope == .everywhere || reference.key.namespace == operatorNamespace)
        }
    }
}

/// A kind that is listed and watched.
package struct WatchedKind: Sendable {
    package var kind: any KubernetesObject.Type
    package var scope: Scope

    package init(_ kind: any KubernetesObject.Type, _ scope: Scope = .everywhere) {
        self.kind = kind
        self.scope = scope
    }
}

/// Where a right holds.
package enum Scope: Hashable, Sendable {
    /// In all watched namespaces, or cluster-wide.
    case everywhere
    /// Only in the operator's own namespace.
    case operatorNamespace
}

package enum WriteVerb: String, Hashable, Sendable, CaseIterable { case create, patch, delete }

/// A right to write one kind.
package struct WriteGrant: Hashable, Sendable {
    package var resource: ResourceType
    package var subresource: String?
    package var verbs: Set<WriteVerb>
    package var scope: Scope

    package init(
        _ resource: ResourceType, subresource: String? = nil, _ verbs: Set<WriteVerb>, _ scope: Scope = .everywhere
    ) {
        self.resource = resource
        self.subresource = subresource
        self.verbs = verbs
        self.scope = scope
    }
}
