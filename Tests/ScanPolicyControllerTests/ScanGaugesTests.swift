// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Exposition
import KubernetesModel
import OCIModel
import Planning
import Testing
import TrivyReport

@testable import ScanPolicyController

struct ScanGaugesTests {
    private func shop() -> TestCluster {
        var cluster = TestCluster()
        cluster.add(namespace: "shop")
        cluster.add(policy: "nightly", in: "shop")
        return cluster
    }

    private func samples(_ metric: MetricDescription, of cluster: TestCluster, limit: Int = 10_000) -> [[String]:
        Double]
    {
        let gauges = ScanGauges(of: cluster.world, at: cluster.now, limit: limit)
        return gauges.families.first { $0.description == metric }?.samples ?? [:]
    }

    private func owned(by owner: String, _ pod: inout Pod) {
        pod.metadata.ownerReferences = [
            OwnerReference(apiVersion: "apps/v1", kind: "StatefulSet", name: owner, uid: "uid-\(owner)")
        ]
    }

    @Test func `says of each container what its report says`() {
        var cluster = shop()
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2, secrets: 3)
        cluster.add(pod: "db-0", in: "shop") { owned(by: "db", &$0) }
        cluster.add(pod: "db-1", in: "shop") { owned(by: "db", &$0) }
        #expect(samples(TrivyCatalog.vulnerabilities, of: cluster).isEmpty)
        cluster.settle()
        let place = ["shop", "StatefulSet", "db", "app", "nginx:1.27"]
        #expect(
            samples(TrivyCatalog.vulnerabilities, of: cluster) == [
                place + ["CRITICAL"]: 2, place + ["HIGH"]: 0, place + ["MEDIUM"]: 0, place + ["LOW"]: 1,
                place + ["UNKNOWN"]: 0,
            ])
        #expect(samples(TrivyCatalog.secrets, of: cluster) == [place + ["aws"]: 3])
        #expect(samples(TrivyCatalog.current(TrivyCatalog.secrets), of: cluster) == [place + ["aws"]: 3])
        #expect(samples(TrivyCatalog.misconfigurations, of: cluster).isEmpty)
        #expect(samples(TrivyCatalog.lastScan, of: cluster).keys.map { $0 } == [place])
        #expect(
            samples(TrivyCatalog.databaseAge, of: cluster) == [[]: Double(cluster.now.seconds - 1_699_000_000)])
    }

    @Test func `what the lists leave away still counts`() {
        var cluster = shop()
        guard case .scanned(var result) = TestCluster.vulnerable(critical: 0, secrets: 2) else { return }
        result.totals.secrets = .init(high: 7)
        result.misconfigurations = [Misconfiguration(id: "DS-1", severity: .high)]
        result.totals.misconfigurations = .init(high: 1, low: 4)
        cluster.results[TestCluster.digest("a")] = .scanned(result)
        cluster.add(pod: "web", in: "shop")
        cluster.settle()
        let place = ["shop", "Pod", "web", "app", "nginx:1.27"]
        #expect(samples(TrivyCatalog.secrets, of: cluster) == [place + ["aws"]: 2, place + ["UNLISTED"]: 5])
        #expect(samples(TrivyCatalog.misconfigurations, of: cluster) == [place + ["HIGH"]: 1, place + ["UNLISTED"]: 4])
    }

    @Test func `two digests behind the same labels are one series, the worse one`() {
        var cluster = shop()
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2)
        cluster.results[TestCluster.digest("b")] = TestCluster.vulnerable(critical: 5)
        cluster.add(pod: "db-0", in: "shop", digest: "a") { owned(by: "db", &$0) }
        cluster.add(pod: "db-1", in: "shop", digest: "b") { owned(by: "db", &$0) }
        cluster.settle()
        let critical = samples(TrivyCatalog.vulnerabilities, of: cluster).filter { $0.key.last == "CRITICAL" }
        #expect(critical == [["shop", "StatefulSet", "db", "app", "nginx:1.27", "CRITICAL"]: 5])
    }

    @Test func `finished Pods, our own and Pods of other namespaces do not appear`() {
        var cluster = shop()
        cluster.add(namespace: "bank")
        cluster.add(pod: "web", in: "shop")
        cluster.add(pod: "done", in: "shop") { $0.phase = .succeeded }
        cluster.add(pod: "other", in: "bank")
        cluster.settle()
        let places = samples(TrivyCatalog.lastScan, of: cluster).keys
        #expect(places.map { $0[2] } == ["web"])
    }

    @Test func `an image that a policy names has no container`() {
        var cluster = shop()
        let pinned = "nginx@\(TestCluster.digest("c"))"
        cluster.add(policy: "named", in: "shop") { $0.images = [pinned] }
        cluster.settle()
        #expect(
            samples(TrivyCatalog.lastScan, of: cluster).keys.map { Array($0.prefix(4)) } == [
                ["shop", "ScanPolicy", "named", ""]
            ])
    }

    @Test func `an image whose node tells no digest is found by its tag`() throws {
        var cluster = shop()
        cluster.tags[try ImageReference(parsing: "nginx:1.27").description] = .known(
            TestCluster.digest("d"), askedAt: cluster.now)
        cluster.results[TestCluster.digest("d")] = TestCluster.vulnerable(critical: 4)
        cluster.add(pod: "web", in: "shop") { $0.containers[0].status.imageID = String(repeating: "0", count: 64) }
        cluster.settle()
        let critical = samples(TrivyCatalog.vulnerabilities, of: cluster).filter { $0.key.last == "CRITICAL" }
        #expect(critical.values.map { $0 } == [4])
    }

    @Test func `hostile names make neither new lines nor endless series`() {
        var cluster = shop()
        guard case .scanned(var result) = TestCluster.vulnerable(critical: 0) else { return }
        result.secrets = (0..<900).map {
            SecretFinding(rule: "r\n\"\\} 1\n# TYPE \($0)", severity: .high, path: "/x", line: 1)
        }
        result.totals.secrets = .init(high: 900)
        cluster.results[TestCluster.digest("a")] = .scanned(result)
        cluster.add(pod: "web", in: "shop") {
            $0.containers[0].name = "a\nb"
            $0.metadata.ownerReferences = [
                OwnerReference(apiVersion: "x/v1", kind: "K\"", name: "o\\\n\u{0}", uid: "u")
            ]
        }
        cluster.settle()
        let gauges = ScanGauges(of: cluster.world, at: cluster.now)
        let secrets = gauges.families.first { $0.description == TrivyCatalog.secrets }
        #expect(secrets?.samples.count == 101 && secrets?.samples.values.reduce(0, +) == 900)
        var text = ExpositionText()
        for family in gauges.families { text.add(family) }
        for line in text.text.split(separator: "\n") { #expect(line.hasPrefix("trivy_") || line.hasPrefix("# ")) }
        #expect(!text.text.utf8.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") })
    }

    @Test func `the number of series is bounded, the worst of each namespace stay, the rest is counted`() {
        var cluster = shop()
        cluster.add(namespace: "bank")
        cluster.add(policy: "nightly", in: "bank")
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 9)
        for index in 0..<20 { cluster.add(pod: "web-\(index)", in: "shop", digest: index == 7 ? "a" : "b") }
        cluster.add(pod: "ledger", in: "bank", digest: "b")
        cluster.settle()
        let all = ScanGauges(of: cluster.world, at: cluster.now)
        let few = ScanGauges(of: cluster.world, at: cluster.now, limit: 40)
        func count(_ gauges: ScanGauges) -> Int { gauges.families.map(\.samples.count).reduce(0, +) }
        #expect(all.leftOut == 0 && count(few) <= 40 && count(few) + few.leftOut == count(all))
        let kept = samples(TrivyCatalog.lastScan, of: cluster, limit: 40).keys.map { $0[2] }
        #expect(kept.contains("web-7") && kept.contains("ledger") && kept.count == 3)
    }
}
