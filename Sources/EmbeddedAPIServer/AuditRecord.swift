// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// What the server saw of one request: the witness of a test.
package struct AuditRecord: Sendable, Equatable {
    package var sequence: Int
    package var time: Timestamp
    package var user: String
    package var verb: APIRequest.Verb
    /// Nil for discovery, health and version.
    package var resource: ResourceType?
    package var namespace: String
    package var name: String
    package var subresource: String
    package var isApply: Bool
    package var fieldManager: String
    /// Path without the query.
    package var path: String
    /// The status of the answer; also where the connection broke before it could be read.
    package var code: Int
    /// Of the object that was created, changed or deleted.
    package var uid: String
    /// The store's revision after the request.
    package var revision: Int
    /// True when the request changed something that is kept.
    package var changed: Bool
    /// True when it made an object that was not there.
    package var created: Bool

    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    /// True for every verb that can change something.
    package var isWrite: Bool { verb != .get && verb != .list && verb != .watch }
}
