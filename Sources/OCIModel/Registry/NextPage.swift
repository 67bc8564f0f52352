// SPDX-License-Identifier: Apache-2.0

/// The `next` link of a page (RFC 8288), as registries write it.
package enum NextPage {
    /// The target of the first link with `rel="next"`, as written; nil where there is none.
    ///
    /// A link without brackets is read too (Quay once sent one), and so is one without `rel` where it is the only one
    /// (distribution's own clients never looked).
    package static func target(_ headers: [String]) -> String? {
        var only: String?
        var count = 0
        for header in headers.prefix(8) {
            for link in split(header.prefix(RegistryLocation.limit * 2), at: ",") {
                let parts = split(link, at: ";")
                guard let first = parts.first, let target = target(of: first) else { continue }
                count += 1
                let relations = parts.dropFirst().compactMap(relation)
                if relations.contains(where: { $0.split(separator: " ").contains("next") }) { return target }
                if relations.isEmpty { only = only ?? target }
            }
        }
        return count == 1 ? only : nil
    }

    private static func target(of text: Substring) -> String? {
        let text = trimmed(text)
        guard !text.isEmpty else { return nil }
        guard text.hasPrefix("<") else { return String(text) }
        guard text.hasSuffix(">") else { return nil }
        return String(text.dropFirst().dropLast())
    }

    private static func relation(_ parameter: Substring) -> String? {
        let parts = parameter.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, trimmed(parts[0]).lowercased() == "rel" else { return nil }
        return String(trimmed(parts[1])).filter { $0 != "\"" }.lowercased()
    }

    /// Cut where the separator stands outside of brackets and quotes.
    private static func split(_ text: Substring, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isInBrackets = false
        var isQuoted = false
        for index in text.indices {
            switch text[index] {
            case "<" where !isQuoted: isInBrackets = true
            case ">" where !isQuoted: isInBrackets = false
            case "\"" where !isInBrackets: isQuoted.toggle()
            case separator where !isInBrackets && !isQuoted:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
