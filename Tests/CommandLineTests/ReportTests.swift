// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import ScanPolicyController
import Testing

@testable import CommandLine

struct ReportTests {
    private var reports: [ScanReport] {
        get throws {
            [
                try Samples.report(
                    "r.io/mild:1", digest: "b", [Samples.finding("CVE-2024-9", "zlib", .medium, fixed: nil)]),
                try Samples.report(
                    "r.io/web:2", namespace: "bank",
                    [
                        Samples.finding("CVE-2024-1", "openssl", .critical),
                        Samples.finding("CVE-2023-2", "busybox", .high, fixed: nil),
                        Samples.finding("CVE-2022-3", "curl", .low),
                    ], secrets: [("aws-access-key-id", "/root/.aws", 3)], titles: ["CVE-2024-1": "openssl: bad"]),
                try Samples.report("r.io/clean:1", digest: "c"),
            ]
        }
    }

    private func table(_ query: ReportQuery, isWide: Bool = false) throws -> String {
        ReportSelection(try reports, query).table(showsNamespace: true, isWide: isWide, at: Samples.now).text()
    }

    @Test func `the columns are those of kubectl, the worst image first`() throws {
        #expect(
            try table(ReportQuery()) == """
                NAMESPACE   NAME                                      IMAGE          CRITICAL   HIGH   MEDIUM   LOW   SECRETS   FIXABLE   AGE
                bank        sha256-aaaaaaaaaaaaaaaaaaaa-linux-amd64   r.io/web:2     1          1      0        1     1         2         30h
                shop        sha256-bbbbbbbbbbbbbbbbbbbb-linux-amd64   r.io/mild:1    0          0      1        0     0         0         30h
                shop        sha256-cccccccccccccccccccc-linux-amd64   r.io/clean:1   0          0      0        0     0         0         30h

                """)
        let wide = try table(ReportQuery(), isWide: true)
        #expect(wide.contains("linux/amd64") && wide.contains("CronJob/backup, Deployment/web"))
    }

    /// Only two findings are listed for people; the third stands in the compact list alone.
    @Test(arguments: ["CVE-2022-3", "cve-2022-3"])
    func `a vulnerability below the list's cap is found`(id: String) throws {
        #expect(
            try table(ReportQuery(vulnerabilities: [id])) == """
                NAMESPACE   IMAGE        ID           SEVERITY   PACKAGE   INSTALLED   FIXED   USED BY
                bank        r.io/web:2   CVE-2022-3   Low        curl      1.0         1.1     CronJob/backup, Deployment/web

                """)
    }

    @Test func `fixable leaves out what no update ends`() throws {
        let text = try table(ReportQuery(isFixableOnly: true))
        #expect(text.split(separator: "\n").count == 2 && text.contains("r.io/web:2   1          0      0        1"))
        #expect(ReportSelection(try reports, ReportQuery(vulnerabilities: ["CVE-2023-2"], isFixableOnly: true)).isEmpty)
    }

    @Test func `a report that was cut cannot say that an image is free of something`() throws {
        let cut = try Samples.report("r.io/huge:1", [Samples.finding("CVE-1", "a", .high)], isCut: true)
        #expect(ReportSelection([cut], ReportQuery(vulnerabilities: ["CVE-2"])).undecided == [cut.key])
        #expect(ReportSelection([cut], ReportQuery(vulnerabilities: ["CVE-1"])).undecided.isEmpty)
        #expect(ReportSelection(try reports, ReportQuery(vulnerabilities: ["CVE-0"])).undecided.isEmpty)
    }

    @Test func `a spoiled list falls back to what people read, and is not taken for whole`() throws {
        var report = try reports[1]
        report.compact?.data = "!!!!"
        let entry = ReportEntry(report)
        #expect(entry.findings.map(\.id) == ["CVE-2024-1", "CVE-2023-2"] && !entry.isComplete)
    }

    @Test func `as JSON a report has all findings with what is known of them, and no compact list`() throws {
        let json = ReportSelection(try reports, ReportQuery()).json
        let report = try #require(json["reports"]?[0])
        #expect(report["findings"]?.arrayValue?.count == 3 && report["compact"] == nil)
        #expect(
            report["findings"]?[0] == [
                "id": "CVE-2024-1", "severity": "Critical", "package": "openssl", "installed": "1.0", "fixed": "1.1",
                "title": "openssl: bad",
            ])
        #expect(report["namespace"] == "bank" && report["isComplete"] == true)
        #expect(report["secrets"]?.arrayValue?.count == 1 && report.at("summary", "critical") == 1)
        let some = ReportSelection(try reports, ReportQuery(vulnerabilities: ["CVE-2024-1"])).json
        #expect(some["reports"]?[0]?["secrets"] == nil && some["reports"]?.arrayValue?.count == 1)
    }

    @Test func `SARIF names each rule once and each finding at its place`() throws {
        var all = try reports
        all.append(
            try Samples.report("r.io/other:1", digest: "d", [Samples.finding("CVE-2024-1", "openssl", .critical)]))
        let log = SarifLog(ReportSelection(all, ReportQuery()), program: "0.1.0").json
        let run = try #require(log["runs"]?[0])
        let rules = try #require(run.at("tool", "driver", "rules")?.arrayValue)
        let results = try #require(run["results"]?.arrayValue)
        #expect(
            rules.compactMap { $0["id"]?.stringValue }.sorted()
                == Set(rules.compactMap { $0["id"]?.stringValue }).sorted())
        #expect(results.count == 6)
        for result in results {
            let index = try #require(result["ruleIndex"]?.integerValue)
            #expect(rules[Int(index)]["id"] == result["ruleId"])
        }
        let secret = try #require(results.first { $0["ruleId"] == "aws-access-key-id" })
        let place = try #require(secret["locations"]?[0]?["physicalLocation"])
        #expect(place.at("artifactLocation", "uri") == "r.io/web/root/.aws" && place.at("region", "startLine") == 3)
        let fingerprints = results.compactMap { $0.at("partialFingerprints", "watchbill/v1")?.stringValue }
        #expect(Set(fingerprints).count == results.count)
    }

    @Test func `hostile names stay data in SARIF`() throws {
        let report = try Samples.report(
            "localhost:32000/a:1", [Samples.finding("CVE-1 <x>", "p\"q", .high)],
            secrets: [("r", "/a b/%2e/[x]:y", 0)])
        let log = SarifLog(ReportSelection([report], ReportQuery()), program: "0").json
        let results = try #require(log["runs"]?[0]?["results"]?.arrayValue)
        let uris = results.compactMap {
            $0["locations"]?[0]?.at("physicalLocation", "artifactLocation", "uri")?.stringValue
        }
        #expect(uris == ["localhost%3A32000/a", "localhost%3A32000/a/a%20b/%252e/%5Bx%5D%3Ay"])
        #expect(log["runs"]?[0]?.at("tool", "driver", "rules")?[0]?["helpUri"] == nil)
    }
}
