// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import Planning

/// What of a policy decides what it demands. Its hash is worked out once, because it is asked for in every namespace.
struct DemandTerms: Hashable {
    let policy: ObjectKey
    let spec: ScanPolicySpec
    let run: RunDemand?
    private let hash: Int

    init(_ policy: ScanPolicy, run: RunDemand?) {
        self.policy = policy.key
        self.run = run
        var spec = policy.spec
        // What is only counted decides nothing here.
        (spec.suppressions, spec.vex, spec.compliance, spec.minimumSeverity, spec.ignoreUnfixed) =
            (nil, nil, nil, nil, nil)
        self.spec = spec
        var hasher = Hasher()
        hasher.combine(policy.key)
        hasher.combine(spec)
        hasher.combine(run)
        hash = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// Why a policy is not acceptable.
struct PolicyStall: Derivation {
    let terms: DemandTerms

    func value(in world: World) -> PolicyDemand.Stall? {
        PolicyValidation.stall(
            of: terms.spec, in: terms.policy.namespace, operatorNamespace: world.configuration.operatorNamespace)
    }
}

/// The namespaces that a selector chooses, in order.
struct SelectedNamespaces: Derivation {
    let selector: LabelSelector

    func value(in world: World) -> [String] {
        world[Namespace.self].objects().filter { selector.matches($0.metadata.labels) }.map(\.metadata.name).sorted()
    }
}

/// What a policy demands in one namespace.
struct NamespaceDemand: Derivation {
    let terms: DemandTerms
    let namespace: String

    func value(in world: World) -> LocalDemand {
        var builder = DemandBuilder(terms, namespace, world)
        return builder.build()
    }
}
