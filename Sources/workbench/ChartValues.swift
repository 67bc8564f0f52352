// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schema
import YAML

/// `values.yaml` and what follows from it together with `ValuesSchema`: the schema that Helm reads, and the reference page.
enum ChartValues {
    static let path = ChartFiles.folder + "/values.yaml"

    /// What each value means: the comment above it.
    static var comments: [String: String] { comments(in: TextFile.read(path) ?? "") }

    static var schemaText: String { JSONSchemaText(descriptions: comments).render(ValuesSchema.root) }

    static var page: String {
        let comments = comments
        var text = """
            # Values of the chart

            Every value of `helm/watchbill` with its type, its default and what it means. What is not named here is refused, and so are
            values that contradict each other.

            ## Values

            | value | type | default | meaning |
            |---|---|---|---|

            """
        let defaults = defaults
        for (path, schema) in leaves {
            let names = path.split(separator: ".").map(String.init)
            let value = names.reduce(Optional(defaults)) { $0?[$1] }
            let group = names.last == "enabled" ? comments[names.dropLast().joined(separator: ".")] : nil
            let own = [group, comments[path] ?? schema.description].compactMap(\.self).joined(separator: " ")
            let meaning = own.replacing("|", with: "\\|")
            text += "| `\(path)` | \(ReferencePage.type(of: schema)) | "
            text += value.map { "`\($0.canonicalText)`" } ?? ""
            text += " | \(meaning) |\n"
        }
        return text
    }

    /// The defaults; an empty object when the file cannot be read, which `ChartRules` tells.
    static var defaults: JSONValue {
        do {
            return try JSONValue(yaml: TextFile.bytes(path) ?? [])
        } catch {
            return [:]
        }
    }

    /// Values that are no group of others.
    static var leaves: [(path: String, schema: Schema)] {
        // `global` is Helm's.
        leaves(of: ValuesSchema.root, at: "").filter { $0.path != "global" }
    }

    private static func leaves(of schema: Schema, at path: String) -> [(path: String, schema: Schema)] {
        guard case .object(let rules) = schema.shape, !rules.properties.isEmpty else { return [(path, schema)] }
        return rules.properties.sorted { $0.key < $1.key }.flatMap { name, property in
            leaves(of: property, at: path.isEmpty ? name : "\(path).\(name)")
        }
    }

    /// Comment lines directly above a key belong to it; an empty line ends them.
    private static func comments(in text: String) -> [String: String] {
        var result: [String: String] = [:]
        var pending: [Substring] = []
        var parents: [(indent: Int, name: Substring)] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let indent = line.prefix { $0 == " " }.count
            let content = line.dropFirst(indent)
            if content.hasPrefix("#") {
                // Examples are indented or begin with a dash; they are for the file itself.
                let words = content.dropFirst().drop { $0 == " " }
                if !words.hasPrefix("- "), !content.hasPrefix("#  ") { pending.append(words) }
                continue
            }
            defer { pending = [] }
            guard let colon = content.firstIndex(of: ":"), !content.hasPrefix("- ") else { continue }
            while let last = parents.last, last.indent >= indent { parents.removeLast() }
            parents.append((indent, content[..<colon]))
            if pending.isEmpty { continue }
            var comment = pending.joined(separator: " ")
            if comment.hasSuffix(":") { comment = comment.dropLast() + "." }
            result[parents.map(\.name).joined(separator: ".")] = comment
        }
        return result
    }
}
