// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// The answer to "what did you see, and what did you decide?" about one object: asked by an annotation, answered in a
/// ConfigMap of its namespace, so that ordinary RBAC decides who may see it.
package struct Explanation: Sendable {
    /// Each new value asks once. One that begins with an RFC 3339 time and `/` is not answered when it is over.
    package static let annotation = "watchbill.dev/explain"
    /// The ConfigMap; one name, so that the right to change it can be given for it alone.
    package static let name = "watchbill-explain"
    /// Marks that ConfigMap as ours.
    package static let label = "watchbill.dev/explanation"
    /// When it may go.
    package static let expiryAnnotation = "watchbill.dev/expires"
    /// How long an answer can be read.
    package static let lifetime = Duration.seconds(600)
    /// A ConfigMap has 1 MiB at most, and several answers may share it.
    package static let byteLimit = 800 << 10

    package let reference: ObjectReference
    package let token: String
    package let json: JSONValue

    /// - Parameter capture: what was looked at; left out when there is no room for it.
    package init(
        of reference: ObjectReference, _ metadata: ObjectMetadata, token: String, _ plan: Plan, capture: JSONValue?,
        at now: Timestamp
    ) {
        var json: JSONValue = [
            "token": .string(token), "kind": .string(reference.resource.kind),
            "namespace": .string(reference.key.namespace), "name": .string(reference.key.name),
            "generation": .integer(metadata.generation), "time": .string(now.rfc3339Micro), "plan": plan.json,
        ]
        if let capture {
            json["capture"] = capture
            if json.canonicalBytes.count > Self.byteLimit {
                json["capture"] = nil
                json["captureTooLarge"] = true
            }
        }
        self.reference = reference
        self.token = token
        self.json = json
    }

    /// The member of the ConfigMap's data that answers about an object.
    package static func member(for reference: ObjectReference) -> String {
        "\(reference.resource.kind.lowercased()).\(reference.key.name)"
    }

    /// Cut, because anybody may write anything there.
    package static func token(in metadata: ObjectMetadata) -> String? {
        metadata.annotations[annotation].map { String($0.prefix(128)) }
    }

    /// The time that a token begins with.
    package static func time(of token: String) -> Timestamp? {
        Timestamp(rfc3339: String(token.prefix { $0 != "/" }))
    }
}
