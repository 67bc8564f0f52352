// SPDX-License-Identifier: Apache-2.0

/// Why a text names no image.
package struct ImageReferenceError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case empty
        case tooLong(limit: Int)
        /// White space, a control character or anything outside ASCII.
        case forbiddenCharacter
        /// 64 hexadecimal digits: the id of an image on one node, which no registry knows.
        case identifier
        case invalidRegistry(String)
        case missingRepository
        case upperCase(String)
        case invalidRepository(String)
        case invalidTag(String)
        case invalidDigest(String)
    }

    package let text: String
    package let reason: Reason

    init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }

    package var description: String { "\(problem); \(remedy)" }

    /// What is wrong, and with which text.
    package var problem: String { "image \(quoted(text)): \(words.problem)" }

    /// What to do about it.
    package var remedy: String { words.remedy }

    private var words: (problem: String, remedy: String) {
        switch reason {
        case .empty: ("is empty", "write for example nginx:1.27")
        case .tooLong(let limit): ("is longer than \(limit) characters", "shorten it")
        case .forbiddenCharacter: ("holds white space or a character outside printable ASCII", "remove it")
        case .identifier:
            (
                "is the id of an image on one node, not a name",
                "write repository:tag or repository@sha256:…"
            )
        case .invalidRegistry(let host):
            (
                "\(quoted(host)) is no host name with an optional port", "write one like registry.example.org:5000"
            )
        case .missingRepository: ("names a registry but no repository", "write registry/repository:tag")
        case .upperCase(let path): ("the repository \(quoted(path)) must be lower case", "write it so")
        case .invalidRepository(let part):
            (
                "\(quoted(part)) is no part of a repository", "use a-z and 0-9, separated by one of . _ __ or -"
            )
        case .invalidTag(let tag):
            (
                "\(quoted(tag)) is no tag", "use up to 128 of A-Z a-z 0-9 _ . - and start with none of . -"
            )
        case .invalidDigest(let digest):
            ("\(quoted(digest)) is no digest", "write sha256: and 64 lower-case hexadecimal digits")
        }
    }
}
