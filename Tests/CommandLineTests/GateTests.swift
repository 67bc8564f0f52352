// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import OCIModel
import ScanPolicyController
import Testing
import TrivyReport

@testable import CommandLine

struct GateTests {
    private static let digest = "sha256:" + String(repeating: "a", count: 64)

    /// Two critical vulnerabilities, one without a fix, a low one and a secret.
    private var result: ScanResult {
        var result = ScanResult()
        result.image = ScannedImage(
            name: "r.io/web:1", os: .init(family: "alpine", name: "3.18.4"), architecture: "amd64",
            repositoryDigests: ["r.io/web@\(Self.digest)"])
        result.findings = [
            Finding(id: "CVE-1", package: "openssl", installed: "3.0", fixed: "3.1", severity: .critical, title: "bad"),
            Finding(id: "CVE-2", package: "busybox", installed: "1", severity: .critical),
            Finding(id: "CVE-3", package: "zlib", installed: "1", fixed: "2", severity: .low),
        ]
        result.secrets = [SecretFinding(rule: "aws", severity: .high, path: "/x", line: 1)]
        result.totals.vulnerabilities = SeverityCounts(critical: 2, low: 1)
        result.totals.fixable = SeverityCounts(critical: 1, low: 1)
        result.totals.secrets = SeverityCounts(high: 1)
        return result
    }

