// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning
import Testing
import TrivyReport

@testable import Findings
@testable import ScanPolicyController

struct SuppressionRulesTests {
    private static let now = Timestamp(secondsSinceEpoch: 1_700_000_000)

    /// id, package, image of the rule; id, package of the finding; image; suppressed.
    private static let table: [(String, String?, String?, String, String?, String, Bool)] = [
        ("CVE-2024-0001", nil, nil, "CVE-2024-0001", "openssl", "nginx", true),
        ("CVE-2024-0001", nil, nil, "CVE-2024-00010", "openssl", "nginx", false),
        ("CVE-2024-*", nil, nil, "CVE-2024-00010", "openssl", "nginx", true),
        ("CVE-2024-000?", nil, nil, "CVE-2024-0001", nil, "nginx", true),
        ("*", nil, nil, "aws-access-key-id", nil, "nginx", true),
        ("cve-2024-0001", nil, nil, "CVE-2024-0001", nil, "nginx", false),
        ("*", "openssl", nil, "CVE-1", "openssl", "nginx", true),
        ("*", "openssl", nil, "CVE-1", "libopenssl", "nginx", false),
        ("*", "*ssl*", nil, "CVE-1", "libssl3", "nginx", true),
        ("*", "*", nil, "aws-access-key-id", nil, "nginx", false),
        ("*", nil, "nginx", "CVE-1", "p", "nginx", true),
        ("*", nil, "nginx", "CVE-1", "p", "nginx:1.27", true),
        ("*", nil, "nginx:1.27", "CVE-1", "p", "nginx:1.27", true),
        ("*", nil, "nginx:1.27", "CVE-1", "p", "docker.io/library/nginx:1.27", true),
        ("*", nil, "docker.io/nginx:1.27", "CVE-1", "p", "nginx:1.27", true),
        ("*", nil, "docker.io/library/nginx", "CVE-1", "p", "nginx:1.27", true),
        ("*", nil, "index.docker.io/library/nginx", "CVE-1", "p", "nginx:1.27", true),
        ("*", nil, "nginx:1.28", "CVE-1", "p", "nginx:1.27", false),
        ("*", nil, "nginx", "CVE-1", "p", "r.io/nginx:1.27", false),
        ("*", nil, "*/flask*", "CVE-1", "p", "localhost:32000/flask-k8s-app:latest", true),
        ("*", nil, "localhost:32000/flask-k8s-app", "CVE-1", "p", "localhost:32000/flask-k8s-app:latest", true),
        ("*", nil, "*:latest", "CVE-1", "p", "nginx", false),
        (
            "*", nil, "r.io/a:1", "CVE-1", "p",
            "r.io/a:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true
        ),
        ("CVE-1", "p", "r.io/*", "CVE-1", "p", "r.io/a:1", true),
        ("CVE-1", "q", "r.io/*", "CVE-1", "p", "r.io/a:1", false),
    ]

    @Test(arguments: table.indices)
    func `a rule matches by id, package and image`(row: Int) throws {
        let (id, package, image, findingID, findingPackage, reference, isSuppressed) = Self.table[row]
        var rules = SuppressionRules(
            [.init(id: id, package: package, image: image, reason: "r")], at: Self.now)
        let applying = rules.applying(to: ImageNames.forms(of: [try ImageReference(parsing: reference)]))
        let found = applying.flatMap { rules.suppressing(id: findingID, package: findingPackage, among: $0) }
        #expect((found == 0) == isSuppressed)
    }

