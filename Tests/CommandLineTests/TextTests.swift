// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Testing

@testable import CommandLine

struct TextTests {
    /// The values of kubectl's own test, `TestHumanDuration` (k8s.io/apimachinery/pkg/util/duration), and its borders.
    @Test(arguments: [
        (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (1, "1s"), (70, "70s"), (119, "119s"), (120, "2m"), (190, "3m10s"),
        (599, "9m59s"), (600, "10m"), (70 * 60, "70m"), (179 * 60 + 59, "179m"), (3 * 3_600, "3h"),
        (3 * 3_600 + 600, "3h10m"), (8 * 3_600 - 1, "7h59m"), (8 * 3_600 + 1_800, "8h"), (47 * 3_600, "47h"),
        (49 * 3_600, "2d1h"), (63 * 3_600, "2d15h"), (85 * 3_600, "3d13h"), (96 * 3_600, "4d"), (200 * 3_600, "8d"),
        (729 * 86_400, "729d"), (730 * 86_400, "2y"), (731 * 86_400, "2y1d"), (2_920 * 86_400, "8y"),
    ])
    func `an age reads as kubectl writes it`(seconds: Int, words: String) {
        #expect(Age.words(.seconds(seconds)) == words)
    }

    @Test func `a table has the form of kubectl's`() {
        var table = TextTable(["Name", "Count", "Note"])
        table.add([.init("a"), .init(12), .init("")])
        table.add([.init("longer"), .init(0), .init("last")])
        #expect(table.text() == "NAME     COUNT   NOTE\na        12      -\nlonger   0       last\n")
    }

    @Test func `wide characters take two columns and combining ones none`() {
        var table = TextTable(["A", "B"])
        table.add([.init("漢字"), .init("x")])
        table.add([.init("e\u{301}"), .init("x")])
        #expect(table.text() == "A      B\n漢字   x\ne\u{301}      x\n")
    }

    @Test func `text from outside cannot move the cursor or begin a line of its own`() {
        var table = TextTable(["A", "B"])
        table.add([.init("red\u{1B}[31m"), .init("one\nscanpolicy/forged   True\r\u{202E}x")])
        let text = table.text(isColoured: true)
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}") && !text.contains("\r"))
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test func `colour changes no width and is there only when asked for`() {
        var table = TextTable(["A", "B"])
        table.add([.init("High", ink: .red), .init("x")])
        #expect(table.text() == "A      B\nHigh   x\n")
        #expect(table.text(isColoured: true) == "A      B\n\u{1B}[31mHigh\u{1B}[0m   x\n")
    }

    @Test(
        arguments: [
            ("90", 90), ("90s", 90), ("10m", 600), ("1h30m", 5_400), ("1h5s", 3_605), ("0", nil), ("", nil), ("m", nil),
            ("10", 10), ("1m30", nil), ("30s1m", nil), ("1m1m", nil), ("-5s", nil), ("1d", nil), ("169h", nil),
            ("99999999999999999999", nil), ("1.5h", nil),
        ] as [(String, Int?)])
    func `a span of time is read as people type it`(text: String, seconds: Int?) {
        #expect(TimeSpan(text)?.duration == seconds.map { .seconds($0) })
    }

    @Test func `JSON is indented, sorted and escaped`() throws {
        let value = try Samples.json(#"{"b":[1,{"c":"x\u001b"}],"a":{},"d":[]}"#)
        #expect(
            StructuredOutput.json.text(value)
                == "{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"c\": \"x\\u001b\"\n    }\n  ],\n  \"d\": []\n}\n"
        )
        #expect(StructuredOutput.yaml.text(["a": 1]) == "a: 1\n")
    }

    @Test(
        arguments: [
            ("scanpolicy/web", "web"), ("ScanPolicy/web", "web"), ("scanpolicies/web", "web"), ("scanpol/web", "web"),
            ("scanpolicies.watchbill.dev/web", "web"), ("web", nil), ("scanpolicy/", nil), ("scanpolicy/a/b", nil),
            ("scanreport/web", nil), ("scanpolicy/Web", nil), ("", nil),
        ] as [(String, String?)])
    func `an object is named by kind and name`(text: String, name: String?) {
        func read() throws(CommandFailure) -> String {
            try ObjectArgument(parsing: text, of: [ScanPolicy.resource], for: "watchbill scan").name
        }
        do throws(CommandFailure) {
            #expect(try read() == name)
        } catch {
            #expect(name == nil && error.code == .usage && !error.remedy.isEmpty, "\(error.text)")
        }
    }

    @Test(arguments: ["scanpol/n", "imagewatches/n", "chan/n", "channels.watchbill.dev/n"])
    func `whatever is planned can be explained`(text: String) throws {
        let object = try ObjectArgument.explained(text, for: "watchbill explain")
        #expect(object.name == "n" && object.kind?.resource == object.resource)
    }

    @Test(arguments: [
        ("imagewatch/n", "kubectl annotate --overwrite imagewatch n reconcile.fluxcd.io/requestedAt="),
        ("chan/n", "watchbill explain channel/n"), ("scanreport/n", "scanpolicy/NAME"), ("secret/n", "scanpolicy/NAME"),
    ])
    func `of another kind it is said what does what was meant`(text: String, remedy: String) {
        do throws(CommandFailure) {
            _ = try ObjectArgument.scanned(text, for: "watchbill scan")
            Issue.record("it was taken")
        } catch {
            #expect(error.code == .usage && error.remedy.contains(remedy), "\(error.text)")
        }
    }

    @Test func `nouns have an s where they need one`() {
        #expect([0, 1, 2].map { Plural.of($0, "image") } == ["0 images", "1 image", "2 images"])
        #expect(Plural.part(1, of: 3, "vulnerability", "vulnerabilities") == "1 of 3 vulnerabilities")
        #expect(Plural.part(1, of: 1, "image") == "1 of 1 image" && Plural.verb(1, "waits", "wait") == "waits")
    }

    @Test(arguments: [
        ("/usr/local/bin/kubectl-watchbill", "kubectl watchbill"), ("kubectl-watchbill", "kubectl watchbill"),
        ("./watchbill", "watchbill"), ("", "watchbill"),
    ])
    func `the program knows by what name it was called`(program: String, name: String) {
        #expect(Invocation(program: program).name == name)
    }

    @Test func `what the parser says takes our form`() {
        #expect(
            CommandFailure.wrongUse("Unknown option '--cvs'. Did you mean '--cve'?", of: "watchbill reports").text
                == "error: unknown option '--cvs', watchbill reports; did you mean '--cve'? watchbill reports --help lists what there is"
        )
        #expect(
            CommandFailure.wrongUse("Missing expected argument '<kind/name>'", of: "watchbill scan").text
                == "error: missing expected argument '<kind/name>', watchbill scan; watchbill scan --help lists what there is"
        )
    }
}
