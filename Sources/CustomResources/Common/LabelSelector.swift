// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A Kubernetes label selector. Without any requirement it selects everything.
package struct LabelSelector: Hashable, Sendable, Codable {
    package var matchLabels: [String: String]?
    package var matchExpressions: [Requirement]?

    package enum Operator: String, Sendable, Codable, CaseIterable {
        case isIn = "In"
        case isNotIn = "NotIn"
        case exists = "Exists"
        case doesNotExist = "DoesNotExist"
    }

    package struct Requirement: Hashable, Sendable, Codable {
        package var key: String
        package var `operator`: Operator
        package var values: [String]?

        package init(_ key: String, _ operator: Operator, _ values: [String]? = nil) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }
    }

    package init(matchLabels: [String: String]? = nil, matchExpressions: [Requirement]? = nil) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }

    /// True when every requirement holds. A label that is missing satisfies `NotIn`, as in Kubernetes.
    package func matches(_ labels: [String: String]) -> Bool {
        (matchLabels ?? [:]).allSatisfy { labels[$0.key] == $0.value }
            && (matchExpressions ?? []).allSatisfy { requirement in
                let value = labels[requirement.key]
                let values = requirement.values ?? []
                return switch requirement.operator {
                case .isIn: value.map(values.contains) ?? false
                case .isNotIn: !(value.map(values.contains) ?? false)
                case .exists: value != nil
                case .doesNotExist: value == nil
                }
            }
    }

    /// What no schema can say: whether an operator has the values it needs. Nil when all is well.
    package func problem(at path: String) -> String? {
        for (index, requirement) in (matchExpressions ?? []).enumerated() {
            let place = "\(path).matchExpressions[\(index)]"
            let hasValues = requirement.values?.isEmpty == false
            switch requirement.operator {
            case .isIn, .isNotIn:
                if !hasValues {
                    return
                        "\(place).values: Required value: \(requirement.operator.rawValue) needs at least one; add it"
                }
            case .exists, .doesNotExist:
                if hasValues {
                    return "\(place).values: Forbidden: \(requirement.operator.rawValue) takes none; remove them"
                }
            }
        }
        return nil
    }
}