    @Test func `the first rule that matches is told, and expired ones are none`() {
        func rule(_ id: String, _ expiry: Int64?) -> ScanPolicySpec.Suppression {
            .init(id: id, reason: "r", expiresTime: expiry.map { Self.now + .seconds($0) })
        }
        var rules = SuppressionRules(
            [rule("A", -1), rule("A", 0), rule("B", 50), rule("A*", 20), rule("A", nil)], at: Self.now)
        let all = rules.applying(to: []) ?? []
        #expect(rules.suppressing(id: "A", package: nil, among: all) == 3)
        #expect(rules.suppressing(id: "B", package: nil, among: all) == 2)
        #expect(rules.suppressing(id: "C", package: nil, among: all) == nil)
        #expect(rules.nextExpiry == Self.now + .seconds(20))
        #expect(SuppressionRules([rule("A", -1)], at: Self.now).isEmpty)
    }

    /// The plain meaning, rule by rule, as the oracle of what remembers and looks up.
    @Test(arguments: Array(1...20) as [UInt64])
    func `many rules over many findings mean what each of them means`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func pick(_ choices: [String?]) -> String? { choices[Int.random(in: choices.indices, using: &random)] }
        let suppressions = (0..<30).map { _ in
            ScanPolicySpec.Suppression(
                id: pick(["A1", "A2", "A*", "?2", "B*1", "*"])!, package: pick([nil, "p", "p*", "*q"]),
                image: pick([nil, "i", "i*", "j"]), reason: "r",
                expiresTime: Bool.random(using: &random)
                    ? nil : Self.now + .seconds(Int64.random(in: -2...2, using: &random)))
        }
        var rules = SuppressionRules(suppressions, at: Self.now)
        for image in ["i", "i2", "j", "k"] {
            let applying = rules.applying(to: [image])
            for id in ["A1", "A2", "A22", "B1", "Bx1", "C2"] {
                for package in [nil, "p", "pq", "q"] as [String?] {
                    let expected = suppressions.firstIndex { rule in
                        guard rule.expiresTime.map({ $0 > Self.now }) ?? true else { return false }
                        guard Glob(rule.id).matches(id), rule.image.map({ Glob($0).matches(image) }) ?? true else {
                            return false
                        }
                        guard let pattern = rule.package else { return true }
                        return package.map(Glob(pattern).matches) ?? false
                    }
                    let found = applying.flatMap { rules.suppressing(id: id, package: package, among: $0) }
                    #expect(found == expected, "seed \(seed): \(id) \(package ?? "-") \(image)")
                }
            }
        }
    }
}

struct SuppressedSummaryTests {
    private let key = ObjectKey(namespace: "a", name: "p")

    private func cluster(
        maximumFindings: Int? = nil, _ result: UnitResult = TestCluster.vulnerable(critical: 3, fixable: 1, secrets: 2),
        _ change: @escaping (inout ScanPolicySpec) -> Void
    ) -> TestCluster {
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        cluster.add(pod: "web", in: "a")
        cluster.results[TestCluster.digest("a")] = result
        cluster.add(policy: "p", in: "a") {
            $0.workloads = .init()
            $0.reports = maximumFindings.map { .init(maximumFindings: $0) }
            change(&$0)
        }
        cluster.settle()
        return cluster
    }

    private func counts(_ cluster: TestCluster) -> [String: Int64] {
        (cluster.status(key)["summary"]?.objectValue ?? [:]).compactMapValues(\.integerValue).filter { $0.value != 0 }
    }

