// SPDX-License-Identifier: Apache-2.0
import Essentials
import YAML

/// Values as `-o json` and `-o yaml` print them: indented, members by name, equal values as equal text.
package enum StructuredOutput: String, Sendable, CaseIterable {
    case json
    case yaml

    /// The text, with the line feed that ends it.
    package func text(_ value: JSONValue) -> String {
        switch self {
        case .json: Self.json(value, indent: "") + "\n"
        case .yaml: YAMLText.render(value)
        }
    }

    private static func json(_ value: JSONValue, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { inner + json($0, indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.sorted { $0.key < $1.key }.map { key, member in
                "\(inner)\(JSONValue.string(key).canonicalText): \(json(member, indent: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default: return value.canonicalText
        }
    }
}
