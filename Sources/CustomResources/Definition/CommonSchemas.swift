// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schema

/// Schemas that several kinds share.
package enum CommonSchemas {
    /// RFC 1123 subdomain: the name of a Secret, a service account.
    static let objectName = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
    /// Source: `quantityPattern` of controller-gen, itself from k8s.io/apimachinery/pkg/api/resource.
    static let quantity =
        "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$"

    /// Whom a spec tells of what happens.
    static var channels: Schema {
        .array(
            "Channels of this namespace, or offered to it by the operator's.",
            of: .string(pattern: objectName, maximumLength: 253), list: .set, maximumCount: 8)
    }

    /// A label selector; `{}` selects everything.
    static func selector(_ description: String) -> Schema {
        .object(
            description,
            [
                "matchLabels": .map(
                    "Labels that must have exactly these values.", of: .string(maximumLength: 63), maximumCount: 32),
                "matchExpressions": .array(
                    "Requirements that must all hold.",
                    of: .object(
                        "",
                        [
                            "key": .string("The label.", minimumLength: 1, maximumLength: 317),
                            "operator": .oneOf(
                                "In and NotIn need values, Exists and DoesNotExist have none.",
                                LabelSelector.Operator.allCases.map(\.rawValue)),
                            "values": .array(of: .string(maximumLength: 63), maximumCount: 64),
                        ], required: ["key", "operator"]
                    ).holding(
                        "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
                        "In and NotIn need at least one value, Exists and DoesNotExist take none"),
                    maximumCount: 32),
            ])
    }

    /// `status.conditions` and `status.observedGeneration`, which the runtime writes for every kind.
    static var status: [String: Schema] {
        [
            "observedGeneration": .integer("The generation of the spec that this status is about.", defaultValue: -1),
            "conditions": .array(
                "Ready always; Reconciling and Stalled only while they are True; and those of this kind.",
                of: .object(
                    "",
                    [
                        "type": .string("What this is about."), "status": .oneOf("", ["True", "False", "Unknown"]),
                        "reason": .string("Why, in one CamelCase word from a documented set."),
                        "message": .string("Why, for people."),
                        "observedGeneration": .integer("The generation of the spec that was looked at."),
                        "lastTransitionTime": .time("When the status last changed."),
                    ], required: ["type", "status", "reason", "message", "lastTransitionTime"]),
                list: .map(keys: ["type"])),
        ]
    }
}
