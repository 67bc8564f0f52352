// SPDX-License-Identifier: Apache-2.0

/// What holds for every Swift file beyond what the compiler and the formatter check.
enum SourceRules {
    private struct Ban {
        var word: String
        /// Where it is banned: folder prefixes.
        var folders: [String]
        var remedy: String
    }

    /// Layers A and B: no IO, no clock, no chance.
    private static let pure = [
        "Essentials", "Digests", "JSONScan", "YAML", "Schema", "OCIModel", "KubernetesModel", "TrivyReport",
        "CustomResources",
        "Planning", "Facts", "Machines", "ScanPolicyController",
    ].map { "Sources/\($0)/" }

    private static let belowSockets = [
        "HTTPTransport", "KubernetesClient", "OCIRegistry", "ControllerRuntime", "FactSources", "EmbeddedAPIServer",
        "Courier",
    ].map { "Sources/\($0)/" }

    private static let everywhere = ["Sources/"]

    // Written in two parts, so that this file keeps the rules itself.
    private static let bans = [
        Ban(word: "try" + "!", folders: everywhere, remedy: "handle the error"),
        Ban(word: "try" + "?", folders: everywhere, remedy: "say what happens when it fails"),
        Ban(word: "as" + "! ", folders: everywhere, remedy: "use as? and say what happens otherwise"),
        Ban(word: "@unchecked " + "Sendable", folders: everywhere, remedy: "use a Mutex or an actor"),
        Ban(word: "nonisolated(" + "unsafe)", folders: pure + belowSockets, remedy: "use a Mutex"),
        Ban(
            word: "import " + "Foundation\n", folders: everywhere,
            remedy: "FoundationEssentials, or nothing: Foundation brings ICU"),
        Ban(
            word: "import " + "NIO", folders: pure + belowSockets,
            remedy: "sockets are for HTTPClientTransport and ProbeServer"),
        Ban(word: "import " + "Logging", folders: pure, remedy: "layers A and B return what there is to say"),
        Ban(word: "Continuous" + "Clock", folders: pure, remedy: "take the time as an argument"),
        Ban(word: "SystemRandom" + "NumberGenerator", folders: pure, remedy: "take a SeededGenerator"),
        Ban(word: "Date" + "()", folders: pure, remedy: "take the time as an argument"),
        Ban(word: " async" + " ", folders: pure, remedy: "policy never waits"),
        Ban(word: "fatal" + "Error(", folders: everywhere, remedy: "return an error"),
        Ban(word: "TO" + "DO", folders: everywhere, remedy: "do it, or file an issue"),
    ]

    static func violations() -> [String] {
        var violations: [String] = []
        for path in TextFile.list("Sources", endingWith: [".swift"]) + TextFile.list("Tests", endingWith: [".swift"]) {
            guard let text = TextFile.read(path) else { continue }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if lines.first != "// SPDX-License-Identifier: Apache-2.0" {
                violations.append("\(path):1: licence: the first line is no SPDX line; add it")
            }
            if lines.count > 401 {
                violations.append("\(path):400: length: \(lines.count - 1) lines; split by behaviour")
            }
            for ban in bans where ban.folders.contains(where: path.hasPrefix) {
                for (index, line) in lines.enumerated() where code(line).contains(ban.word) {
                    violations.append("\(path):\(index + 1): ban: `\(ban.word.filter { $0 != "\n" })`; \(ban.remedy)")
                }
            }
        }
        return violations
    }

    /// The line without a comment, with its end.
    private static func code(_ line: Substring) -> String {
        let trimmed = line.drop { $0 == " " }
        return trimmed.hasPrefix("//") ? "" : String(line) + "\n"
    }
}
