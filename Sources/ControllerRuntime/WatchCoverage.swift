// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesClient
import KubernetesModel
import Logging
import Planning

/// Which kinds are watched, and in which namespaces: the union of all contracts, each kind once.
struct WatchCoverage {
    struct Watch {
        var kind: any KubernetesObject.Type
        /// Nil for all namespaces, and for kinds without one.
        var namespace: String?
    }

    let watches: [Watch]
    private let settings: Runtime.Settings

    init(of controllers: [AnyController], settings: Runtime.Settings) {
        self.settings = settings
        var scopes: [(kind: any KubernetesObject.Type, scope: Scope)] = []
        for read in controllers.flatMap(\.reads) {
            if let index = scopes.firstIndex(where: { $0.kind == read.kind }) {
                if read.scope == .everywhere { scopes[index].scope = .everywhere }
            } else {
                scopes.append((read.kind, read.scope))
            }
        }
        watches = scopes.flatMap { kind, scope in
            Self.namespaces(of: kind, scope, settings).map { Watch(kind: kind, namespace: $0) }
        }
    }

    /// The conversations that must have listed before a controller may plan.
    func scopes(of controller: AnyController) -> [WatchScope] {
        watches.filter { watch in controller.reads.contains { $0.kind == watch.kind } }.map {
            WatchScope($0.kind, namespace: $0.namespace)
        }
    }

    private static func namespaces(
        of kind: any KubernetesObject.Type, _ scope: Scope, _ settings: Runtime.Settings
    ) -> [String?] {
        guard kind.resource.isNamespaced else { return [nil] }
        switch scope {
        case .operatorNamespace: return [settings.configuration.operatorNamespace]
        case .everywhere:
            guard let watched = settings.watchedNamespaces else { return [nil] }
            return Set(watched).union([settings.configuration.operatorNamespace]).sorted()
        }
    }
}

/// What every watch loop is made of.
struct WatchParts {
    let client: KubernetesClient
    let store: Store
    let dispatcher: Dispatcher
    let health: Health
    let clock: any RuntimeClock
    let metrics: Metrics
    let logger: Logger
    let listed: @Sendable () -> Void

    func loop<Object: KubernetesObject>(for kind: Object.Type, in namespace: String?, seed: UInt64) -> any WatchLoop {
        health.expect(kind, namespace: namespace)
        return KindWatchLoop<Object>(
            namespace: namespace, client: client, store: store, clock: clock, metrics: metrics, health: health,
            logger: logger,
            seed: seed, changed: { [dispatcher] in dispatcher.changed($0, of: kind, received: $1) },
            advanced: { [dispatcher] in dispatcher.advanced() },
            synced: { [dispatcher] in dispatcher.enqueueEverything() }, listed: listed)
    }
}
