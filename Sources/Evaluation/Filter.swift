// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A pure function of the operator's, to be tried from outside: `watchbill eval NAME` answers each line of JSON with one.
///
/// To add one, write a file `Filter+Name.swift` with a static member and name it in `all`; the command, its help, the page
/// `Reference/Eval.md` and the test of its examples follow.
package struct Filter: Sendable {
    /// As in `watchbill eval NAME`.
    package let name: String
    /// What it answers, in one sentence.
    package let summary: String
    package let input: [Member]
    package let output: [Member]
    /// Input lines; the documentation shows them with what they give.
    package let examples: [JSONValue]
    /// What the answer follows from where it does, with sources; may be empty.
    package let notes: String

    let answer: @Sendable (FilterInput) throws(FilterError) -> JSONValue

    /// One member of an input or output object.
    package struct Member: Sendable {
        package var name: String
        /// `string`, `integer`, `instant`, `strings`, …
        package var type: String
        package var meaning: String
        package var isRequired: Bool

        init(_ name: String, _ type: String, _ meaning: String, isRequired: Bool = false) {
            self.name = name
            self.type = type
            self.meaning = meaning
            self.isRequired = isRequired
        }
    }

    init(
        _ name: String, _ summary: String, input: [Member], output: [Member], examples: [JSONValue], notes: String = "",
        answer: @escaping @Sendable (FilterInput) throws(FilterError) -> JSONValue
    ) {
        self.name = name
        self.summary = summary
        self.input = input
        self.output = output
        self.examples = examples
        self.notes = notes
        self.answer = answer
    }

    /// Every filter there is, by name.
    package static let all: [Filter] = [
        .credentials,
        .cron,
        .frame,
        .imageID,
        .reference,
        .suppression,
        .tags,
        .zone,
    ]

    /// The answer to one input; an `{"error": …}` where there is none.
    package func callAsFunction(_ value: JSONValue) -> JSONValue {
        do throws(FilterError) {
            return try answer(FilterInput(value, of: self))
        } catch {
            return ["error": .string(error.description)]
        }
    }
}