    @Test func `what is suppressed is not counted, and how much it is is told`() {
        #expect(counts(cluster { _ in }) == ["critical": 3, "low": 1, "secrets": 2])
        #expect(
            counts(cluster { $0.suppressions = [.init(id: "CVE-2024-0", reason: "r")] })
                == ["critical": 2, "low": 1, "secrets": 2, "suppressed": 1])
        #expect(
            counts(cluster { $0.suppressions = [.init(id: "*", reason: "r")] }) == ["low": 1, "suppressed": 5])
        #expect(
            counts(cluster { $0.suppressions = [.init(id: "aws", reason: "r")] })
                == ["critical": 3, "low": 1, "suppressed": 2])
        // What the policy does not look at is neither counted nor suppressed.
        #expect(
            counts(
                cluster {
                    $0.suppressions = [.init(id: "*", reason: "r")]
                    $0.ignoreUnfixed = true
                    $0.scanners = [.vulnerability]
                }) == ["suppressed": 1])
        #expect(
            counts(
                cluster {
                    $0.suppressions = [.init(id: "CVE-*", reason: "r")]
                    $0.minimumSeverity = .critical
                }) == ["secrets": 2, "suppressed": 3])
    }

    @Test func `licences and failed checks are suppressed by name and id`() {
        guard case .scanned(var result) = TestCluster.vulnerable(critical: 0) else { return }
        result.licenses = [
            LicenseFinding(name: "GPL-3.0", severity: .high, package: "p", uses: 4),
            LicenseFinding(name: "AGPL", severity: .high, package: "q"),
        ]
        result.misconfigurations = [Misconfiguration(id: "DS-1", severity: .low)]
        result.totals.licenses.high = 5
        result.totals.misconfigurations.low = 1
        func suppressed(_ suppression: ScanPolicySpec.Suppression) -> Int64? {
            counts(
                cluster(.scanned(result)) {
                    $0.scanners = [.license, .imageConfiguration]
                    $0.suppressions = [suppression]
                })["suppressed"]
        }
        #expect(suppressed(.init(id: "GPL*", reason: "r")) == 4)
        #expect(suppressed(.init(id: "GPL*", package: "p", reason: "r")) == nil)
        #expect(suppressed(.init(id: "AGPL", package: "q", reason: "r")) == 1)
        #expect(suppressed(.init(id: "DS-?", reason: "r")) == 1)
    }

    @Test func `also what the report lists for nobody to read is suppressed`() throws {
        let many = cluster(maximumFindings: 2, TestCluster.vulnerable(critical: 30, secrets: 9)) {
            $0.suppressions = [.init(id: "CVE-2024-2*", reason: "r"), .init(id: "aws", reason: "r")]
        }
        #expect(many.reports[0].listed["findings"]?.arrayValue?.count == 2)
        #expect(counts(many) == ["critical": 19, "low": 1, "suppressed": 20])
    }

    @Test func `reports stay neutral`() {
        let plain = cluster { _ in }
        let suppressed = cluster { $0.suppressions = [.init(id: "*", reason: "r")] }
        #expect(plain.reports.map(\.body) == suppressed.reports.map(\.body))
    }

    @Test func `a suppression ends by itself, without a scan or any other event`() throws {
        let end = TestCluster().now + .seconds(5_000)
        var cluster = cluster { $0.suppressions = [.init(id: "CVE-2024-0", reason: "r", expiresTime: end)] }
        #expect(counts(cluster)["critical"] == 2)
        let policy = try #require(cluster.world[ScanPolicy.self].object(key))
        #expect(ScanPolicyController.plan(policy, in: cluster.world, at: cluster.now).wakeUp == end)
        cluster.now = end
        cluster.forgetWrites()
        cluster.settle()
        #expect(counts(cluster) == ["critical": 3, "low": 1, "secrets": 2])
        #expect(cluster.writes == ["status a/p"])
        #expect(ScanPolicyController.plan(policy, in: cluster.world, at: cluster.now).wakeUp == nil)
    }

    @Test(arguments: ["", "AAAA", "H4sIAAAAAAAAAw=="])
    func `a report that somebody spoiled falls back on the lists, then on its totals`(data: String) throws {
        var cluster = cluster { $0.suppressions = [.init(id: "CVE-*", reason: "r")] }
        var report = try #require(cluster.reports.first)
        report.compact = .init(data: data)
        cluster.world[ScanReport.self][report.key] = .object(report)
        cluster.pass()
        #expect(counts(cluster) == ["low": 1, "secrets": 2, "suppressed": 3])
        var bare = ScanReport(
            metadata: report.metadata, image: report.image, scanner: report.scanner, scanTime: report.scanTime,
            summary: report.summary, details: ["findings": "none"], compact: .init(data: data))
        bare.usedBy = report.usedBy
        cluster.world[ScanReport.self][report.key] = .object(bare)
        cluster.pass()
        #expect(counts(cluster) == ["critical": 3, "low": 1, "secrets": 2])
    }

    @Test func `a list that tells more than the totals takes away no more than there is`() throws {
        var cluster = cluster { $0.suppressions = [.init(id: "CVE-*", reason: "r")] }
        var report = try #require(cluster.reports.first)
        var forged = FindingRecords()
        forged.vulnerabilities = (0..<900).map {
            FindingRecord(id: "CVE-\($0)", package: "p", installed: "1", severity: .critical)
        }
        report.compact = CompactForm.encode(forged)
        cluster.world[ScanReport.self][report.key] = .object(report)
        cluster.pass()
        #expect(counts(cluster) == ["low": 1, "secrets": 2, "suppressed": 3])
    }
}

