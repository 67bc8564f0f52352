// SPDX-License-Identifier: Apache-2.0

/// Links in the documents lead somewhere, and files that they name exist.
enum DocumentRules {
    private static let catalogue = "Sources/Watchbill/Documentation.docc"

    static func violations() -> [String] {
        let pages = TextFile.list(catalogue, endingWith: [".md"])
        let names = Set(pages.map { $0.split(separator: "/").last.map { String($0.dropLast(3)) } ?? "" })
        var violations: [String] = []
        for path in pages + ["README.md", "CONTRIBUTING.md"] {
            guard let text = TextFile.read(path) else {
                violations.append("\(path):1: missing: this page is part of the project; write it")
                continue
            }
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let place = "\(path):\(index + 1)"
                for name in targets(in: line, after: "<doc:", until: ">") where !names.contains(name) {
                    violations.append("\(place): link: there is no page \(name); correct it")
                }
                for target in targets(in: line, after: "](", until: ")") where !isReachable(target, from: path) {
                    violations.append("\(place): link: \(target) does not exist; correct it")
                }
                for file in targets(in: line, after: "`Sources/", until: "`") where !exists("Sources/" + file) {
                    violations.append("\(place): name: Sources/\(file) does not exist; correct it")
                }
            }
        }
        return violations
    }

    private static func targets(in line: Substring, after start: String, until end: Character) -> [String] {
        var found: [String] = []
        var rest = line
        while let range = rest.firstRange(of: start) {
            rest = rest[range.upperBound...]
            guard let stop = rest.firstIndex(of: end) else { break }
            found.append(String(rest[..<stop]))
        }
        return found
    }

    private static func isReachable(_ target: String, from path: String) -> Bool {
        if target.contains("://") || target.hasPrefix("#") || target.hasPrefix("mailto:") { return true }
        // A picture of the catalogue is called by its name alone, wherever it lies.
        if path.hasPrefix(catalogue), exists("\(catalogue)/Resources/\(target)") { return true }
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        return exists(folder.isEmpty ? target : "\(folder)/\(target)")
    }

    /// A name with `<…>` or `*` stands for many.
    private static func exists(_ path: String) -> Bool {
        if path.contains("<") || path.contains("*") { return true }
        return TextFile.read(path) != nil
            || !TextFile.list(path.hasSuffix("/") ? String(path.dropLast()) : path, endingWith: [""]).isEmpty
    }
}
