// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

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

    /// What no schema can say: whether labels can be such, and an operator has the values it needs. Nil when all is well.
    package func problem(at path: String) -> String? {
        for (key, value) in (matchLabels ?? [:]).sorted(by: { $0.key < $1.key }) {
            if let problem = Labels.problem(key: key, at: "\(path).matchLabels")
                ?? Labels.problem(value: value, at: "\(path).matchLabels")
            {
                return problem
            }
        }
        for (index, requirement) in (matchExpressions ?? []).enumerated() {
            if let problem = requirement.problem(at: "\(path).matchExpressions[\(index)]") { return problem }
        }
        return nil
    }
}

extension LabelSelector.Requirement {
    fileprivate func problem(at place: String) -> String? {
        if let problem = Labels.problem(key: key, at: "\(place).key") { return problem }
        switch `operator` {
        case .isIn, .isNotIn:
            if values?.isEmpty != false {
                return "\(place).values: Required value: \(`operator`.rawValue) needs at least one; add it"
            }
        case .exists, .doesNotExist:
            if values?.isEmpty == false {
                return "\(place).values: Forbidden: \(`operator`.rawValue) takes none; remove them"
            }
        }
        for (index, value) in (values ?? []).enumerated() {
            if let problem = Labels.problem(value: value, at: "\(place).values[\(index)]") { return problem }
        }
        return nil
    }
}

/// Whether labels can be such, in words.
enum Labels {
    static func problem(key: String, at path: String) -> String? {
        if ObjectName.isQualifiedName(key) { return nil }
        return
            "\(path): Invalid value: \(JSONValue.string(key).excerpt): is no label's name; write up to 63 letters, digits, "
            + "'-', '_' or '.', after a domain and a slash if need be"
    }

    static func problem(value: String, at path: String) -> String? {
        if ObjectName.isLabelValue(value) { return nil }
        return
            "\(path): Invalid value: \(JSONValue.string(value).excerpt): is no label's value; write up to 63 letters, digits, "
            + "'-', '_' or '.', the first and the last a letter or digit"
    }
}
