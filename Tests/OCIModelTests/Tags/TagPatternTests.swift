// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import OCIModel

@Suite struct TagPatternTests {
    private func extract(_ pattern: String, _ text: String) throws -> String? {
        try TagPattern(pattern).extract(Array(text.utf8)[...]).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        (#"^v?\d+\.\d+\.\d+$"#, "v1.2.3", true), (#"^v?\d+\.\d+\.\d+$"#, "1.2.3-rc", false),
        ("beta", "1.0-beta2", true),
        ("(?i)RC", "1.0-rc1", true), ("^1$", "1\n", false), (#"\pL"#, "1.0é", true), ("a{2,3}$", "aaaa", true),
        ("^(a|b)*c$", "ababc", true),
    ])
    func `looks for a pattern anywhere`(pattern: String, text: String, found: Bool) throws {
        #expect(try TagPattern(pattern).matches(Array(text.utf8)[...]) == found)
        // A piece of something longer, as tags come.
        let bytes = Array("#\(text)#".utf8)
        #expect(try TagPattern(pattern).matches(bytes[1..<(bytes.count - 1)]) == found)
    }

    /// A backtracking matcher would need longer than the universe has stood.
    @Test(arguments: ["(a+)+$", "(a|aa)+$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "(.*a){24}b"])
    func `needs no backtracking`(pattern: String) throws {
        let text = Array((String(repeating: "a", count: 127) + "!").utf8)[...]
        let compiled = try TagPattern(pattern)
        #expect(!compiled.matches(text))
        #expect(compiled.extract(text) == nil)
    }

    @Test(arguments: [
        (#"^main-[0-9a-f]+-(?P<version>\d+)$"#, "main-1a2b-77", "77"), (#"(\d+)-(?P<version>\d+)"#, "12-34", "34"),
        (#"ver(\d+)"#, "ver3", "3"),
        (#"\d+\.\d+"#, "alpine-5.0", "5.0"), ("(a)|(b)", "b", nil), ("x*", "yyy", nil), ("^z", "yyy", nil),
        ("(é+)", "1éé", "éé"),
    ])
    func `extracts the named group, else the first, else all`(pattern: String, text: String, expected: String?) throws {
        #expect(try extract(pattern, text) == expected)
    }

    @Test(arguments: [
        ("(", "is no RE2 expression: missing ): (; correct it"),
        ("*", "is no RE2 expression: no argument for repetition operator: *; correct it"),
        (#"(?=a)"#, "is no RE2 expression: invalid perl operator: (?=; correct it"),
        (#"(a)\1"#, #"is no RE2 expression: invalid escape sequence: \1; correct it"#),
        ("(\u{1B}\u{202E}é\n", #"is no RE2 expression: missing ): (\u{1B}\u{202E}\u{00E9}\n; correct it"#),
        ("a{1001}", "is no RE2 expression: invalid repetition size: {1001}; correct it"),
        ("", "is empty, which would match every tag; remove it"),
        ("((a{100}){100}){100}", "is no RE2 expression: invalid repetition size: {100}; correct it"),
        (String(repeating: "a", count: 513), "is longer than 512 bytes; shorten it"),
    ])
    func `says what is wrong with a pattern`(pattern: String, explanation: String) {
        #expect(throws: TagPattern.Problem(explanation: explanation)) { try TagPattern(pattern) }
    }

    @Test func `a pattern that grows beyond its memory is refused`() {
        #expect(
            throws: TagPattern.Problem(
                explanation: "is no RE2 expression: pattern too large - compile failed; correct it")
        ) {
            try TagPattern(#"(\pL{30}\pN{30}){30}"#)
        }
    }

    @Test func `looks at no text that is longer than a tag`() throws {
        let pattern = try TagPattern("a")
        #expect(pattern.matches(Array(repeating: UInt8(ascii: "a"), count: 128)[...]))
        #expect(!pattern.matches(Array(repeating: UInt8(ascii: "a"), count: 129)[...]))
        #expect(!pattern.matches([]))
    }
}
