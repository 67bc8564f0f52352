// SPDX-License-Identifier: Apache-2.0
import HTTPTransport
import KubernetesModel

/// Finds out what a request asks for.
enum Router {
    /// Reads `request` as `user` sent it; throws the refusal for a path that leads nowhere.
    static func route(
        _ request: HTTPRequest, user: String, catalog: ResourceCatalog
    ) throws(APIFailure) -> APIRequest {
        guard let target = RequestTarget(request.url) else { throw .badRequest("the URL is not escaped correctly") }
        var result = APIRequest(user: user, verb: .get, method: request.method, path: target.path)
        result.query = target.query
        result.body = request.body ?? []
        for header in request.headers {
            switch header.name.lowercased() {
            case "content-type": result.contentType = String(header.value.prefix { $0 != ";" })
            case "accept": result.accept = header.value
            case "user-agent": result.userAgent = header.value
            default: break
            }
        }
        guard let rest = groupVersion(target.components) else {
            guard request.method == .get || request.method == .head else { throw .noSuchPath }
            return result
        }
        try route(rest, request.method, catalog, into: &result)
        return result
    }

    /// Group, version and what follows; nil for paths that are no resource.
    private static func groupVersion(
        _ components: [String]
    ) -> (group: String, version: String, rest: ArraySlice<String>)? {
        if components.first == "api", components.count > 2 { return ("", components[1], components[2...]) }
        if components.first == "apis", components.count > 3 { return (components[1], components[2], components[3...]) }
        return nil
    }

    private static func route(
        _ path: (group: String, version: String, rest: ArraySlice<String>), _ method: HTTPMethod,
        _ catalog: ResourceCatalog, into result: inout APIRequest
    ) throws(APIFailure) {
        guard catalog.serves(group: path.group, version: path.version) else { throw .noSuchPath }
        var rest = path.rest
        // `/namespaces/NS` alone is the Namespace itself; with more behind it, a prefix.
        let isPrefix = rest.first == "namespaces" && rest.count > 2 && !(path.group.isEmpty && isSubresource(rest))
        if isPrefix {
            result.namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        guard let plural = rest.popFirst(),
            let served = catalog.resource(group: path.group, version: path.version, plural: plural),
            served.type.isNamespaced || !isPrefix
        else { throw .noSuchResource }
        result.resource = served.type
        result.name = rest.popFirst() ?? ""
        result.subresource = rest.popFirst() ?? ""
        guard rest.isEmpty, result.subresource.isEmpty || served.subresources.contains(result.subresource) else {
            throw .noSuchResource
        }
        if served.type.isNamespaced, !isPrefix, !result.name.isEmpty { throw .noSuchResource }
        result.verb = try verb(method, result)
        // A question has no object that could be read or changed.
        if served.isReview, result.verb != .create { throw .methodNotAllowed }
        if served.type.isNamespaced, !isPrefix, result.isWrite { throw .methodNotAllowed }
    }

    private static func isSubresource(_ rest: ArraySlice<String>) -> Bool {
        rest.count == 3 && ["status", "finalize"].contains(rest[rest.startIndex + 2])
    }

    private static func verb(_ method: HTTPMethod, _ request: APIRequest) throws(APIFailure) -> APIRequest.Verb {
        switch (method, request.name.isEmpty) {
        case (.get, true): request.flag("watch") ? .watch : .list
        case (.get, false), (.head, false): .get
        case (.post, true): .create
        case (.post, false) where request.subresource == "token": .create
        case (.put, false): .update
        case (.patch, false): .patch
        case (.delete, false): .delete
        case (.delete, true): .deleteCollection
        default: throw .methodNotAllowed
        }
    }
}
