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
        "Essentials", "Exposition", "Digests", "JSONScan", "YAML", "Schema", "Schedules", "OCIModel", "KubernetesModel",
        "TrivyReport",
        "CustomResources",
        "Planning", "Facts", "Findings", "Evaluation", "Machines", "ScanPolicyController", "ImageWatchController",
        "ChannelController", "RegistryHints", "Workloads",
        "CommandLine",
    ].map { "Sources/\($0)/" }

    private static let belowSockets = [
        "HTTPTransport", "KubernetesClient", "OCIRegistry", "ControllerRuntime", "FactSources", "EmbeddedAPIServer",
        "Courier", "CommandShell", "Installation", "ChildProcesses", "LocalNode",
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
            remedy: "sockets are for HTTPClientTransport, ProbeServer and Sandbox"),
        Ban(word: "import " + "Logging", folders: pure, remedy: "layers A and B return what there is to say"),
        Ban(word: "Continuous" + "Clock", folders: pure, remedy: "take the time as an argument"),
        Ban(word: "SystemRandom" + "NumberGenerator", folders: pure, remedy: "take a SeededGenerator"),
        Ban(word: "Date" + "()", folders: pure, remedy: "take the time as an argument"),
        Ban(word: "async" + " ", folders: pure, remedy: "policy never waits"),
        Ban(word: "await" + " ", folders: pure, remedy: "policy never waits"),
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
            violations += names(in: lines, of: path)
            for ban in bans where ban.folders.contains(where: path.hasPrefix) {
                for (index, line) in lines.enumerated() where holds(code(line), ban.word) {
                    violations.append("\(path):\(index + 1): ban: `\(ban.word.filter { $0 != "\n" })`; \(ban.remedy)")
                }
            }
        }
        return violations
    }

    /// A word begins where it stands: `entry?` is not the keyword with a question mark.
    private static func holds(_ line: String, _ word: String) -> Bool {
        line.ranges(of: word).contains { range in
            guard word.first?.isLetter == true, let before = line[..<range.lowerBound].last else { return true }
            return !before.isLetter && !before.isNumber && before != "_"
        }
    }

    private static let endings = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Base"]
    private static let declarations: Set<Substring> = ["struct", "class", "enum", "actor", "protocol"]

    /// Types are named by what they are; these endings say nothing.
    private static func names(in lines: [Substring], of path: String) -> [String] {
        lines.enumerated().compactMap { index, line in
            let words = code(line).split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            guard let keyword = words.firstIndex(where: declarations.contains), keyword + 1 < words.count else {
                return nil
            }
            let name = words[keyword + 1]
            guard name.first?.isUppercase == true,
                let ending = endings.first(where: { name.hasSuffix($0) && name != $0 })
            else { return nil }
            return "\(path):\(index + 1): name: \(name) ends in \(ending); name what it is, by the field's term"
        }
    }

    /// The line without a comment, with its end.
    private static func code(_ line: Substring) -> String {
        let trimmed = line.drop { $0 == " " }
        return trimmed.hasPrefix("//") ? "" : String(line) + "\n"
    }
}
