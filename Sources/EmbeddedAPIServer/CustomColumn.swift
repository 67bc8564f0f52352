// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// One of a definition's `additionalPrinterColumns`.
struct CustomColumn: Sendable, Equatable {
    var name: String
    var type: String
    var format: String
    var description: String
    var priority: Int64
    var path: JSONPath

    init?(_ column: JSONValue) {
        guard let name = column["name"]?.stringValue, let path = column["jsonPath"]?.stringValue.flatMap(JSONPath.init)
        else { return nil }
        self.name = name
        self.path = path
        type = column["type"]?.stringValue ?? "string"
        format = column["format"]?.stringValue ?? ""
        description = column["description"]?.stringValue ?? ""
        priority = column["priority"]?.integerValue ?? 0
    }

    /// Those of a version, after the name; without any, the age.
    static func columns(_ custom: [CustomColumn]) -> [Table.Column] {
        custom.isEmpty ? [Table.name, Table.age] : [Table.name] + custom.map(\.column)
    }

    private var column: Table.Column {
        Table.Column(
            name: name, type: type, priority: priority, format: format, description: description
        ) { [path, type] object, now in
            let found = path.values(in: object)
            guard let first = found.first else { return .null }
            switch type {
            case "date": return .string(HumanDuration.since(first.stringValue, now))
            case "string": return .string(found.map(Self.text).joined(separator: " "))
            case "integer", "number", "boolean": return first.isNull ? .null : first
            default: return first
            }
        }
    }

    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? (value.isNull ? "" : value.canonicalText)
    }
}

/// The JSONPath of printer columns: members, indices, `[*]`, and filters that compare a member with a text.
struct JSONPath: Sendable, Equatable {
    private enum Step: Sendable, Equatable {
        case member(String)
        case index(Int)
        case all
        case filter(member: [String], equals: JSONValue)
    }

    private var steps: [Step] = []

    /// Nil for what is not understood; such a column is left out.
    init?(_ text: String) {
        var rest = text[...]
        if rest.first == "{", rest.last == "}" { rest = rest.dropFirst().dropLast() }
        if rest.first == "$" { rest = rest.dropFirst() }
        while let first = rest.first {
            switch first {
            case ".":
                rest = rest.dropFirst()
                guard rest.first != "[" else { continue }
                var name = ""
                while let next = rest.first, next != ".", next != "[" {
                    rest = rest.dropFirst()
                    if next == "\\", let escaped = rest.popFirst() { name.append(escaped) } else { name.append(next) }
                }
                guard !name.isEmpty else { return nil }
                steps.append(name == "*" ? .all : .member(name))
            case "[":
                guard let end = Self.closing(rest) else { return nil }
                guard let step = Self.step(rest[rest.index(after: rest.startIndex)..<end]) else { return nil }
                steps.append(step)
                rest = rest[rest.index(after: end)...]
            default: return nil
            }
        }
    }

    /// The bracket that closes the first one, quotes aside.
    private static func closing(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices.dropFirst() {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "]" {
                return index
            }
        }
        return nil
    }

    private static func step(_ text: Substring) -> Step? {
        if text == "*" { return .all }
        if let index = Int(text) { return .index(index) }
        if let name = unquoted(text) { return .member(name) }
        guard text.hasPrefix("?("), text.hasSuffix(")") else { return nil }
        let condition = text.dropFirst(2).dropLast()
        guard let sign = condition.firstRange(of: "==") else { return nil }
        let left = condition[..<sign.lowerBound].filter { $0 != " " }
        let right = trimmed(condition[sign.upperBound...])
        guard left.hasPrefix("@.") else { return nil }
        let value: JSONValue
        if let text = unquoted(right) {
            value = .string(text)
        } else if let number = Int64(right) {
            value = .integer(number)
        } else if right == "true" || right == "false" {
            value = .bool(right == "true")
        } else {
            return nil
        }
        return .filter(member: left.dropFirst(2).split(separator: ".").map(String.init), equals: value)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop { $0 == " " }
        while rest.last == " " { rest = rest.dropLast() }
        return rest
    }

    private static func unquoted(_ text: Substring) -> String? {
        guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }

    func values(in object: JSONValue) -> [JSONValue] {
        steps.reduce([object]) { found, step in
            found.flatMap { value -> [JSONValue] in
                switch step {
                case .member(let name): return value[name].map { [$0] } ?? []
                case .index(let index):
                    let items = value.arrayValue ?? []
                    let place = index < 0 ? items.count + index : index
                    return items.indices.contains(place) ? [items[place]] : []
                case .all:
                    return value.arrayValue
                        ?? value.objectValue.map { $0.sorted { $0.key < $1.key }.map(\.value) } ?? []
                case .filter(let member, let wanted):
                    return (value.arrayValue ?? []).filter { item in
                        member.reduce(Optional(item)) { $0?[$1] } == wanted
                    }
                }
            }
        }
    }
}
