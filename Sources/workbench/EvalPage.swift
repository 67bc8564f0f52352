// SPDX-License-Identifier: Apache-2.0
import Essentials
import Evaluation

/// The page of `watchbill eval`: each filter with its members and with examples that were really run.
enum EvalPage {
    static let path = "\(ReferencePage.folder)/Eval.md"

    static var text: String {
        """
        # watchbill eval

        Pure functions of the operator's, to be tried with foreign test vectors: lines of JSON in, lines of JSON out.

        ## How it reads and answers

            watchbill eval NAME < inputs > answers

        Each line of standard input is one JSON object, and each is answered by one line, in order. A line that is no such object, \
        has a member that the filter does not know, or a value that it refuses is answered by `{"error": …}`, and the next line \
        is read. The longest line has \(FilterStream.maximumLineBytes >> 20) MiB. The program exits 0 at the end of the input, \
        whatever the answers say, and 2 when there is no such filter. No filter reads anything else, and none needs a cluster.

        An instant is RFC 3339: `2026-03-29T01:00:00Z`. Members that are not marked as required may be absent or null.

        """ + Filter.all.map(section).joined()
    }

    private static func section(_ filter: Filter) -> String {
        var text = "\n## \(filter.name)\n\n\(filter.summary)\n\n"
        text += "| input | type | meaning |\n|---|---|---|\n" + filter.input.map(row).joined()
        text += "\n| output | type | meaning |\n|---|---|---|\n" + filter.output.map(row).joined()
        if !filter.notes.isEmpty { text += "\n\(filter.notes)\n" }
        text += "\n```\n$ watchbill eval \(filter.name)\n"
        for example in filter.examples {
            text += "\(example.canonicalText)\n\(filter(example).canonicalText)\n"
        }
        return text + "```\n"
    }

    private static func row(_ member: Filter.Member) -> String {
        let meaning = (member.isRequired ? "Required. " : "") + member.meaning
        return "| `\(member.name)` | \(member.type) | \(meaning.replacing("|", with: "\\|")) |\n"
    }
}
