// SPDX-License-Identifier: Apache-2.0
import Essentials

/// An amount as Kubernetes writes it: `500m`, `1Gi`, `2`. A number in the source becomes its text.
package struct Quantity: Hashable, Sendable, Codable {
    package var text: String

    package init(_ text: String) { self.text = text }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            text = try container.decode(String.self)
        } catch DecodingError.typeMismatch {
            text = String(try container.decode(Int64.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var json: JSONValue { .string(text) }
}

/// Compute resources of a container, by name of the resource.
package struct ResourceRequirements: Hashable, Sendable, Codable {
    package var requests: [String: Quantity]?
    package var limits: [String: Quantity]?

    package init(requests: [String: Quantity]? = nil, limits: [String: Quantity]? = nil) {
        self.requests = requests
        self.limits = limits
    }
}

/// What a Pod puts up with on a node.
package struct Toleration: Hashable, Sendable, Codable {
    package var key: String?
    package var `operator`: Operator?
    package var value: String?
    package var effect: Effect?
    package var tolerationSeconds: Int64?

    package enum Operator: String, Sendable, Codable, CaseIterable { case exists = "Exists", equal = "Equal" }
    package enum Effect: String, Sendable, Codable, CaseIterable {
        case noSchedule = "NoSchedule"
        case preferNoSchedule = "PreferNoSchedule"
        case noExecute = "NoExecute"
    }

    package init(
        key: String? = nil, operator: Operator? = nil, value: String? = nil, effect: Effect? = nil,
        tolerationSeconds: Int64? = nil
    ) {
        self.key = key
        self.operator = `operator`
        self.value = value
        self.effect = effect
        self.tolerationSeconds = tolerationSeconds
    }

    package var json: JSONValue {
        .compact([
            "key": key.map(JSONValue.string), "operator": `operator`.map { .string($0.rawValue) },
            "value": value.map(JSONValue.string), "effect": effect.map { .string($0.rawValue) },
            "tolerationSeconds": tolerationSeconds.map(JSONValue.integer),
        ])
    }
}
