// SPDX-License-Identifier: Apache-2.0
import Essentials

extension Schema {
    /// `value` as the API server takes it before it validates: a null member without a default counts as absent, and where an
    /// integer is asked for, a number without a fraction is one (`1.0`, `1e2`).
    ///
    /// Sources: `PruneNonNullableNullsWithoutDefaults` of k8s.io/apiextensions-apiserver (1.20 and newer), and
    /// `IsFloat64AJSONInteger` of go-openapi/swag. A null in a list stays, and is refused.
    package func normalized(_ value: JSONValue) -> JSONValue {
        switch (shape, value) {
        case (.object(let rules), .object(let members)):
            var kept = members
            for (name, schema) in rules.properties {
                if let member = members[name] { kept[name] = schema.asMember(member) }
            }
            return .object(kept)
        case (.map(let values, _), .object(let members)): return .object(members.compactMapValues(values.asMember))
        case (.array(let rules), .array(let elements)): return .array(elements.map(rules.items.normalized))
        case (.integer, .number(let text)), (.integerOrString, .number(let text)):
            return Self.wholeNumber(text).map(JSONValue.integer) ?? value
        default: return value
        }
    }

    /// Nil when it counts as absent.
    private func asMember(_ value: JSONValue) -> JSONValue? {
        value.isNull && defaultValue == nil ? nil : normalized(value)
    }

    /// The integer that a number is, within what a double tells apart.
    private static func wholeNumber(_ text: String) -> Int64? {
        let limit = 9_007_199_254_740_992.0
        guard let number = Double(text), number == number.rounded(), number > -limit, number < limit else {
            return nil
        }
        return Int64(number)
    }
}
