// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// What one pass decided: a value. The interpreter carries it out in a fixed order: create, apply, delete, status, events.
package struct Plan: Equatable, Sendable {
    /// How the primary stands; nil for a controller without a primary.
    package var outcome: Outcome?
    /// Conditions beside `Ready`.
    package var assessments: [Assessment] = []
    /// The kind's own status members; conditions and `observedGeneration` are added by the runtime. Nil leaves the status alone.
    package var status: JSONValue?
    /// Complete objects to hold by server-side apply.
    package var apply: [DesiredObject] = []
    /// Objects that are created once and never changed.
    package var create: [DesiredObject] = []
    /// Objects to delete; carried out only when every create and apply of this plan succeeded.
    package var delete: [Deletion] = []
    package var events: [PlannedEvent] = []
    /// When to plan again even if nothing happens.
    package var wakeUp: Timestamp?
    /// The questions this plan would have liked answered, or uses and wants kept fresh.
    package var wants: [AnyQuestion] = []

    package init(_ outcome: Outcome? = nil) { self.outcome = outcome }

    /// Plans again at `instant`, or earlier if something else already asked for that.
    package mutating func wake(at instant: Timestamp) { wakeUp = wakeUp.map { min($0, instant) } ?? instant }

    package mutating func want(_ question: some FactQuestion) { wants.append(AnyQuestion(question)) }
}

/// A complete object as it should be: `apiVersion`, `kind`, `metadata` and everything we own of it.
package struct DesiredObject: Hashable, Sendable {
    package var reference: ObjectReference
    package var body: JSONValue

    /// Adds apiVersion, kind, name and namespace to what the caller gives.
    package init(
        _ resource: ResourceType, _ key: ObjectKey, labels: [String: String] = [:], annotations: [String: String] = [:],
        owners: [OwnerReference] = [], body: [String: JSONValue]
    ) {
        reference = ObjectReference(resource, key)
        var metadata: [String: JSONValue] = ["name": .string(key.name)]
        if !key.namespace.isEmpty { metadata["namespace"] = .string(key.namespace) }
        if !labels.isEmpty { metadata["labels"] = .stringMap(labels) }
        if !annotations.isEmpty { metadata["annotations"] = .stringMap(annotations) }
        if !owners.isEmpty { metadata["ownerReferences"] = .array(owners.map(\.json)) }
        var object = body
        object["apiVersion"] = .string(resource.apiVersion)
        object["kind"] = .string(resource.kind)
        object["metadata"] = .object(metadata)
        self.body = .object(object)
    }
}

/// An object to delete, exactly as it was seen: another object under the same name, or a newer version, is left alone.
package struct Deletion: Hashable, Sendable {
    package var reference: ObjectReference
    package var uid: String
    package var resourceVersion: String

    package init(_ object: some KubernetesObject) {
        reference = object.reference
        uid = object.metadata.uid
        resourceVersion = object.metadata.resourceVersion
    }
}

/// A Kubernetes Event about an object. The same event planned again is not written again.
package struct PlannedEvent: Hashable, Sendable {
    package var subject: ObjectReference
    package var subjectUID: String
    package var isWarning: Bool
    /// CamelCase.
    package var reason: String
    package var message: String
    /// What makes this event one of its own: a Job's uid, an attempt. Same subject, reason and identity: same event.
    package var identity: String

    package init(
        about subject: some KubernetesObject, isWarning: Bool = false, reason: String, message: String, identity: String
    ) {
        self.subject = subject.reference
        subjectUID = subject.metadata.uid
        self.isWarning = isWarning
        self.reason = reason
        self.message = message
        self.identity = identity
    }
}

/// Did the API refuse to let us write this object? Answered by the interpreter; a plan that names the object sees why.
package struct WriteRefusal: FactQuestion {
    package static let name = "write-refusal"
    package static let isAsked = false
    package var reference: ObjectReference

    package init(_ reference: ObjectReference) { self.reference = reference }
    package var bucket: String { "kubernetes" }

    package struct Answer: Hashable, Sendable {
        package var reason: Reason
        /// For people: what the API said, and about what.
        package var message: String

        package init(reason: Reason, message: String) {
            self.reason = reason
            self.message = message
        }
    }

    package enum Reason: String, Hashable, Sendable {
        /// Another object, not made by us, has the name.
        case nameTaken = "NameTaken"
        /// A right is missing, a quota is used up or an admission plug-in said no.
        case forbidden = "Forbidden"
        /// The API found the object invalid.
        case invalid = "Invalid"
    }
}
