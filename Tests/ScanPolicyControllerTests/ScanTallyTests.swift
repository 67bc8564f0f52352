// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Exposition
import KubernetesModel
import Testing
import TrivyReport

@testable import ScanPolicyController

struct ScanTallyTests {
    /// Plans, runs Jobs and lets time pass; the tally sees the world before each pass.
    private func run(
        _ cluster: inout TestCluster, _ tally: inout ScanTally, passes: Int = 40, step: Duration = .seconds(60)
    ) {
        for _ in 0..<passes {
            tally.observe(cluster.world)
            cluster.pass()
            cluster.runJobs()
            cluster.now = cluster.now + step
        }
    }

    private func values(_ tally: ScanTally) -> [String: Double] {
        var values: [String: Double] = [:]
        for family in tally.families where family.description.labels.isEmpty {
            values[family.description.name] = family.samples[[]]
        }
        return values
    }

    @Test func `a scan counts once, however many namespaces get its report`() {
        var cluster = TestCluster()
        for namespace in ["shop", "bank"] {
            cluster.add(namespace: namespace)
            cluster.add(policy: "nightly", in: namespace)
            cluster.add(pod: "web", in: namespace)
            cluster.add(pod: "db", in: namespace, digest: "b")
        }
        var tally = ScanTally()
        run(&cluster, &tally)
        #expect(tally.successes == 2 && tally.failures.isEmpty)
        #expect(values(tally)["trivy_scans_total"] == 2)
    }

    @Test func `every failed try counts, by its reason`() {
        var cluster = TestCluster()
        cluster.add(namespace: "shop")
        cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.job = .init()
            $0.job?.retries = 2
        }
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.databaseUnavailable)
        cluster.add(pod: "web", in: "shop")
        var tally = ScanTally()
        // Three tries, an hour apart at most, within a day.
        run(&cluster, &tally, passes: 100, step: .seconds(600))
        #expect(cluster.count("create Job") == 3)
        #expect(tally.failures == [.databaseUnavailable: 3] && tally.successes == 0)
        #expect(
            values(tally) == [
                "trivy_scans_total": 3, "trivy_db_update_failures_total": 3, "trivy_scan_oomkilled_total": 0,
            ])
        cluster.results[TestCluster.digest("a")] = nil
        run(&cluster, &tally, passes: 100, step: .seconds(1_200))
        #expect(tally.failures == [.databaseUnavailable: 3] && tally.successes == 1)
    }

    @Test func `what was there before is history`() {
        var cluster = TestCluster()
        cluster.add(namespace: "shop")
        cluster.add(policy: "nightly", in: "shop")
        cluster.add(pod: "web", in: "shop")
        cluster.results[TestCluster.digest("b")] = TestCluster.failure(.outOfMemory)
        cluster.add(pod: "big", in: "shop", digest: "b")
        for _ in 0..<6 {
            cluster.pass()
            cluster.runJobs()
        }
        var tally = ScanTally()
        tally.observe(cluster.world)
        #expect(!cluster.reports.isEmpty && tally.successes == 0 && tally.failures.isEmpty)
    }

    @Test func `every reason is there from the start`() {
        let family = ScanTally().families.first { $0.description == TrivyCatalog.scanFailures }
        #expect(family?.samples.count == ScanFailureReason.allCases.count)
        #expect(family?.samples.values.allSatisfy { $0 == 0 } == true)
    }
}
