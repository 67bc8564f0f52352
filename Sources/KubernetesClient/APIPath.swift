// SPDX-License-Identifier: Apache-2.0
import HTTPTransport
import KubernetesModel

/// Paths from names that may be hostile: an empty name would turn one object into its whole collection, `..` into
/// another path.
enum APIPath {
    static func root(group: String, version: String) throws(APIError) -> String {
        let version = try segment(version, of: "version")
        return group.isEmpty ? "/api/\(version)" : "/apis/\(try segment(group, of: "group"))/\(version)"
    }

    static func collection(_ resource: ResourceType, namespace: String?) throws(APIError) -> String {
        let root = try root(group: resource.group, version: resource.version)
        let plural = try segment(resource.plural, of: "resource")
        guard resource.isNamespaced, let namespace else { return "\(root)/\(plural)" }
        return "\(root)/namespaces/\(try segment(namespace, of: "namespace"))/\(plural)"
    }

    static func object(
        _ resource: ResourceType, _ key: ObjectKey, subresource: String? = nil
    ) throws(APIError) -> String {
        let collection = try collection(resource, namespace: resource.isNamespaced ? key.namespace : nil)
        let object = "\(collection)/\(try segment(key.name, of: resource.kind))"
        guard let subresource else { return object }
        return "\(object)/\(try segment(subresource, of: "subresource"))"
    }

    /// One encoded segment. The API knows no name that is empty, `.`, `..`, or holds `/` or `%` (apimachinery
    /// `rest.IsValidPathSegmentName`).
    private static func segment(_ name: String, of what: String) throws(APIError) -> String {
        let isValid = !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { "/%".utf8.contains($0) }
        guard isValid, name.utf8.count <= 253 else { throw .invalidName(name, of: what) }
        return PercentEncoding.encode(name)
    }
}
