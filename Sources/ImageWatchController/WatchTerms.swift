// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel
import Planning

/// What of a watch decides which images it is about. Its hash is worked out once, because it is asked for in every namespace.
struct WatchTerms: Hashable {
    let namespace: String
    let spec: ImageWatchSpec
    private let hash: Int

    init(_ watch: ImageWatch) {
        namespace = watch.metadata.namespace
        var spec = ImageWatchSpec()
        (spec.images, spec.workloads, spec.policy) = (watch.spec.images, watch.spec.workloads, watch.spec.policy)
        spec.credentials = watch.spec.credentials
        self.spec = spec
        var hasher = Hasher()
        hasher.combine(namespace)
        hasher.combine(spec)
        hash = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    /// The Secret that the spec names.
    var secret: ObjectKey? {
        spec.credentials?.secretRef.map { ObjectKey(namespace: namespace, name: $0.name) }
    }

    var usesPullSecrets: Bool { spec.credentials?.pullSecrets == .auto }
}

/// Why a watch is not acceptable, whatever the time.
struct WatchProblem: Derivation {
    let terms: WatchTerms

    func value(in world: World) -> WatchStall? {
        do throws(WatchStall) {
            try WatchValidation.check(
                terms.spec, in: terms.namespace, operatorNamespace: world.configuration.operatorNamespace)
            return nil
        } catch {
            return error
        }
    }
}

/// The namespaces that a selector chooses, in order.
struct ChosenNamespaces: Derivation {
    let selector: LabelSelector

    func value(in world: World) -> [String] {
        world[Namespace.self].objects().filter { selector.matches($0.metadata.labels) }.map(\.metadata.name).sorted()
    }
}