    private func report(_ spec: String) throws -> GateReport {
        let policy = try GatePolicy.read(
            Array(
                #"{"apiVersion":"watchbill.dev/v1alpha1","kind":"ScanPolicy","metadata":{"name":"p"},"spec":\#(spec)}"#
                    .utf8),
            from: "p.json")
        let judgement = try #require(
            ImageJudgement(result, of: try ImageReference(parsing: "r.io/web:1"), by: policy, at: Samples.now))
        return GateReport(judgement, image: "r.io/web:1", policy: "p.json")
    }

    /// spec, breached, critical, low, secrets, suppressed, listed.
    @Test(arguments: [
        ("{}", false, 2, 1, 1, 0, 4),
        (#"{"compliance":{"maximumCritical":2}}"#, false, 2, 1, 1, 0, 4),
        (#"{"compliance":{"maximumCritical":1}}"#, true, 2, 1, 1, 0, 4),
        (#"{"compliance":{"maximumCritical":1},"ignoreUnfixed":true}"#, false, 1, 1, 1, 0, 3),
        (#"{"compliance":{"maximumSecrets":0},"minimumSeverity":"High"}"#, true, 2, 0, 1, 0, 3),
        (#"{"compliance":{"maximumSecrets":0},"scanners":["Vulnerability"]}"#, false, 2, 1, 0, 0, 3),
        (
            #"{"compliance":{"maximumCritical":1},"suppressions":[{"id":"CVE-1","reason":"r","image":"*/web*"}]}"#,
            false, 1, 1, 1, 1, 3
        ),
        (
            #"{"compliance":{"maximumCritical":1},"suppressions":[{"id":"CVE-1","reason":"r","image":"other"}]}"#,
            true, 2, 1, 1, 0, 4
        ),
        (
            #"{"compliance":{"maximumCritical":1},"suppressions":[{"id":"CVE-1","reason":"r","expiresTime":"2026-08-01T12:00:00Z"}]}"#,
            true, 2, 1, 1, 0, 4
        ),
        (#"{"compliance":{"maximumSecrets":0},"suppressions":[{"id":"aws","reason":"r"}]}"#, false, 2, 1, 0, 1, 3),
    ])
    func `an image is judged as the operator would judge its report`(
        spec: String, isBreached: Bool, critical: Int64, low: Int64, secrets: Int64, suppressed: Int64, listed: Int
    ) throws {
        let report = try report(spec)
        let json = report.json
        #expect(report.isBreached == isBreached && report.exitStatus == (isBreached ? .failed : .done))
        #expect(json.at("summary", "critical")?.integerValue == critical)
        #expect(json.at("summary", "low")?.integerValue == low)
        #expect(json.at("summary", "secrets")?.integerValue == secrets)
        #expect(json.at("summary", "suppressed")?.integerValue == suppressed)
        let lists = [json["findings"], json["others"]].compactMap { $0?.arrayValue?.count }
        #expect(lists.reduce(0, +) == listed)
    }

    @Test func `a breach shows what counts, and says what is too much`() throws {
        let report = try report(#"{"compliance":{"maximumCritical":0}}"#)
        #expect(
            report.table.text() == """
                SEVERITY   ID      PACKAGE   INSTALLED   FIXED   TITLE
                Critical   CVE-1   openssl   3.0         3.1     bad
                Critical   CVE-2   busybox   1           -       -
                Low        CVE-3   zlib      1           2       -
                Secret     aws     -         -           -       -

                """)
        #expect(
            report.verdict == "breach: r.io/web:1: 2 critical vulnerabilities, at most 0 allowed (p.json)")
        #expect(report.json["digest"]?.stringValue == Self.digest)
    }

    @Test func `a policy that bounds nothing passes and says so`() throws {
        #expect(try report("{}").verdict.hasPrefix("no bound: r.io/web:1: 2 critical, 1 low, 1 secret;"))
        #expect(try report("{}").json["verdict"] == "Unbounded")
    }

    @Test func `documents that are not at hand leave nothing out, and that is told`() throws {
        let report = try report(#"{"compliance":{"maximumCritical":1},"vex":[{"configMap":"v"}]}"#)
        #expect(report.isBreached && report.notes.count == 1)
    }

    private func failure(_ text: String) -> String? {
        do throws(CommandFailure) {
            _ = try GatePolicy.read(Array(text.utf8), from: "p.yaml")
            return nil
        } catch {
            return error.code == .usage ? error.text : "exit \(error.code)"
        }
    }

    @Test(arguments: [
        ("a: [", "error: it is no YAML:"),
        ("kind: Pod", "error: there is no ScanPolicy in the file, p.yaml; name a file with apiVersion"),
        ("kind: ScanPolicy\nspec: {}", "error: the policy's apiVersion is \"\", p.yaml; write watchbill.dev/v1alpha1"),
        (
            "{apiVersion: watchbill.dev/v1alpha1, kind: ScanPolicy, spec: {compliance: {maximumCriticl: 0}}}",
            "error: there is no such field: spec.compliance.maximumCriticl, p.yaml;"
        ),
        (
            "{apiVersion: watchbill.dev/v1alpha1, kind: ScanPolicy, spec: {suppressions: [{id: x, raeson: y, reason: z}]}}",
            "error: there is no such field: spec.suppressions[0].raeson, p.yaml;"
        ),
        (
            "{apiVersion: watchbill.dev/v1alpha1, kind: ScanPolicy, spec: {compliance: {maximumCritical: -1}}}",
            "error: spec.compliance.maximumCritical:"
        ),
        ("{apiVersion: watchbill.dev/v1alpha1, kind: ScanPolicy}", "error: spec: Required value, p.yaml;"),
        (
            "{apiVersion: watchbill.dev/v1alpha1, kind: ScanPolicy, spec: {schedule: never}}",
            "error: spec.schedule \"never\": "
        ),
        (
            "{kind: ScanPolicy}\n---\n{kind: ScanPolicy}", "error: there are 2 ScanPolicies in the file, p.yaml;"
        ),
    ])
    func `a policy that is none is refused with its place`(text: String, start: String) {
        #expect(failure(text)?.hasPrefix(start) == true, "\(failure(text) ?? "read")")
    }

    @Test func `other documents in the file are passed over`() {
        #expect(
            failure("kind: Namespace\n---\n{apiVersion: watchbill.dev/v1alpha1, kind: ScanPolicy, spec: {}}\n") == nil)
    }

    @Test(
        arguments: [
            ("there.txt", .file("there.txt")), ("gone.yaml", .file("gone.yaml")), ("-", .file("-")),
            ("nightly", .named("nightly")), ("scanpolicy/nightly", .named("nightly")), ("./gone", nil), ("/gone", nil),
            ("a/b/c", nil), ("pod/x", nil), ("Nightly", nil), ("", nil),
        ] as [(String, GatePolicySource?)])
    func `what exists is a file, the rest a name`(text: String, source: GatePolicySource?) {
        do throws(CommandFailure) {
            let found = try GatePolicySource(text) { $0 == "there.txt" }
            #expect(found == source)
        } catch {
            #expect(source == nil && error.code == .usage)
        }
    }

    @Test func `every reason for not being scannable has its remedy and exit code`() {
        for reason in ScanFailure.Reason.allCases {
            let failure = CommandFailure.notScannable(ScanFailure(reason: reason, message: "m"), image: "a:1")
            #expect(failure.code == .undecidable && !failure.remedy.isEmpty)
        }
    }
}
