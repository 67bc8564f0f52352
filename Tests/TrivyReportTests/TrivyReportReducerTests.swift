// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import Testing

@testable import TrivyReport

@Suite struct `Reducing a report` {
    @Test func `keeps what a real scan found, the worst first`() throws {
        let result = try reduce(report("vulnerable"))
        #expect(result.scanner == .init(name: "Trivy", version: "0.76.0"))
        #expect(result.image.os == .init(family: "alpine", name: "3.18.4", isEndOfLife: true))
        #expect(result.image.architecture == "amd64")
        #expect(result.image.imageID?.hasPrefix("sha256:d4297bd4f02e") == true)
        #expect(result.image.repositoryDigests.first?.hasPrefix("localhost:32000/vulnerable@sha256:fed645d8") == true)
        #expect(
            result.findings.map { "\($0.severity) \($0.id) \($0.package) \($0.fixed ?? "-")" } == [
                "critical CVE-2022-48174 busybox 1.36.1-r1",
                "high CVE-2023-25577 werkzeug 2.2.3",
                "high CVE-2023-30861 flask 2.2.5, 2.3.2",
                "high CVE-2023-5363 libcrypto3 3.1.4-r0",
                "high CVE-2023-5363 libssl3 3.1.4-r0",
                "high CVE-2018-6594 pycrypto -",
                "medium CVE-2023-2975 libcrypto3 3.1.1-r2",
                "medium CVE-2023-2975 libssl3 3.1.1-r2",
                "low CVE-2023-23934 werkzeug 2.2.3",
            ])
        #expect(
            result.findings.first
                == Finding(
                    id: "CVE-2022-48174", package: "busybox", installed: "1.36.1-r0", fixed: "1.36.1-r1",
                    severity: .critical,
                    title: "busybox: stack overflow in ash.c", target: "localhost:32000/vulnerable:1 (alpine 3.18.4)",
                    targetClass: "os-pkgs", status: "fixed",
                    purl: "pkg:apk/alpine/busybox@1.36.1-r0?arch=x86_64&distro=3.18.4"))
        #expect(result.totals.vulnerabilities == SeverityCounts(critical: 1, high: 5, medium: 2, low: 1))
        #expect(result.totals.fixable == SeverityCounts(critical: 1, high: 4, medium: 2, low: 1))
        #expect(result.misconfigurations.map(\.id) == ["DS-0026"])
        #expect(result.licenses.map(\.name).contains("MIT") && result.totals.licenses.total >= result.licenses.count)
        #expect(!result.isTruncated)
    }

    @Test func `finds secrets and keeps nothing of what they are`() throws {
        let result = try reduce(report("leaky"))
        #expect(
            result.secrets == [
                SecretFinding(
                    rule: "aws-access-key-id", category: "AWS", severity: .critical, path: "/app/config.env", line: 1),
                SecretFinding(
                    rule: "github-pat", category: "GitHub", severity: .critical, path: "/app/config.env", line: 2),
            ])
        #expect(result.totals.secrets == SeverityCounts(critical: 2))
        // Trivy may write more of the line than the secret; a canary in every such place must not come through.
        var scanner = JSONScanner(
            report(
                target: """
                    "Secrets":[{"RuleID":"r","Severity":"HIGH","StartLine":3,"Match":"CANARY","Code":{"Lines":[{"Content":"CANARY"}]}}]
                    """))
        let canary = try TrivyReportReducer.reduce(&scanner)
        #expect(canary.secrets.count == 1)
        #expect(!canary.json.canonicalText.contains("CANARY"))
    }

    @Test func `takes a clean image for clean`() throws {
        let result = try reduce(report("clean"))
        #expect(result.totalFindings == 0 && result.findings.isEmpty && result.secrets.isEmpty)
        #expect(result.image.os?.family == "alpine")
        #expect(try reduce(bytes(#"{"SchemaVersion":2,"ArtifactName":"scratch"}"#)).totalFindings == 0)
    }

    @Test(arguments: ["vulnerable", "leaky", "clean"])
    func `refuses a report that is cut anywhere`(name: String) throws {
        let whole = try report(name)
        let end = try #require(whole.lastIndex(of: UInt8(ascii: "}")))
        for cut in stride(from: 0, through: end, by: 7) {
            #expect(throws: JSONError.self, "cut at \(cut)") { try reduce(Array(whole[..<cut])) }
        }
        #expect(throws: JSONError.self) { try reduce(Array(whole[..<end])) }
    }

    @Test(arguments: [
        ("{}", "SchemaVersion"), (#"{"SchemaVersion":1}"#, "SchemaVersion"),
        (#"{"SchemaVersion":"2"}"#, "SchemaVersion"),
        ("null", "SchemaVersion"), ("[]", ""), (#"{"SchemaVersion":2}x"#, ""), ("", ""),
        (#"{"SchemaVersion":2,"Results":{}}"#, "Results"),
        (
            #"{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{"PkgName":"p"}]}]}"#,
            "Results[0].Vulnerabilities[0].VulnerabilityID"
        ),
        (#"{"SchemaVersion":2,"Results":[{},{"Secrets":[{},{"Severity":3}]}]}"#, "Results[1].Secrets[1].Severity"),
    ])
    func `says where a report is not what it should be`(text: String, path: String) {
        let error = #expect(throws: JSONError.self) { try reduce(bytes(text)) }
        #expect(error?.path == path)
    }

    @Test func `counts one vulnerability in several targets once`() throws {
        let one =
            #"{"VulnerabilityID":"CVE-1","PkgName":"p","InstalledVersion":"1","Severity":"HIGH","FixedVersion":"2"}"#
        let other = #"{"VulnerabilityID":"CVE-1","PkgName":"p","InstalledVersion":"1.1","Severity":"HIGH"}"#
        let text =
            #"{"SchemaVersion":2,"Results":[{"Target":"a","Vulnerabilities":[\#(one),\#(other)]},{"Target":"b","Vulnerabilities":[\#(one)]}]}"#
        let result = try reduce(bytes(text))
        #expect(result.totals.vulnerabilities.high == 2 && result.totals.fixable.high == 1)
        #expect(result.findings.map(\.target) == ["a", "a"])
        let crowded = try reduce(bytes(text), limits: .init(distinctFindings: 1))
        #expect(crowded.totals.mayCountTwice && crowded.totals.vulnerabilities.high == 2)
    }

    @Test func `keeps the worst of many and the numbers of all`() throws {
        var generator = SeededGenerator(seed: 5)
        let severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN", "", "negligible"]
        var all: [Finding] = []
        var text: [String] = []
        for index in 0..<3_000 {
            let severity = severities.randomElement(using: &generator)!
            let fixed = Bool.random(using: &generator) ? "2" : ""
            text.append(
                #"{"VulnerabilityID":"CVE-\#(index)","PkgName":"p","InstalledVersion":"1","FixedVersion":"\#(fixed)","Severity":"\#(severity)"}"#
            )
            all.append(
                Finding(
                    id: "CVE-\(index)", package: "p", installed: "1", fixed: fixed.isEmpty ? nil : fixed,
                    severity: Severity(trivy: severity), target: "t", targetClass: "lang-pkgs"))
        }
        let expected = all.sorted(by: Finding.comesFirst)
        for limit in [0, 1, 100, 2_999, 3_000] {
            let result = try reduce(
                report(target: "\"Vulnerabilities\":[\(text.joined(separator: ","))]"), limits: .init(findings: limit))
            #expect(result.findings == Array(expected.prefix(limit)), "limit \(limit)")
            #expect(result.totals.vulnerabilities == SeverityCounts(of: all.map(\.severity)))
            #expect(result.totals.fixable == SeverityCounts(of: all.filter(\.isFixable).map(\.severity)))
            #expect(result.isTruncated == (limit < 3_000))
        }
    }

    @Test func `gathers licences by name and drops checks that passed`() throws {
        let licenses = (0..<50).map {
            #"{"Severity":"LOW","Category":"notice","PkgName":"p\#($0)","Name":"L\#($0 % 3)"}"#
        }
        let text = """
            "Licenses":[\(licenses.joined(separator: ","))],
            "Misconfigurations":[{"ID":"A","Status":"PASS","Severity":"HIGH"},{"ID":"B","Status":"FAIL","Severity":"HIGH"}]
            """
        let result = try reduce(report(target: text))
        #expect(result.licenses.map { "\($0.name) \($0.uses) \($0.package)" } == ["L0 17 p0", "L1 17 p1", "L2 16 p2"])
        #expect(result.totals.licenses.low == 50)
        #expect(result.misconfigurations.map(\.id) == ["B"] && result.totals.misconfigurations.high == 1)
    }

    @Test func `cleans and caps hostile text`() throws {
        let evil = #"\u001b[31m\u202ered\u2028\u0000\u009b\u200b"# + String(repeating: "é", count: 5_000)
        let fields = ["VulnerabilityID", "PkgName", "InstalledVersion", "FixedVersion", "Title", "Status"]
        let members = fields.map { "\"\($0)\":\"\(evil)\"" }.joined(separator: ",")
        let result = try reduce(
            report(target: "\"Vulnerabilities\":[{\(members)}],\"Secrets\":[{\"RuleID\":\"\(evil)\"}]"))
        let finding = try #require(result.findings.first)
        for text in [
            finding.id, finding.package, finding.installed, finding.fixed, finding.title, finding.status,
            result.secrets[0].rule,
        ] {
            let text = try #require(text)
            #expect(text.hasPrefix("[31mredé") && text.utf8.count <= 512, "\(text)")
            #expect(
                text.unicodeScalars.allSatisfy {
                    $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
                })
        }
    }

    @Test func `tells how far it has read for good`() throws {
        let text = try report("vulnerable")
        var places: [Int] = []
        var scanner = JSONScanner(text)
        _ = try TrivyReportReducer.reduce(&scanner) { places.append($0) }
        #expect(places.count > 10 && places == places.sorted() && places.allSatisfy { $0 <= text.count })
    }
}

@Suite struct `A result in JSON` {
    @Test(arguments: ["vulnerable", "leaky", "clean"])
    func `reads back as it was`(name: String) throws {
        var result = try reduce(report(name))
        result.database = .init(updatedTime: try #require(Timestamp(rfc3339: "2026-01-01T00:00:00Z")))
        result.usage = ScanUsage(milliseconds: 1234, peakMemoryBytes: 56 << 20)
        var scanner = JSONScanner(result.json.canonicalBytes)
        #expect(try ScanResult(from: &scanner) == result)
    }

    @Test func `is refused when its numbers contradict its lists`() throws {
        let result = try reduce(report("vulnerable"))
        var fewer = result
        fewer.totals.vulnerabilities.critical = 0
        var none = result
        none.totals = ScanTotals()
        var silent = result
        silent.findings.removeLast()
        var negative = result.json
        negative["totals"] = ["vulnerabilities": ["critical": -1]]
        var without = result.json
        without["totals"] = nil
        for json in [fewer.json, none.json, silent.json, negative, without] {
            var scanner = JSONScanner(json.canonicalBytes)
            let error = #expect(throws: JSONError.self) { try ScanResult(from: &scanner) }
            #expect(error?.path.hasPrefix("totals") == true)
        }
    }
}
