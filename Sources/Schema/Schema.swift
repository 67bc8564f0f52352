// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A structural schema as a value: what one field of a custom resource may hold.
///
/// Source of the rules: Kubernetes, "Specifying a structural schema". No field is nullable: what is not there is absent.
package struct Schema: Hashable, Sendable {
    package var shape: Shape
    /// For people; `kubectl explain` and the reference pages print it.
    package var description: String
    /// Filled in by `defaulted` where the field is absent.
    package var defaultValue: JSONValue?
    /// What an API server with CEL checks as well; our own code checks the same in its own words.
    package var expressions: [Expression] = []
    /// Server-side apply takes an object as one field, not as one for each of its members.
    package var isWhole = false

    package indirect enum Shape: Hashable, Sendable {
        case object(ObjectRules)
        /// An object whose keys are data.
        case map(values: Schema, maximumCount: Int?)
        case array(ArrayRules)
        case string(StringRules)
        case integer(minimum: Int64?, maximum: Int64?)
        case boolean
        /// A quantity or a port: `8080`, `"500m"`.
        case integerOrString(pattern: String?)
        /// Any JSON; nothing in it is checked or pruned.
        case anything
    }

    package struct ObjectRules: Hashable, Sendable {
        package var properties: [String: Schema]
        package var required: Set<String>
        /// Members that are not named are kept.
        package var preservesUnknown: Bool
    }

    package struct ArrayRules: Hashable, Sendable {
        package var items: Schema
        package var list: ListKind
        package var maximumCount: Int?
    }

    /// How server-side apply merges a list.
    package enum ListKind: Hashable, Sendable {
        case atomic
        case set
        /// Merged by the values of these members.
        case map(keys: [String])
    }

    package struct StringRules: Hashable, Sendable {
        /// Nothing else is allowed; empty means anything.
        package var allowed: [String] = []
        /// In the subset that `Pattern` reads.
        package var pattern: String?
        package var format: Format?
        package var minimumLength: Int?
        package var maximumLength: Int?
    }

    package enum Format: String, Hashable, Sendable { case dateTime = "date-time" }

    /// A rule in the Common Expression Language over `self`, and what it says to people when it does not hold.
    package struct Expression: Hashable, Sendable {
        package var rule: String
        package var message: String

        package init(_ rule: String, _ message: String) {
            self.rule = rule
            self.message = message
        }
    }

    package init(_ shape: Shape, _ description: String = "", defaultValue: JSONValue? = nil) {
        self.shape = shape
        self.description = description
        self.defaultValue = defaultValue
    }
}

extension Schema {
    package static func object(
        _ description: String = "", _ properties: [String: Schema], required: Set<String> = [],
        preservesUnknown: Bool = false
    ) -> Schema {
        Schema(
            .object(ObjectRules(properties: properties, required: required, preservesUnknown: preservesUnknown)),
            description)
    }

    package static func map(_ description: String = "", of values: Schema, maximumCount: Int? = nil) -> Schema {
        Schema(.map(values: values, maximumCount: maximumCount), description)
    }

    package static func array(
        _ description: String = "", of items: Schema, list: ListKind = .atomic, maximumCount: Int? = nil
    ) -> Schema {
        Schema(.array(ArrayRules(items: items, list: list, maximumCount: maximumCount)), description)
    }

    package static func string(
        _ description: String = "", pattern: String? = nil, format: Format? = nil, minimumLength: Int? = nil,
        maximumLength: Int? = nil
    ) -> Schema {
        let rules = StringRules(
            pattern: pattern, format: format, minimumLength: minimumLength, maximumLength: maximumLength)
        return Schema(.string(rules), description)
    }

    package static func oneOf(_ description: String = "", _ allowed: some Sequence<String>) -> Schema {
        Schema(.string(StringRules(allowed: Array(allowed))), description)
    }

    package static func integer(
        _ description: String = "", minimum: Int64? = nil, maximum: Int64? = nil, defaultValue: Int64? = nil
    ) -> Schema {
        Schema(
            .integer(minimum: minimum, maximum: maximum), description, defaultValue: defaultValue.map(JSONValue.integer)
        )
    }

    package static func boolean(_ description: String = "") -> Schema { Schema(.boolean, description) }
    package static func integerOrString(_ description: String = "", pattern: String? = nil) -> Schema {
        Schema(.integerOrString(pattern: pattern), description)
    }

    package static func anything(_ description: String = "") -> Schema { Schema(.anything, description) }

    /// An RFC 3339 instant.
    package static func time(_ description: String = "") -> Schema { .string(description, format: .dateTime) }

    /// The same schema with a CEL rule.
    package func holding(_ rule: String, _ message: String) -> Schema {
        var schema = self
        schema.expressions.append(Expression(rule, message))
        return schema
    }

    /// The same schema with the objects among its direct members as wholes: for what has one owner only. Kubernetes 1.20 leaves null,
    /// which the schema then refuses, where the owner of all members of an object applies without it.
    package var withWholeMembers: Schema {
        guard case .object(var rules) = shape else { return self }
        rules.properties = rules.properties.mapValues { member in
            var member = member
            switch member.shape {
            case .object, .map: member.isWhole = true
            default: break
            }
            return member
        }
        var schema = self
        schema.shape = .object(rules)
        return schema
    }

    /// The schema of a named member, nil when this is no object or has no such member.
    package subscript(property: String) -> Schema? {
        guard case .object(let rules) = shape else { return nil }
        return rules.properties[property]
    }
}
