// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The order of an object's members in YAML text: some names first, the others sorted.
package struct YAMLKeyOrder: Sendable, Equatable {
    private let rank: [String: Int]

    /// `first` come in the given order wherever they occur.
    package init(first: [String]) {
        rank = Dictionary(first.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// All by name.
    package static let sorted = YAMLKeyOrder(first: [])
    /// As people write Kubernetes manifests.
    package static let manifest = YAMLKeyOrder(first: ["apiVersion", "kind", "metadata", "name", "namespace"])

    func arranged(_ members: [String: JSONValue]) -> [(key: String, value: JSONValue)] {
        members.sorted { left, right in
            let ranks = (rank[left.key] ?? .max, rank[right.key] ?? .max)
            return ranks.0 == ranks.1 ? left.key < right.key : ranks.0 < ranks.1
        }
    }
}

/// Renders values as YAML in block style that YAML 1.1 and 1.2 readers understand alike; equal values give equal text.
package enum YAMLText {
    /// One document, ending in a newline.
    package static func render(_ value: JSONValue, order: YAMLKeyOrder = .manifest) -> String {
        var writer = YAMLWriter(order: order)
        writer.root(value)
        return writer.text
    }

    /// Several documents, each behind `---`.
    package static func render(documents: [JSONValue], order: YAMLKeyOrder = .manifest) -> String {
        documents.map { "---\n" + render($0, order: order) }.joined()
    }
}

struct YAMLWriter {
    private(set) var text = ""
    private let order: YAMLKeyOrder

    init(order: YAMLKeyOrder) { self.order = order }

    mutating func root(_ value: JSONValue) {
        switch value {
        case .object(let members) where !members.isEmpty: mapping(members, indent: 0, continuesLine: false)
        case .array(let elements) where !elements.isEmpty: sequence(elements, indent: 0, continuesLine: false)
        default:
            leaf(value, indent: 0)
            text += "\n"
        }
    }

    /// Members at `indent`; the first stands on the current line when `continuesLine` (behind `- `).
    private mutating func mapping(_ members: [String: JSONValue], indent: Int, continuesLine: Bool) {
        for (index, member) in order.arranged(members).enumerated() {
            if index > 0 || !continuesLine { text += spaces(indent) }
            let key = YAMLScalar.inline(member.key)
            // A simple key may have 1024 characters at most; a longer one is written out.
            if key.utf8.count > 1000 { text += "? \(key)\n\(spaces(indent)):" } else { text += key + ":" }
            child(member.value, indent: indent, isMember: true)
        }
    }

    private mutating func sequence(_ elements: [JSONValue], indent: Int, continuesLine: Bool) {
        for (index, element) in elements.enumerated() {
            if index > 0 || !continuesLine { text += spaces(indent) }
            text += "-"
            child(element, indent: indent, isMember: false)
        }
    }

    /// The value behind `key:` or `-`, with the newline that ends it.
    private mutating func child(_ value: JSONValue, indent: Int, isMember: Bool) {
        switch value {
        case .object(let members) where !members.isEmpty:
            text += isMember ? "\n" : " "
            mapping(members, indent: indent + 2, continuesLine: !isMember)
        case .array(let elements) where !elements.isEmpty:
            text += isMember ? "\n" : " "
            sequence(elements, indent: isMember ? indent : indent + 2, continuesLine: !isMember)
        default:
            text += " "
            leaf(value, indent: indent)
            text += "\n"
        }
    }

    private mutating func leaf(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += String(number)
        case .number(let number): text += YAMLScalar.number(number)
        case .array: text += "[]"
        case .object: text += "{}"
        case .string(let string):
            guard let literal = YAMLScalar.literal(string) else {
                text += YAMLScalar.inline(string)
                return
            }
            text += literal.header
            for line in literal.lines { text += line.isEmpty ? "\n" : "\n" + spaces(indent + 2) + line }
        }
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
