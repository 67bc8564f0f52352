// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import JSONScan
import KubernetesModel
import OCIModel
import Planning
import Testing
import TrivyReport

@testable import ScanPolicyController

struct ScanMemoryTests {
    private let shop = ObjectKey(namespace: "shop", name: "nightly")
    private static let gib: Int64 = 1 << 30

    private func cluster(
        images: [Character] = ["a"], change: @escaping (inout ScanPolicySpec) -> Void = { _ in },
        configure: (inout OperatorConfiguration) -> Void = { _ in }
    ) -> TestCluster {
        var cluster = TestCluster(configure: configure)
        cluster.add(namespace: "shop")
        cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.job = .init()
            $0.job?.retries = 0
            change(&$0)
        }
        for image in images { cluster.add(pod: "web-\(image)", in: "shop", digest: image) }
        return cluster
    }

    private func failure(_ cluster: TestCluster) -> JSONValue { cluster.status(shop)["failures"]?[0] ?? .null }

    private func memory(_ job: DesiredObject) -> String? {
        job.body.at("spec", "template", "spec", "containers")?[0]?.at("resources", "limits", "memory")?.stringValue
    }

    private func units(_ job: DesiredObject) -> [JSONValue] {
        let text = job.body["metadata"]?["annotations"]?[ScanJob.unitsAnnotation]?.stringValue ?? ""
        return (try? JSONValue(parsing: Array(text.utf8)))?.arrayValue ?? []
    }

    @Test func `an image that runs out of memory gets twice as much, up to the cap, then it is a failure`() throws {
        var cluster = cluster(configure: { $0.scanPod.maximumMemory = "3Gi" })
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.outOfMemory)
        for (size, attempts, said) in [
            ("1Gi", 0, "next try gets 2Gi"), ("2Gi", 0, "next try gets 3Gi"),
            ("3Gi", 1, "scanPod.maximumMemory allows no more"),
        ] as [(String, Int64, String)] {
            cluster.settle()
            let job = try #require(cluster.createdJobs.last)
            #expect(memory(job) == size)
            #expect(
                job.body.at("spec", "template", "spec", "initContainers")?[0]?.at("resources", "limits", "memory")
                    == "1Gi")
            #expect(failure(cluster)["reason"] == "OutOfMemory" && failure(cluster)["attempts"] == .integer(attempts))
            #expect(failure(cluster)["message"]?.stringValue?.contains(said) == true, "\(failure(cluster))")
            #expect(cluster.condition("ScansHealthy", of: shop)?.status == .false)
            cluster.now = try #require(ScanSchedule.plan(in: cluster.world, at: cluster.now).wakeUp)
        }
        #expect(cluster.createdJobs.count == 3)
        #expect(cluster.now - Timestamp(secondsSinceEpoch: 1_700_000_000) > .seconds(86_400), "given up for a day")
        #expect(cluster.violations.isEmpty, "\(cluster.violations)")
    }

    @Test func `what was learned is in the ledger, outlives other failures and a restart, and the scan runs alone`()
        throws
    {
        var cluster = cluster(images: ["a", "b"])
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.outOfMemory)
        cluster.results[TestCluster.digest("b")] = TestCluster.failure(.rateLimited)
        cluster.settle()
        #expect(units(try #require(cluster.createdJobs.first)).count == 2)
        cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.job = .init()
            $0.job?.retries = 5
        }
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.registryUnreachable)
        cluster.now = cluster.now + .seconds(40)
        cluster.settle()
        cluster.results = [:]
        cluster.now = cluster.now + .seconds(1_900)
        cluster.add(pod: "web-c", in: "shop", digest: "c")
        cluster.settle()
        #expect(cluster.images(shop) == ["matched": 3, "scanned": 3])
        let ofA = cluster.createdJobs.filter { job in
            units(job).contains { $0["digest"]?.stringValue == TestCluster.digest("a").description }
        }
        #expect(ofA.map(memory) == ["1Gi", "2Gi", "2Gi"] && ofA.dropFirst().allSatisfy { units($0).count == 1 })
        let ofC = try #require(
            cluster.createdJobs.first { job in
                units(job).contains { $0["digest"]?.stringValue == TestCluster.digest("c").description }
            })
        #expect(memory(ofC) == "1Gi")
    }

    @Test func `the peak of the latest scan decides what the next one gets`() throws {
        var cluster = cluster()
        var result = TestCluster.clean
        result.usage = ScanUsage(milliseconds: 61_001, peakMemoryBytes: 2 * Self.gib)
        cluster.results[TestCluster.digest("a")] = .scanned(result)
        cluster.settle()
        let report = try #require(cluster.reports.first)
        #expect(report.scanner.durationSeconds == 62 && report.scanner.peakMemoryBytes == 2 * Self.gib)
        cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.scanners = [.vulnerability, .secret, .license]
        }
        cluster.settle()
        #expect(cluster.createdJobs.map(memory) == ["1Gi", "4Gi"])
    }

    @Test func `a policy's own limits are where its Jobs begin`() throws {
        var cluster = cluster {
            $0.job?.placement = .workload
            $0.job?.resources = .init(limits: ["memory": Quantity("512Mi"), "cpu": Quantity("1")])
        }
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.outOfMemory)
        cluster.settle()
        cluster.now = cluster.now + .seconds(40)
        cluster.settle()
        #expect(cluster.createdJobs.map(memory) == ["512Mi", "1Gi"])
        let limits = cluster.createdJobs[1].body.at("spec", "template", "spec", "containers")?[0]?.at(
            "resources", "limits")
        #expect(limits == ["cpu": "1", "memory": "1Gi"])
    }

    @Test func `without a limit nothing is learned`() {
        var cluster = cluster {
            $0.job?.placement = .workload
            $0.job?.resources = .init(limits: ["cpu": Quantity("1")])
        }
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.outOfMemory)
        cluster.settle()
        #expect(failure(cluster)["attempts"] == 1 && cluster.createdJobs.map(memory) == [nil])
    }

    @Test func `when the whole Pod is killed, the image of which nothing was said is the one`() throws {
        var cluster = cluster(images: ["a", "b", "c"])
        cluster.answersScans = false
        cluster.pass()
        let job = try #require(cluster.unfinishedJobs.first)
        let order = try #require(ScanJob(job, operatorNamespace: TestCluster.operatorNamespace)).units
        cluster.addScanPod(of: job.key, courier: .terminated(exitCode: 137, reason: "OOMKilled"), phase: .failed)
        cluster.finish(job.key, .failed(reason: "BackoffLimitExceeded", message: ""))
        let question = try #require(
            ScanSchedule.plan(in: cluster.world, at: cluster.now).wants.lazy.compactMap { $0.question as? ScanOutput }
                .first)
        let missing = UnitResult.failed(ScanFailure(reason: .reportUnreadable, message: "no frame"))
        cluster.world.set(
            .known(
                [order[0].id: .scanned(TestCluster.clean), order[1].id: missing, order[2].id: missing],
                askedAt: cluster.now), for: question)
        cluster.pass()
        cluster.pass()
        let ledger = AttemptLedger(in: cluster.world)
        #expect(ledger[order[0].id] == nil)
        #expect(ledger[order[1].id]?.reason == .outOfMemory && ledger[order[1].id]?.memoryBytes == 2 * Self.gib)
        #expect(
            ledger[order[2].id]?.reason == .interrupted && ledger[order[2].id]?.attempts == 0
                && ledger[order[2].id]?.memoryBytes == nil)
    }

    /// All in MiB.
    @Test(
        arguments: [
            (nil, nil, nil), (1_024, nil, nil), (2_048, nil, 2_048), (65_536, nil, 4_096), (nil, 896, nil),
            (nil, 897, 2_048), (nil, 102_400, 4_096), (2_048, 3_072, 4_096), (nil, -1, nil),
        ] as [(Int64?, Int64?, Int64?)])
    func `raises the limit as far as is known to be needed`(learned: Int64?, peak: Int64?, expected: Int64?) {
        let memory = ScanMemory(OperatorConfiguration(), .operator, .init())
        let raised = memory.raised(learned: learned.map { $0 << 20 }, peak: peak.map { $0 << 20 })
        #expect(raised == expected.map { $0 << 20 })
    }

    @Test func `numbers that nobody has do not overflow`() {
        let memory = ScanMemory(OperatorConfiguration(), .operator, .init())
        #expect(memory.raised(learned: .max, peak: .max) == 4 * Self.gib && memory.next(after: .max) == nil)
    }
}
