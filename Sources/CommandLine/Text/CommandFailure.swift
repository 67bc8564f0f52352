// SPDX-License-Identifier: Apache-2.0

/// An error of a command in the form that all have: `error: <what>, <where>; <remedy>`.
package struct CommandFailure: Error, Hashable, Sendable {
    package var what: String
    package var place: String
    package var remedy: String
    package var code: CommandStatus

    package init(what: String, place: String, remedy: String, code: CommandStatus = .failed) {
        self.what = what
        self.place = place
        self.remedy = remedy
        self.code = code
    }

    package var text: String { "error: \(what), \(place); \(remedy)" }
}

/// How the program ends.
package enum CommandStatus: Int32, Sendable {
    case done = 0
    /// It failed, or the answer is no.
    case failed = 1
    /// It was called in a wrong way.
    case usage = 2
    /// Nobody can tell: no answer, no time, not scannable.
    case undecidable = 3
}
