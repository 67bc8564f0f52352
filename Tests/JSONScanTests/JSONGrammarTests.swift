// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import JSONScan

@Suite struct `The JSON grammar` {
    /// Whether all three ways over a document (build, skip, capture) take it; they must agree.
    static func accepts(_ document: [UInt8], _ limits: JSONLimits = .default) -> Bool {
        var skipping = JSONScanner(document, limits: limits)
        let skipped = (try? skipping.skipValue()) != nil && (try? skipping.finish()) != nil
        let built = (try? JSONValue(parsing: document, limits: limits)) != nil
        #expect(skipped == built, "skipping and building disagree on \(String(decoding: document, as: UTF8.self))")
        return built
    }

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "-0.0", "1e5", "1E+5", "1.25e-3", "123456789012345678901234567890", "\"\"",
        "[]",
        "{}", " [ ] ", "\t{\r\n}\n", "[[[]]]", #"{"":{}}"#, #"["\"\\\/\b\f\n\r\t\u0000"]"#, "\"\u{7F}é😀\"",
        #"{"a":1,"a":2}"#,
    ])
    func `is accepted`(text: String) { #expect(Self.accepts(bytes(text))) }

    @Test(arguments: [
        "", " ", "nul", "nulll", "tru", "True", "01", "-01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x10",
        "1_000",
        "NaN", "Infinity", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\n\"", "\"\u{0}\"",
        "\"\u{1F}\"",
        "'a'", "[", "]", "[1", "[1,", "[1,]", "[,]", "[,1]", "[1 2]", "[1}", "{", "}", "{]", #"{"a"}"#, #"{"a":}"#,
        #"{"a":1"#,
        #"{"a":1,}"#, #"{,}"#, #"{a:1}"#, "{1:1}", #"{"a" 1}"#, #"{"a"::1}"#, #"{"a":1]"#, #"{"a":1 "b":2}"#, "1 2",
        "[] []",
        "// comment\n1", "/* */1", "\u{FEFF}1", "\u{A0}1", "\u{B}1", "\0", "1\0", "[\0]", "\"a\\", "\"\\u",
        "{\"a\":1,,\"b\":2}",
    ])
    func `is refused`(text: String) { #expect(!Self.accepts(bytes(text))) }

    @Test(arguments: [
        (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\ud83d\ude00""#, "😀"), (#""\uD83D""#, "\u{FFFD}"),
        (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"), (#""\ud83d\n""#, "\u{FFFD}\n"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\u0000""#, "\0"),
        (#""\\u0041""#, "\\u0041"), (#""a\/b""#, "a/b"), (#""\"\\\b\f\n\r\t""#, "\"\\\u{8}\u{C}\n\r\t"),
    ])
    func `resolves escapes`(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: bytes(text)) == .string(expected))
    }

    @Test func `repairs bytes that are no UTF-8`() throws {
        for broken: [UInt8] in [[0x80], [0xC3], [0xFF, 0xFE], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xC0, 0xAF]] {
            let value = try JSONValue(parsing: [0x22, 0x61] + broken + [0x62, 0x22])
            let text = try #require(value.stringValue)
            #expect(text.hasPrefix("a\u{FFFD}") && text.hasSuffix("b"), "\(broken)")
        }
    }

    @Test(
        arguments: [
            ("0", .integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number("9223372036854775808")),
            ("-9223372036854775809", .number("-9223372036854775809")), ("1.0", .number("1.0")), ("1e2", .number("1e2")),
            ("1e400", .number("1e400")), ("0.1000000000000000055", .number("0.1000000000000000055")),
        ] as [(String, JSONValue)])
    func `keeps numbers exact`(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: bytes(text)) == expected)
    }

    @Test func `finds the end of a string at every distance`() throws {
        for count in 0...40 {
            for special in ["", "\\n", "é", "\\u0041", "\u{7F}", "/", "!"] {
                for position in 0...count {
                    let text =
                        String(repeating: "x", count: position) + special
                        + String(repeating: "y", count: count - position)
                    #expect(Self.accepts(bytes("[\"\(text)\",1]")))
                    #expect(!Self.accepts(bytes("[\"\(text)\u{1}\",1]")))
                }
            }
        }
    }

    @Test func `lets the last of equal names win`() throws {
        #expect(try JSONValue(parsing: bytes(#"{"a":1,"b":0,"\u0061":2}"#)) == ["a": 2, "b": 0])
    }

    @Test(arguments: [1, 2, 63, 64, 65, 511, 512])
    func `limits the depth in every way of reading`(depth: Int) {
        let limits = JSONLimits(maximumDepth: depth)
        for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"b":"#, "}]")] {
            let step = open.hasPrefix("[{") ? 2 : 1
            func nested(_ levels: Int) -> [UInt8] {
                let steps = levels / step
                return bytes(String(repeating: open, count: steps) + "0" + String(repeating: close, count: steps))
            }
            #expect(Self.accepts(nested(depth), limits), "\(open)")
            #expect(!Self.accepts(nested(depth + step), limits), "\(open)")
            #expect(!Self.accepts(nested(100_000), limits), "\(open)")
        }
        #expect(JSONLimits(maximumDepth: 9_999).maximumDepth == JSONLimits.deepest)
    }

    @Test func `counts the depth of a skipped value from the outermost container`() {
        var scanner = JSONScanner(bytes(#"{"a":[[1]]}"#), limits: JSONLimits(maximumDepth: 2))
        #expect(throws: JSONError(path: "a", offset: 6, reason: "more than 2 objects and arrays inside each other")) {
            try scanner.readObject { _, _ in }
        }
    }

    @Test func `limits size and number of values`() {
        #expect(Self.accepts(bytes("[1,2]"), JSONLimits(maximumBytes: 5)))
        #expect(!Self.accepts(bytes("[1,23]"), JSONLimits(maximumBytes: 5)))
        #expect(throws: JSONError(path: "[2]", offset: 5, reason: "the document has more than 3 values")) {
            try JSONValue(parsing: bytes("[1,2,3]"), limits: JSONLimits(maximumValues: 3))
        }
        #expect((try? JSONValue(parsing: bytes("[1,2,3]"), limits: JSONLimits(maximumValues: 4))) != nil)
    }

    @Test func `caps what a message takes from the document`() throws {
        let name = String(repeating: "\\u0007n", count: 5_000)
        let deep = String(repeating: "{\"\(name)\":", count: 100) + "x" + String(repeating: "}", count: 100)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes(deep)) }
        #expect(try #require(error).path.utf8.count < 1_500)
        #expect(try #require(error).description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
}
