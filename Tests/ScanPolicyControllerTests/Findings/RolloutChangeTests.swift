// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning
import Testing
import TrivyReport

@testable import ScanPolicyController

struct RolloutChangeTests {
    private let key = ObjectKey(namespace: "a", name: "p")

    /// A result with these vulnerabilities: `id package version`.
    private static func result(_ lines: String..., severity: Severity = .high, totals: Int? = nil) -> UnitResult {
        var result = TestCluster.clean
        result.findings = lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            return Finding(id: words[0], package: words[1], installed: words[2], severity: severity)
        }
        result.totals.vulnerabilities[severity] = totals ?? lines.count
        return .scanned(result)
    }

    /// A Pod of a workload `web` (a StatefulSet stands for itself), as a rollout leaves it.
    private func run(
        _ digest: Character, in cluster: inout TestCluster, image: String = "r.io/web:1", namespace: String = "a",
        workload: String = "web"
    ) {
        cluster.add(pod: "\(workload)-0", in: namespace, image: image, digest: digest) {
            $0.metadata.ownerReferences = [
                OwnerReference(
                    apiVersion: "apps/v1", kind: "StatefulSet", name: workload, uid: workload, isController: true)
            ]
        }
    }

    private func cluster(retention: Int64 = 604_800) -> TestCluster {
        var cluster = TestCluster()
        for namespace in ["a", "b"] {
            cluster.add(namespace: namespace)
            cluster.add(policy: "p", in: namespace) {
                $0.workloads = .init()
                $0.reports = .init(retentionSeconds: retention)
            }
        }
        cluster.results = [
            TestCluster.digest("1"): Self.result("CVE-1 ssl 1", "CVE-2 ssl 1", "CVE-3 zlib 1"),
            TestCluster.digest("2"): Self.result("CVE-2 ssl 2", "CVE-3 zlib 1", "CVE-4 ssl 2", "CVE-5 ssl 2"),
            TestCluster.digest("3"): Self.result(),
        ]
        run("1", in: &cluster)
        cluster.settle()
        return cluster
    }

    private func report(_ digest: Character, in cluster: TestCluster, namespace: String = "a") -> ScanReport? {
        cluster.reports.first { $0.image.digest == TestCluster.digest(digest) && $0.metadata.namespace == namespace }
    }

    private func statusChange(_ cluster: TestCluster) -> [Int64?] {
        [
            cluster.status(key)["change"]?["introduced"]?.integerValue,
            cluster.status(key)["change"]?["resolved"]?.integerValue,
        ]
    }

    @Test func `a rollout tells what it brings and what it ends`() throws {
        var cluster = cluster()
        #expect(report("1", in: cluster)?.change == nil && statusChange(cluster) == [nil, nil])
        run("2", in: &cluster)
        cluster.settle()
        let change = try #require(report("2", in: cluster)?.change)
        #expect(change.previousDigest == TestCluster.digest("1").description)
        #expect(change.introduced.map(\.id) == ["CVE-4", "CVE-5"] && change.totalIntroduced == 2)
        #expect(change.resolved.map { "\($0.id) \($0.package) \($0.severity)" } == ["CVE-1 ssl high"])
        #expect(statusChange(cluster) == [2, 1])
        let old = try #require(report("1", in: cluster))
        #expect(old.unusedSinceTime != nil && old.usedBy == [.init(kind: "StatefulSet", name: "web")])
        run("3", in: &cluster)
        cluster.settle()
        #expect(report("3", in: cluster)?.change?.totalResolved == 4 && statusChange(cluster) == [0, 4])
        #expect(cluster.violations == [])
    }

    @Test func `the first report keeps its answer when nothing changes, and when the previous one goes`() throws {
        var cluster = cluster(retention: 1_000)
        run("2", in: &cluster)
        cluster.settle()
        let change = try #require(report("2", in: cluster)?.change)
        cluster.now = cluster.now + .seconds(2_000)
        cluster.settle()
        #expect(report("1", in: cluster) == nil && report("2", in: cluster)?.change == change)
        cluster.forgetWrites()
        #expect(cluster.pass() == 0)
    }

    @Test func `a previous report waits for the one that comes after it`() throws {
        var cluster = cluster(retention: 0)
        cluster.results[TestCluster.digest("2")] = TestCluster.failure(.registryUnreachable)
        run("2", in: &cluster)
        cluster.settle()
        #expect(report("1", in: cluster) != nil && report("2", in: cluster) == nil)
        cluster.results[TestCluster.digest("2")] = Self.result("CVE-4 ssl 2")
        cluster.now = cluster.now + .seconds(90_000)
        cluster.settle()
        #expect(report("2", in: cluster)?.change?.totalIntroduced == 1 && report("1", in: cluster) == nil)
    }

    @Test func `a workload that leaves others behind is remembered until its new image has a report`() throws {
        var cluster = cluster()
        run("1", in: &cluster, workload: "other")
        cluster.settle()
        cluster.answersScans = false
        run("2", in: &cluster)
        cluster.pass()
        cluster.runJobs()
        cluster.pass()
        #expect(report("1", in: cluster)?.usedBy.count == 2)
        cluster.answersScans = true
        cluster.settle()
        #expect(report("1", in: cluster)?.usedBy.map(\.name) == ["other"])
        #expect(report("2", in: cluster)?.change?.totalIntroduced == 2)
    }

    @Test func `another repository, namespace or workload is no rollout`() {
        var cluster = cluster()
        run("2", in: &cluster, image: "r.io/other:1")
        run("3", in: &cluster, workload: "another")
        cluster.settle()
        #expect(report("2", in: cluster)?.change == nil && report("3", in: cluster)?.change == nil)
        run("2", in: &cluster, namespace: "b")
        cluster.settle()
        #expect(report("2", in: cluster, namespace: "b")?.change == nil)
    }

    @Test func `a report that is copied is compared where it goes`() throws {
        var cluster = cluster()
        run("2", in: &cluster, namespace: "b", workload: "elsewhere")
        cluster.settle()
        #expect(report("2", in: cluster, namespace: "b")?.change == nil)
        cluster.forgetWrites()
        run("2", in: &cluster)
        cluster.settle()
        #expect(cluster.count("create Job") == 0 && report("2", in: cluster)?.change?.totalIntroduced == 2)
    }

    @Test func `what a list was cut at neither comes nor goes`() throws {
        var cluster = cluster()
        // Two of the five that the totals tell of are listed, both high: of which more may be missing.
        guard case .scanned(var cut) = Self.result("CVE-9 a 1", "CVE-8 b 1", totals: 5) else { return }
        cut.findings[0].severity = .critical
        cut.totals.vulnerabilities = .init(critical: 1, high: 4)
        cut.isTruncated = true
        cluster.results[TestCluster.digest("2")] = .scanned(cut)
        run("2", in: &cluster)
        cluster.settle()
        let change = try #require(report("2", in: cluster)?.change)
        #expect(change.introduced.map(\.id) == ["CVE-9"] && change.totalResolved == 0)
    }

    @Test func `lists are bounded, counts are not`() throws {
        var cluster = cluster()
        guard case .scanned(var many) = Self.result() else { return }
        many.findings = (0..<3_000).map {
            Finding(
                id: "CVE-\($0)-x", package: String(repeating: "\"", count: 200), installed: "1", severity: .low)
        }
        many.totals.vulnerabilities.low = 3_000
        cluster.results[TestCluster.digest("2")] = .scanned(many)
        run("2", in: &cluster)
        cluster.settle()
        let change = try #require(report("2", in: cluster)?.change)
        #expect(change.totalIntroduced == 3_000 && (1...50).contains(change.introduced.count))
        #expect(change.resolved.count == 3 && cluster.violations == [])
    }

    @Test(arguments: Array(1...12) as [UInt64])
    func `a rollout that is cut short anywhere ends the same`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var whole = cluster(retention: 0)
        run("1", in: &whole, workload: "other")
        whole.settle()
        run("2", in: &whole)
        var cut = whole
        whole.settle()
        for _ in 0..<40 {
            cut.pass(writesAtMost: Int.random(in: 0...2, using: &random))
            if Int.random(in: 0..<3, using: &random) == 0 { cut.runJobs() }
        }
        cut.settle()
        #expect(report("2", in: cut)?.change == report("2", in: whole)?.change, "seed \(seed)")
        #expect(report("2", in: cut)?.change != nil, "seed \(seed)")
        #expect(cut.reports.map(\.usedBy) == whole.reports.map(\.usedBy), "seed \(seed)")
    }
}
