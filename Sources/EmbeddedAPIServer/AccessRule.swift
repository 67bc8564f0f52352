// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// One right of a user, as a rule of RBAC grants it.
package struct AccessRule: Sendable, Equatable {
    package var group: String
    /// Plural, or `plural/subresource`; `*` for all.
    package var resource: String
    package var verbs: Set<APIRequest.Verb>
    /// Nil grants it everywhere.
    package var namespace: String?
    /// Empty grants it for every name.
    package var names: Set<String>

    package init(
        group: String, resource: String, verbs: Set<APIRequest.Verb>, namespace: String? = nil, names: Set<String> = []
    ) {
        self.group = group
        self.resource = resource
        self.verbs = verbs
        self.namespace = namespace
        self.names = names
    }

    func allows(_ request: APIRequest, _ type: ResourceType) -> Bool {
        let wanted = request.subresource.isEmpty ? type.plural : "\(type.plural)/\(request.subresource)"
        return (group == "*" || group == type.group) && (resource == "*" || resource == wanted)
            && verbs.contains(request.verb) && (namespace == nil || namespace == request.namespace)
            && (names.isEmpty || names.contains(request.name))
    }
}

extension ServerState {
    /// Refuses what the user may not do. A user without any grant list may do nothing but read discovery and health.
    func checkAccess(_ request: APIRequest) throws(APIFailure) {
        guard let type = request.resource, !unrestrictedUsers.contains(request.user) else { return }
        guard grants[request.user]?.contains(where: { $0.allows(request, type) }) != true else { return }
        let resource = request.subresource.isEmpty ? type.plural : "\(type.plural)/\(request.subresource)"
        if options.servesKubectl {
            // Everybody may ask about themselves.
            if catalog.resource(type)?.isReview == true { return }
            let wish = Wish(
                verb: request.verb.rawValue, group: type.group, resource: resource,
                namespace: type.isNamespaced ? request.namespace : "", name: request.name)
            if allows(request.user, wish) { return }
        }
        let place =
            request.namespace.isEmpty || !type.isNamespaced
            ? "at the cluster scope" : "in the namespace \(JSONValue.quoted(request.namespace))"
        throw .forbidden(
            type, request.name,
            "User \(JSONValue.quoted(request.user)) cannot \(request.verb.rawValue) resource "
                + "\(JSONValue.quoted(resource)) in API group \(JSONValue.quoted(type.group)) \(place)")
    }
}
