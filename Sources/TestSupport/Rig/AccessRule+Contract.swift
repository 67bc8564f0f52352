// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import EmbeddedAPIServer
import KubernetesModel
import Planning

extension AccessRule {
    /// What an operator with these controllers may do, and nothing else: their contracts, its Lease, Events and Pod logs.
    package static func rules(of controllers: [AnyController], operatorNamespace: String) -> [AccessRule] {
        var rules = [
            AccessRule(
                group: ResourceType.leases.group, resource: "leases", verbs: [.get, .create, .update],
                namespace: operatorNamespace),
            AccessRule(group: ResourceType.events.group, resource: "events", verbs: [.create]),
            AccessRule(group: "", resource: "pods/log", verbs: [.get]),
            AccessRule(group: "", resource: "configmaps", verbs: [.create]),
            AccessRule(
                group: "", resource: "configmaps", verbs: [.get, .patch, .delete], names: [Explanation.name]),
        ]
        for controller in controllers {
            for kind in controller.contract.reads + (controller.primary.map { [WatchedKind($0)] } ?? []) {
                let type = kind.kind.resource
                rules.append(
                    AccessRule(
                        group: type.group, resource: type.plural, verbs: [.get, .list, .watch],
                        namespace: kind.scope == .operatorNamespace && type.isNamespaced ? operatorNamespace : nil))
            }
            for access in controller.contract.facts.flatMap({ $0.apiAccess }) where access.subresource == nil {
                rules.append(
                    AccessRule(
                        group: access.resource.group, resource: access.resource.plural,
                        verbs: Set(access.verbs.compactMap(APIRequest.Verb.init(rawValue:)))))
            }
            for grant in controller.contract.writes {
                let resource = grant.subresource.map { "\(grant.resource.plural)/\($0)" } ?? grant.resource.plural
                rules.append(
                    AccessRule(
                        group: grant.resource.group, resource: resource, verbs: Set(grant.verbs.map(\.auditVerb)),
                        namespace: grant.scope == .operatorNamespace ? operatorNamespace : nil))
            }
        }
        return rules
    }
}

extension WriteVerb {
    fileprivate var auditVerb: APIRequest.Verb {
        switch self {
        case .create: .create
        case .patch: .patch
        case .delete: .delete
        }
    }
}
