// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning
import Schema
import Testing
import TrivyReport

@testable import ScanPolicyController

struct ReportComposerTests {
    private func report(_ result: ScanResult, maximumFindings: Int = 1_000) throws -> ScanReport {
        let key = ImageKey(digest: TestCluster.digest("a"), platform: Platform(os: "linux", architecture: "amd64"))
        let unit = ScanJob.Unit(
            id: ScanUnit.id(.operator, key), reference: "nginx:1", image: key, scanners: [.vulnerability],
            maximumFindings: maximumFindings, namespaces: ["a"], number: 0)
        let hash = String(repeating: "0", count: 32)
        var metadata = ObjectMetadata(
            name: ScanJob.name(namespace: "ops", templateHash: hash, units: [unit]), namespace: "ops", uid: "job",
            resourceVersion: "1")
        metadata.labels = ScanJob.labels
        metadata.annotations = [ScanJob.unitsAnnotation: ScanJob.render([unit]), ScanJob.templateAnnotation: hash]
        let job = try #require(ScanJob(Job(metadata: metadata), operatorNamespace: "ops"))
        return ReportComposer.report(
            result, .init(result, maximumFindings: maximumFindings), of: unit, job: job, reference: "nginx:1",
            isResolvedFromTag: false, in: "a")
    }

    @Test func `carries what was found`() throws {
        guard case .scanned(var result) = TestCluster.vulnerable(critical: 2, fixable: 1, secrets: 1) else { return }
        result.image.os = .init(family: "alpine", name: "3.18.4", isEndOfLife: true)
        result.misconfigurations = [Misconfiguration(id: "DS-1", severity: .low)]
        result.licenses = [LicenseFinding(name: "MIT", severity: .low, package: "p")]
        let report = try report(result)
        #expect(report.image.os == "alpine 3.18.4" && report.image.osEndOfLife == true)
        #expect(
            report.summary.vulnerabilities == [.critical: 2, .low: 1]
                && report.summary.unfixed == [.critical: 1, .low: 1])
        #expect(report.summary.secrets == 1 && report.scanner.jobUID == "job" && report.scanner.placement == .operator)
        let body = report.body
        #expect(
            body["findings"]?[0] == [
                "id": "CVE-2024-0", "package": "p", "installed": "1", "fixed": "2", "severity": "Critical",
                "title": "T",
            ])
        #expect(body["findings"]?[1]?["fixed"] == nil && body["totalFindings"] == 3)
        #expect(body["secrets"]?[0]?["path"] == "/etc/key")
        #expect(ScanReport.schema.validate(.object(body), unknownFields: .refused) == [])
    }

    @Test(arguments: [10, 200, 4_000])
    func `is never too large, and drops titles before findings`(textBytes: Int) throws {
        var result = TestCluster.clean
        let text = String(repeating: "\"", count: textBytes)
        result.findings = (0..<1_000).map {
            Finding(id: "CVE-\($0)", package: "p", installed: "1", severity: .high, title: text)
        }
        result.secrets = (0..<300).map { SecretFinding(rule: "r", severity: .high, path: text, line: $0) }
        result.totals.vulnerabilities.high = 5_000
        let report = try report(result)
        let object = ReportComposer.object(report)
        #expect(object.body.canonicalBytes.count <= 256 << 10)
        #expect(report.body["totalFindings"] == 5_000 && report.summary.vulnerabilities[.high] == 5_000)
        let findings = report.body["findings"]?.arrayValue ?? []
        if textBytes == 10 { #expect(findings.count == 1_000 && findings[999]["title"] != nil) }
        if textBytes == 200 { #expect(findings[0]["id"] == "CVE-0" && findings.last?["title"] == nil) }
        #expect(findings.first == nil || findings[0]["id"] == "CVE-0")
    }

    @Test func `lists as many findings as the policies want`() throws {
        guard case .scanned(let result) = TestCluster.vulnerable(critical: 30) else { return }
        let body = try report(result, maximumFindings: 10).body
        #expect(body["findings"]?.arrayValue?.count == 10 && body["totalFindings"] == 31)
    }
}

struct PolicyStandingTests {
    private let key = ObjectKey(namespace: "a", name: "p")

    private func summary(_ change: @escaping (inout ScanPolicySpec) -> Void) -> JSONValue? {
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        cluster.add(pod: "web", in: "a")
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 3, fixable: 1, secrets: 2)
        cluster.add(policy: "p", in: "a") {
            $0.workloads = .init()
            change(&$0)
        }
        cluster.settle()
        return cluster.status(key)["summary"]
    }

    @Test func `the summary is this policy's view of neutral reports`() {
        #expect(
            summary { _ in } == [
                "critical": 3, "high": 0, "medium": 0, "low": 1, "unknown": 0, "secrets": 2, "suppressed": 0,
            ])
        #expect(summary { $0.minimumSeverity = .medium }?["low"] == 0)
        #expect(summary { $0.ignoreUnfixed = true }?["critical"] == 1)
        #expect(summary { $0.scanners = [.vulnerability] }?["secrets"] == 0)
        #expect(summary { $0.scanners = [.secret] }?["critical"] == 0)
    }

    @Test func `the ten worst failures are shown and all are counted`() throws {
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        cluster.add(policy: "p", in: "a")
        for (index, digest) in "0123456789abcdef".enumerated() {
            cluster.add(pod: "p\(index)", in: "a", image: "r.io/i\(digest):1", digest: digest)
            cluster.results[TestCluster.digest(digest)] = TestCluster.failure(.imageNotFound)
        }
        cluster.settle()
        #expect(cluster.images(key) == ["matched": 16, "failed": 16])
        let failures = try #require(cluster.status(key)["failures"]?.arrayValue)
        #expect(failures.count == 10 && failures[0]["image"] == "r.io/i0:1")
        #expect(cluster.events.count == 10)
    }

    @Test func `a policy of the root namespace counts an image of several namespaces once`() {
        var cluster = TestCluster()
        for namespace in ["a", "b"] {
            cluster.add(namespace: namespace)
            cluster.add(pod: "web", in: namespace)
        }
        let root = cluster.add(policy: "p", in: TestCluster.operatorNamespace) {
            $0.workloads = .init(namespaceSelector: .init())
        }
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 3)
        cluster.settle()
        #expect(cluster.images(root) == ["matched": 1, "scanned": 1] && cluster.reports.count == 2)
        #expect(cluster.status(root)["summary"]?["critical"] == 3)
    }

    @Test func `echoes the token that asks for a look`() {
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        cluster.add(policy: "p", in: "a")
        var policy = cluster.world[ScanPolicy.self].object(key)!
        policy.metadata.annotations["reconcile.fluxcd.io/requestedAt"] = "2026-01-01T00:00:00Z"
        cluster.world[ScanPolicy.self][key] = .object(policy)
        cluster.pass()
        #expect(cluster.status(key)["lastHandledReconcileAt"] == "2026-01-01T00:00:00Z")
    }
}
