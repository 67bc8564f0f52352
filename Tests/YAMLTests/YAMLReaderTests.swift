// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import YAML

@Suite struct YAMLReaderTests {
    private func read(_ text: String, limits: YAMLLimits = .standard) throws -> JSONValue {
        try JSONValue(yaml: Array(text.utf8), limits: limits)
    }

    @Test(arguments: [
        ("~", JSONValue.null), ("null", .null), ("", .null), ("true", true), ("False", false), ("0", 0), ("-7", -7),
        ("+7", 7), ("0x1F", 31), ("0o17", 15), ("0644", 420), ("00", 0), ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number("9223372036854775808")),
        ("1.5", .number("1.5")), (".5", .number("0.5")), ("5.", .number("5")), ("-007.50", .number("-7.50")),
        ("1e3", .number("1e3")), ("1.5E-3", .number("1.5e-3")), ("08", 8), ("yes", "yes"), ("on", "on"),
        ("1_000", "1_000"),
        ("0x", "0x"), ("0x-1", "0x-1"), ("1e", "1e"), ("1.2.3", "1.2.3"), (".", "."), ("-1x", "-1x"),
        ("12:30", "12:30"),
        ("\"1\"", "1"), ("'true'", "true"), ("!!str 1", "1"), ("! 1", "1"), ("!!int 1", 1), ("!!float 1", 1),
    ])
    func `a scalar has the value of the core schema`(text: String, expected: JSONValue) throws {
        let value = try read("a: \(text)")
        #expect(value["a"] == expected)
    }

    @Test func `collections, block scalars, comments and anchors`() throws {
        let value = try read(
            """
            # a comment
            base: &base {name: web, ports: [80, 443]}
            copy: *base
            text: |
              line 1
                line 2
            folded: >-
              one
              two
            list:
            - a
            -
            - {b: }
            """)
        #expect(value["copy"] == ["name": "web", "ports": [80, 443]])
        #expect(value["text"] == "line 1\n  line 2\n")
        #expect(value["folded"] == "one two")
        #expect(value["list"] == ["a", .null, ["b": .null]])
    }

    @Test func `several documents come in order and empty ones are left out`() throws {
        let text = "---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\n"
        #expect(try JSONValue.yamlDocuments(Array(text.utf8)) == [["a": 1], ["b": 2]])
        #expect(throws: YAMLError("only one document is expected here, a second one starts", line: 6, column: 1)) {
            try read(text)
        }
    }

    @Test(arguments: [
        ("a: 1\na: 2", 2, 1, "`a` stands twice"), ("\"a\": 1\na: 2", 2, 1, "`a` stands twice"),
        ("a: [1, 2", 2, 1, "did not find expected"), ("a:\n\t- b", 2, 1, "cannot start any token"),
        ("<<: {a: 1}", 1, 1, "merge keys"), ("a: *nobody", 1, 4, "no anchor"), ("&a [*a]", 1, 5, "no anchor"),
        ("? [a]\n: b", 1, 3, "key must be"), ("?\n: b", 1, 2, "a key is missing"),
        ("a: .inf", 1, 4, "without a JSON form"),
        ("a: !!binary aGk=", 1, 4, "is not supported"), ("a: !!int x", 1, 4, "is not what its tag"),
        ("a: !env X", 1, 4, "is not supported"), ("ok: 1\na: \u{1}", 2, 4, "control characters"),
        ("%FOO bar\n", 1, 1, ""),
    ])
    func `what cannot be read is refused with its place`(text: String, line: Int, column: Int, problem: String) {
        let error = #expect(throws: YAMLError.self) { try read(text) }
        #expect(error?.line == line)
        if !problem.isEmpty {
            #expect(error?.column == column)
            #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
        }
    }

    @Test func `bytes that are not UTF-8 are refused with their place`() {
        let error = #expect(throws: YAMLError.self) { try JSONValue(yaml: Array("a: b\nc: ".utf8) + [0xFF, 0xFE]) }
        #expect(error.map { [$0.line, $0.column] } == [2, 4])
    }

    @Test func `a billion laughs are refused`() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        let error = #expect(throws: YAMLError.self) { try read(text) }
        #expect(error?.problem.hasPrefix("more than 100000 values") == true)
    }

    @Test func `a long text repeated by aliases is refused`() {
        let text =
            "a: &a " + String(repeating: "x", count: 500_000) + "\nb: ["
            + Array(repeating: "*a", count: 9).joined(separator: ", ")
            + "]\n"
        let error = #expect(throws: YAMLError.self) { try read(text) }
        #expect(error?.problem.hasPrefix("more than 4194304 bytes") == true)
    }

    @Test func `nesting is limited, also through aliases`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try read(nested(64)).arrayValue != nil)
        #expect(throws: YAMLError.self) { try read(nested(65)) }
        #expect(throws: YAMLError.self) { try read(nested(200_000)) }
        #expect(
            try read(
                "a: &a \(nested(40))\nb: \(String(repeating: "[", count: 23))*a\(String(repeating: "]", count: 23))")
                != .null)
        #expect(throws: YAMLError.self) {
            try read(
                "a: &a \(nested(40))\nb: \(String(repeating: "[", count: 24))*a\(String(repeating: "]", count: 24))")
        }
    }

    @Test func `a text that is too long is refused before it is parsed`() {
        let error = #expect(throws: YAMLError.self) {
            try JSONValue(yaml: Array(repeating: UInt8(ascii: "a"), count: 1 << 20 | 1))
        }
        #expect(error?.problem == "the text has 1048577 bytes, more than 1048576")
    }

    @Test(arguments: 0..<40)
    func `random bytes near YAML never trap`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let alphabet = Array("ab:-?[]{},&*!|>'\"%@`#~ \n\n\t0x1.e\\".utf8) + [0xC3, 0xA9, 0xFF, 0x00]
        for _ in 0..<50 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            if let documents = try? JSONValue.yamlDocuments(bytes) {
                for document in documents {
                    let again = try? JSONValue(yaml: Array(YAMLText.render(document).utf8))
                    #expect(again.map(normalised) == normalised(document), "seed \(seed): \(bytes)")
                }
            }
        }
    }
}

/// Floats with an exponent may be written another way; everything else must come back exactly.
func normalised(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let text): .number(YAMLScalar.number(text))
    case .array(let elements): .array(elements.map(normalised))
    case .object(let members): .object(members.mapValues(normalised))
    default: value
    }
}
