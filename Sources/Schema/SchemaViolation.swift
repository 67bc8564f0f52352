// SPDX-License-Identifier: Apache-2.0
import Essentials

/// One thing that is wrong with a value, in the words of the Kubernetes API server.
package struct SchemaViolation: Hashable, Sendable, CustomStringConvertible {
    /// `spec.images[2]`; empty for the value as a whole.
    package var path: String
    package var message: String

    package init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// Where a value stands in a document.
struct FieldPath {
    private(set) var text: String

    init(_ text: String = "") { self.text = text }

    func member(_ key: String) -> FieldPath { FieldPath(text.isEmpty ? key : "\(text).\(key)") }
    func entry(_ key: String) -> FieldPath { FieldPath("\(text)[\(JSONValue.string(key).excerpt)]") }
    func element(_ index: Int) -> FieldPath { FieldPath("\(text)[\(index)]") }
}

extension JSONValue {
    /// The value for a message: one line, control characters escaped, at most 80 characters.
    package var excerpt: String {
        if case .string(let text) = self, text.utf8.count > 400 {
            return JSONValue.string(String(text.prefix(80)) + "…").excerpt
        }
        var result = ""
        var count = 0
        for scalar in canonicalText.unicodeScalars {
            if count == 80 { return result + "…" }
            count += 1
            // C1 controls and direction overrides would let a value disguise the message around it.
            switch scalar.value {
            case 0x20..<0x7F, 0xA1..<0x200B, 0x2010..<0x2028, 0x2030..<0x2060, 0x2070..<0xE000:
                result.unicodeScalars.append(scalar)
            default: result += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return result
    }

    /// The JSON type as error messages name it.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
