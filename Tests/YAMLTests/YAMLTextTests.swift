// SPDX-License-Identifier: Apache-2.0
import Essentials
import Foundation
import Testing

@testable import YAML

@Suite struct YAMLTextTests {
    @Test func `a manifest looks as people write it`() {
        let value: JSONValue = [
            "kind": "ConfigMap", "apiVersion": "v1",
            "data": ["on": "yes", "script": "#!/bin/sh\nexit 0\n", "empty": ""],
            "metadata": ["namespace": "web", "name": "settings", "labels": [:], "finalizers": []],
            "list": [["b": 1, "a": [["deep"], []]], 2, .null, "x: y"],
        ]
        #expect(
            YAMLText.render(value) == """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: settings
                  namespace: web
                  finalizers: []
                  labels: {}
                data:
                  empty: ''
                  'on': 'yes'
                  script: |
                    #!/bin/sh
                    exit 0
                list:
                - a:
                  - - deep
                  - []
                  b: 1
                - 2
                - null
                - 'x: y'

                """)
    }

    @Test func `keys come in the given order, the others sorted`() {
        let value: JSONValue = ["a": 1, "z": 2, "b": ["c": 3, "z": 4]]
        #expect(YAMLText.render(value, order: YAMLKeyOrder(first: ["z", "b"])) == "z: 2\nb:\n  z: 4\n  c: 3\na: 1\n")
        #expect(YAMLText.render(value, order: .sorted) == "a: 1\nb:\n  c: 3\n  z: 4\nz: 2\n")
    }

    @Test func `documents are separated`() throws {
        let text = YAMLText.render(documents: [["a": 1], ["b": 2]])
        #expect(text == "---\na: 1\n---\nb: 2\n")
    }

    @Test(arguments: awkward)
    func `an awkward string comes back as it was`(text: String) throws {
        for value: JSONValue in [
            .string(text), [.string(text)], [text: .string(text)], ["a": [[text: [.string(text)]]]],
        ] {
            let rendered = YAMLText.render(value)
            #expect(try JSONValue(yaml: Array(rendered.utf8)) == value, "\(rendered)")
        }
    }

    @Test(arguments: 0..<30)
    func `random values come back as they were`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<30 {
            let value = randomValue(depth: 4, using: &generator)
            let rendered = YAMLText.render(value)
            let read = try? JSONValue(yaml: Array(rendered.utf8))
            #expect(read == normalised(value), "seed \(seed)\n\(rendered)")
        }
    }

    /// PyYAML reads YAML 1.1, so it sees what our own reader, of 1.2, cannot.
    @Test func `an independent reader of YAML 1.1 reads the same values`() throws {
        var generator = SeededGenerator(seed: 11)
        var values = awkward.map { JSONValue.object([$0: .array([.string($0)])]) }
        values += (0..<300).map { _ in randomValue(depth: 4, using: &generator) }
        let pairs = JSONValue.array(
            values.map { ["text": .string(YAMLText.render($0)), "value": $0] })
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appendingPathComponent("yaml-witness-\(ProcessInfo.processInfo.processIdentifier).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(pairs.canonicalBytes).write(to: file)
        let script = """
            import json, sys, yaml
            pairs = json.load(open(sys.argv[1]))
            bad = [p for p in pairs if yaml.safe_load(p["text"]) != p["value"]]
            for p in bad[:3]: print(json.dumps(p), yaml.safe_load(p["text"]))
            print(len(pairs), "read,", len(bad), "differ")
            """
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        python.arguments = ["python3", "-c", script, file.path]
        let output = Pipe()
        python.standardOutput = output
        python.standardError = output
        try python.run()
        let report = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        python.waitUntilExit()
        try #require(
            python.terminationStatus == 0,
            "this test needs python3 with PyYAML (apt-get install python3-yaml): \(report)")
        #expect(report == "\(values.count) read, 0 differ\n")
    }
}

private let awkward: [String] = [
    "", " ", "a ", " a", "yes", "No", "ON", "off", "y", "N", "true", "Null", "~", "-", "- a", "?", "? a", ":", "a:",
    ": a", "a: b",
    "a #b", "#a", "a#b", "1", "-1", "+1", "1.0", "1e3", "1E+3", ".5", "5.", "0x1F", "0o17", "017", "0b101", "1_000",
    "1:30", "12:30:45",
    "2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43", ".inf", "-.INF", ".nan", "=", "<<", "!a", "&a",
    "*a", "%a", "@a",
    "`a`", "|", ">", "{a}", "[a]", "a, b", "'", "''", "it's", "\"", "\\", "a\\nb", "---", "...", "--- a", "a\nb",
    "a\nb\n", "a\n\nb",
    "a\n\n", "\na", "\n", " a\nb", "a\n b\n", "a\n  \nb", "a\n\tb", "\ta\nb", "a\tb", "a\rb", "a\r\nb", "\u{0}",
    "\u{7F}", "\u{85}", "a\u{2028}b",
    "\u{FEFF}a", "\u{FFFF}", "é", "日本語", "😀", "a\n😀\n", "'\u{301}", "e\u{301}'", "#!/bin/sh\n# x\n", "key: |\n  a\n",
    "%YAML 1.1\n---\n",
    "a\n...\nb\n", "100m", "1Gi", "*/5 * * * *", "0 3 * * *", "^v?\\d+$", "registry.k8s.io/*", "ghcr.io/a/b:1.2", "v1",
    String(repeating: "long ", count: 300), String(repeating: "k", count: 2000), String(repeating: "é", count: 600),
]

private func randomValue(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
    case 3:
        return .number(
            ["1.5", "-0.25", "1e9", "1E-7", "123456789012345678901234567890", "0.1e+3"].randomElement(using: &generator)
                ?? "0.5")
    case 4, 5: return .string(randomText(using: &generator))
    case 6, 7:
        return .array(
            (0..<Int.random(in: 0...4, using: &generator)).map { _ in randomValue(depth: depth - 1, using: &generator) }
        )
    default:
        var members: [String: JSONValue] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            members[randomText(using: &generator)] = randomValue(depth: depth - 1, using: &generator)
        }
        return .object(members)
    }
}

private func randomText(using generator: inout SeededGenerator) -> String {
    if Bool.random(using: &generator), let text = awkward.randomElement(using: &generator) { return text }
    let alphabet = Array("ab1.:-?#!&*'\"|>%@ \n\n\t{}[],\\é😀~=e+".unicodeScalars)
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
        text.append(alphabet.randomElement(using: &generator) ?? "a")
    }
    return String(text)
}
