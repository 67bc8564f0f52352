// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

/// What a request asks for, after its path, query and headers are read.
package struct APIRequest: Sendable, Equatable {
    /// As RBAC names them.
    package enum Verb: String, Sendable, CaseIterable {
        case get, list, watch, create, update, patch, delete
        case deleteCollection = "deletecollection"
    }

    package var user: String
    package var verb: Verb
    /// Nil for what is no resource: discovery, health and version.
    package var resource: ResourceType?
    /// Empty for cluster-scoped objects and for lists over all namespaces.
    package var namespace = ""
    /// Empty for collections.
    package var name = ""
    package var subresource = ""
    package var method: HTTPMethod
    /// Without the query.
    package var path: String
    package var query: [String: String] = [:]
    package var contentType = ""
    package var accept = ""
    package var userAgent = ""
    package var body: [UInt8] = []

    package var isWatch: Bool { verb == .watch }
    /// True for every verb that can change something.
    package var isWrite: Bool {
        switch verb {
        case .get, .list, .watch: false
        case .create, .update, .patch, .delete, .deleteCollection: true
        }
    }
    package var isApply: Bool { verb == .patch && contentType == PatchType.apply.rawValue }
    /// True on the second and every later page of a list.
    package var isContinuation: Bool { verb == .list && query["continue"]?.isEmpty == false }

    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    var isDryRun: Bool { query["dryRun"] == "All" }

    /// The name under which changes are remembered: `fieldManager`, else the first word of the user agent.
    var fieldManager: String {
        if let manager = query["fieldManager"], !manager.isEmpty { return manager }
        let agent = userAgent.prefix { $0 != "/" }
        return agent.isEmpty ? "unknown" : String(agent)
    }

    func flag(_ name: String) -> Bool { query[name].map { $0 == "true" || $0 == "1" } ?? false }
}

/// The ways of changing a part of an object, by their media type.
enum PatchType: String, Sendable {
    case merge = "application/merge-patch+json"
    case json = "application/json-patch+json"
    case strategic = "application/strategic-merge-patch+json"
    case apply = "application/apply-patch+yaml"
}
