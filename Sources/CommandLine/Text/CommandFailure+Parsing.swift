// SPDX-License-Identifier: Apache-2.0

extension CommandFailure {
    /// What the parser of arguments says, in our form.
    ///
    /// - Parameters:
    ///   - message: `Unknown option '--cvs'. Did you mean '--cve'?`
    ///   - command: the command whose arguments they are, as it is called: `watchbill reports`.
    package static func wrongUse(_ message: String, of command: String) -> CommandFailure {
        let sentences = message.split(separator: "\n").first.map(String.init) ?? "wrong arguments"
        let (what, hint) = split(sentences)
        let help = "\(command) --help lists what there is"
        return CommandFailure(
            what: lowered(what), place: command, remedy: hint.map { "\(lowered($0)) \(help)" } ?? help, code: .usage)
    }

    /// `Did you mean …?` and `Please provide …` are remedies.
    private static func split(_ text: String) -> (what: String, hint: String?) {
        for start in [" Did you mean ", " Please provide "] {
            guard let range = text.firstRange(of: start) else { continue }
            let hint = text[range.lowerBound...].drop { $0 == " " }
            let before = text[..<range.lowerBound]
            let what = before.last == "." ? before.dropLast() : before
            return (String(what), hint.last == "?" || hint.last == "." ? String(hint) : "\(hint).")
        }
        return (text.last == "." ? String(text.dropLast()) : text, nil)
    }

    private static func lowered(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }
}
