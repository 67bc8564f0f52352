// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import JSONScan

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite struct `A JSON scanner` {
    struct Server: Equatable {
        var name = ""
        var ports: [Int64] = []
        var labels: [String: String] = [:]
        var enabled: Bool?

        init() {}
        init(from scanner: inout JSONScanner) throws(JSONError) {
            try scanner.readObject { (key, scanner) throws(JSONError) in
                switch key {
                case "name": name = try scanner.readString()
                case "ports":
                    try scanner.readArray { (scanner) throws(JSONError) in ports.append(try scanner.readInteger()) }
                case "labels": labels = try scanner.readStringMap()
                case "enabled": enabled = try scanner.readOptionalBool()
                default: try scanner.skipValue()
                }
            }
        }
    }

    @Test func `reads what is asked for and skips the rest`() throws {
        let text = #"""
            { "kind": {"a": [1, {"b": null}, "\"}"]}, "name": "web", "ports": [80, 443], "status": [[], {}],
              "labels": {"app": "x", "gone": null}, "enabled": true, "spec": -1.5e+3 }
            """#
        var scanner = JSONScanner(bytes(text))
        let server = try Server(from: &scanner)
        try scanner.finish()
        #expect(
            server.name == "web" && server.ports == [80, 443] && server.labels == ["app": "x"] && server.enabled == true
        )
    }

    @Test(arguments: [
        (#"{"name":null}"#, JSONError(path: "name", offset: 8, reason: "expected a string, found null")),
        (#"{"name":7}"#, JSONError(path: "name", offset: 8, reason: "expected a string, found a number")),
        (#"{"ports":[1,"2"]}"#, JSONError(path: "ports[1]", offset: 12, reason: "expected an integer, found a string")),
        (
            #"{"labels":{"a/b.c":1}}"#,
            JSONError(path: #"labels["a/b.c"]"#, offset: 19, reason: "expected a string, found a number")
        ),
        (
            #"{"ports":[1.5]}"#,
            JSONError(path: "ports[0]", offset: 10, reason: "expected an integer, found a fraction or an exponent")
        ),
    ])
    func `names the path of what is wrong`(text: String, expected: JSONError) {
        #expect(throws: expected) {
            var scanner = JSONScanner(bytes(text))
            _ = try Server(from: &scanner)
        }
    }

    @Test func `takes null for an absent container`() throws {
        var scanner = JSONScanner(bytes("null null null null"))
        try scanner.readObject { _, _ in Issue.record("no member was there") }
        try scanner.readArray { _ in Issue.record("no element was there") }
        #expect(try scanner.readStrings() == [])
        #expect(try scanner.readStringMap() == [:])
        #expect(scanner.isAtEnd)
    }

    @Test func `skips a value that nobody read`() throws {
        var scanner = JSONScanner(bytes(#"{"a":[1,2],"b":{"c":"d"},"e":5}"#))
        var names: [String] = []
        try scanner.readObject { key, _ in names.append(key.string) }
        #expect(names == ["a", "b", "e"])
        var array = JSONScanner(bytes(#"[{"x":1},[],"s"]"#))
        var count = 0
        try array.readArray { _ in count += 1 }
        #expect(count == 3 && array.isAtEnd)
    }

    @Test func `captures a value as it was written`() throws {
        let text = bytes(#"{"a": [1, {"b" : "\u00e9"} ] , "z":1}"#)
        var scanner = JSONScanner(text)
        var captured: [UInt8] = []
        try scanner.readObject { (key, scanner) throws(JSONError) in
            if key == "a" { captured = Array(try scanner.captureValue()) }
        }
        #expect(captured == bytes(#"[1, {"b" : "\u00e9"} ]"#))
    }

    @Test func `reads a range of the buffer and memory that is no array`() throws {
        let text = bytes(#"xx{"name":"web"}yy"#)
        var scanner = JSONScanner(text, in: 2..<16)
        #expect(try Server(from: &scanner).name == "web")
        try scanner.finish()
        var outside = JSONScanner(text, in: -5..<900)
        #expect(throws: JSONError.self) { try outside.skipValue() }

        var releases = 0
        do {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 14, alignment: 1)
            memory.copyBytes(from: text[2..<16])
            let region = ByteRegion(UnsafeRawBufferPointer(memory)) {
                memory.deallocate()
                releases += 1
            }
            var scanner = JSONScanner(region)
            #expect(try Server(from: &scanner).name == "web")
            try scanner.finish()
            var again = JSONScanner(region)
            #expect(try Array(again.captureValue()) == Array(text[2..<16]))
        }
        #expect(releases == 1)
    }

    @Test(arguments: [("null", true), ("0", false), (#""null""#, false)])
    func `looks ahead for null without reading it`(text: String, expected: Bool) throws {
        var scanner = JSONScanner(bytes(" " + text))
        #expect(try scanner.isNextNull() == expected)
        #expect(try scanner.readValue() == JSONValue(parsing: bytes(text)))
    }

    @Test func `makes a short text of a long string`() throws {
        for (text, limit, expected) in [
            (#""abcdef""#, 3, "abc"), (#""abc""#, 3, "abc"), (#""äöü""#, 3, "ä"), (#""äöü""#, 0, ""),
            (#""\u00e4\u00f6\n\n\n""#, 5, "äö\n"), (#""😀😀""#, 7, "😀"), (#""\ud83d\ude00x""#, 3, ""),
        ] {
            var scanner = JSONScanner(bytes(text))
            let read = try scanner.readString(upTo: limit)
            #expect(read == expected, "\(text) up to \(limit)")
            #expect(scanner.isAtEnd)
        }
        var broken = JSONScanner([0x22] + [UInt8](repeating: 0xC3, count: 50) + [0x22])
        #expect(try broken.readString(upTo: 10).utf8.count <= 10)
    }
}

@Suite struct `A member's name` {
    @Test(arguments: [
        #"{"name":1}"#, #"{"na\u006de":1}"#, #"{"\u006e\u0061\u006D\u0065":1}"#, #"{ "name" : 1 }"#,
    ])
    func `matches however it is escaped`(text: String) throws {
        var scanner = JSONScanner(bytes(text))
        var hits = 0
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "nam", "names", "Name", "": Issue.record("matched another name")
            case "name": hits += 1
            default: Issue.record("did not match")
            }
        }
        #expect(hits == 1)
    }

    @Test func `matches at every length, also the ones that are not held in place`() throws {
        for count in 0...70 {
            let name = String("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-/.$%&".prefix(count))
            var scanner = JSONScanner(bytes("{\"\(name)\":0}"))
            try scanner.readObject { key, _ in #expect(key.string == name) }
        }
        var scanner = JSONScanner(
            bytes(
                #"{"x":0,"é":0,"terminationMessagePolicyOfTheContainer":0,"terminationMessagePolicyOfTheContaineR":0}"#)
        )
        var matches: [String] = []
        try scanner.readObject { key, _ in
            switch key {
            case "x": matches.append("x")
            case "é": matches.append("é")
            case "terminationMessagePolicyOfTheContainer": matches.append("long")
            default: matches.append("other")
            }
        }
        #expect(matches == ["x", "é", "long", "other"])
    }
}