struct ComplianceTests {
    private let key = ObjectKey(namespace: "a", name: "p")

    private func cluster(_ bounds: ScanPolicySpec.Compliance?) -> TestCluster {
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        cluster.add(pod: "web", in: "a")
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 3, secrets: 2)
        cluster.add(policy: "p", in: "a") {
            $0.workloads = .init()
            $0.compliance = bounds
        }
        return cluster
    }

    private static let table: [(ScanPolicySpec.Compliance?, Condition.Status?, String?)] = [
        (nil, nil, nil), (.init(), nil, nil),
        (.init(maximumCritical: 3), .true, "WithinBounds"), (.init(maximumHigh: 0), .true, "WithinBounds"),
        (.init(maximumCritical: 2), .false, "Breached"), (.init(maximumSecrets: 0), .false, "Breached"),
        (.init(maximumCritical: 9, maximumHigh: 0, maximumSecrets: 1), .false, "Breached"),
    ]

    @Test(arguments: table.indices)
    func `the condition says whether what is counted stays within the bounds`(row: Int) {
        let (bounds, status, reason) = Self.table[row]
        var cluster = cluster(bounds)
        cluster.settle()
        let condition = cluster.condition("Compliant", of: key)
        #expect(condition?.status == status && condition?.reason == reason)
        #expect(cluster.condition("Ready", of: key)?.status == .true)
    }

    @Test func `unknown until all images have a report, unless it is a breach already`() throws {
        var cluster = cluster(.init(maximumCritical: 2))
        cluster.pass()
        #expect(cluster.condition("Compliant", of: key)?.reason == "NotAssessed")
        cluster.add(pod: "other", in: "a", digest: "b")
        cluster.results[TestCluster.digest("b")] = TestCluster.failure(.unknown)
        cluster.settle()
        let condition = try #require(cluster.condition("Compliant", of: key))
        #expect(condition.reason == "Breached" && condition.message == "3 critical vulnerabilities, at most 2 allowed")
        #expect(cluster.condition("ScansHealthy", of: key)?.status == .false)
    }

    @Test func `each breach has one Event, and one that healed and came again another`() throws {
        var cluster = cluster(.init(maximumCritical: 2))
        var told: [Set<String>] = []
        for suppressions in [[], [ScanPolicySpec.Suppression(id: "CVE-*", reason: "r")], []] {
            cluster.now = cluster.now + .seconds(60)
            cluster.add(policy: "p", in: "a") {
                $0.workloads = .init()
                $0.compliance = .init(maximumCritical: 2)
                $0.suppressions = suppressions
            }
            cluster.settle()
            cluster.now = cluster.now + .seconds(60)
            cluster.settle()
            #expect(
                cluster.condition("Compliant", of: key)?.reason == (suppressions.isEmpty ? "Breached" : "WithinBounds"))
            told.append(Set(cluster.events.filter { $0.reason == "Breached" }.map(\.identity)))
        }
        #expect(told.map(\.count) == [1, 1, 2])
        #expect(cluster.violations == [])
    }
}
