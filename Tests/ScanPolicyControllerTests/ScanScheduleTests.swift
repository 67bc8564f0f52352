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

struct ScanScheduleTests {
    private func shopAndBank(configure: (inout OperatorConfiguration) -> Void = { _ in }) -> TestCluster {
        var cluster = TestCluster(configure: configure)
        for namespace in ["shop", "bank"] {
            cluster.add(namespace: namespace)
            cluster.add(policy: "nightly", in: namespace)
        }
        return cluster
    }

    private let shop = ObjectKey(namespace: "shop", name: "nightly")
    private let bank = ObjectKey(namespace: "bank", name: "nightly")

    /// Specs that are wrong for a while, as when somebody edits them twice.
    @Test(arguments: [true, false])
    func `a result that comes while its policy cannot be read is kept`(isScanned: Bool) {
        var cluster = TestCluster()
        cluster.add(namespace: "shop")
        cluster.add(pod: "web", in: "shop")
        cluster.add(policy: "nightly", in: "shop")
        if !isScanned { cluster.results[TestCluster.digest("a")] = TestCluster.failure(.imageNotFound) }
        cluster.pass()
        cluster.add(policy: "nightly", in: "shop") { $0.images = ["no image"] }
        cluster.runJobs()
        for _ in 0..<4 { cluster.pass() }
        cluster.add(policy: "nightly", in: "shop")
        cluster.pass()
        #expect(cluster.reports.count == (isScanned ? 1 : 0))
        #expect(AttemptLedger(in: cluster.world).entries.count == (isScanned ? 0 : 1))
        #expect(cluster.count("create Job") == 1)
    }

    @Test func `one digest in two namespaces is one Job and two reports`() {
        var cluster = shopAndBank()
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2, fixable: 1, secrets: 1)
        cluster.add(pod: "web", in: "shop")
        cluster.add(pod: "web2", in: "shop")
        cluster.add(pod: "ledger", in: "bank")
        cluster.settle()
        #expect(cluster.count("create Job") == 1 && cluster.count("delete Job") == 1)
        #expect(
            cluster.reports.map(\.key.description)
                == ["bank", "shop"].map { "\($0)/sha256-aaaaaaaaaaaaaaaaaaaa-linux-amd64" })
        #expect(cluster.reports[1].usedBy.map(\.name) == ["web", "web2"])
        #expect(cluster.images(shop) == ["matched": 1, "scanned": 1])
        #expect(cluster.status(shop)["summary"]?["critical"] == 2 && cluster.status(shop)["summary"]?["secrets"] == 1)
        #expect(cluster.condition("Ready", of: shop)?.reason == "Accepted")
        #expect(cluster.condition("ScansHealthy", of: shop)?.reason == "Scanned")
        #expect(cluster.violations.isEmpty, "\(cluster.violations)")
    }

    @Test func `at rest nothing is written`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.settle()
        cluster.forgetWrites()
        for _ in 0..<5 {
            cluster.now = cluster.now + .seconds(3_600)
            let wrote = cluster.pass()
            #expect(wrote == 0, "\(cluster.writes)")
        }
    }

    @Test func `a namespace that comes later gets the report without a scan`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.settle()
        cluster.add(pod: "ledger", in: "bank")
        cluster.settle()
        #expect(cluster.count("create Job") == 1 && cluster.reports.count == 2)
        #expect(cluster.reports[0].usedBy.map(\.name) == ["ledger"])
    }

    @Test func `a result made with credentials stays where it was made`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop") { $0.imagePullSecrets = ["regcred"] }
        cluster.settle()
        #expect(cluster.createdJobs.map(\.reference.key.namespace) == ["shop"])
        #expect(cluster.reports.map(\.scanner.placement) == [.workload])
        cluster.add(pod: "ledger", in: "bank")
        cluster.settle()
        #expect(cluster.createdJobs.map(\.reference.key.namespace) == ["shop", TestCluster.operatorNamespace])
        #expect(cluster.reports.map(\.scanner.placement) == [.operator, .workload])
    }

    @Test func `a report that claims to be valid everywhere but was made for another image is not copied`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.settle()
        var forged = cluster.reports[0]
        forged.image.digest = TestCluster.digest("b")
        forged.metadata.name = "anything"
        cluster.world[ScanReport.self][forged.key] = .object(forged)
        cluster.add(pod: "ledger", in: "bank", digest: "b")
        cluster.settle()
        #expect(cluster.count("create Job") == 2)
    }

    @Test func `images are batched, and what failed runs alone`() throws {
        var cluster = shopAndBank { $0.limits.imagesPerJob = 3 }
        for (index, digest) in "0123456".enumerated() {
            cluster.add(pod: "p\(index)", in: "shop", image: "r.io/i\(index):1", digest: digest)
        }
        cluster.results[TestCluster.digest("3")] = TestCluster.failure(.trivyCrashed)
        cluster.pass()
        #expect(
            cluster.unfinishedJobs.compactMap {
                ScanJob($0, operatorNamespace: TestCluster.operatorNamespace)?.units.count
            }.sorted() == [1, 3, 3])
        cluster.runJobs()
        cluster.pass()
        cluster.pass()
        #expect(cluster.images(shop) == ["matched": 7, "scanned": 6, "failed": 1])
        cluster.pass()
        cluster.now = cluster.now + .seconds(60)
        cluster.add(pod: "new", in: "shop", image: "r.io/new:1", digest: "9")
        cluster.pass()
        #expect(cluster.unfinishedJobs.count == 2)
    }

    @Test func `limits hold in the cluster and in a namespace`() {
        var cluster = shopAndBank {
            $0.limits.imagesPerJob = 1
            $0.limits.maximumJobs = 4
            $0.limits.maximumJobsPerNamespace = 2
        }
        for (index, digest) in "012345678".enumerated() {
            cluster.add(pod: "p\(index)", in: "shop", image: "r.io/i\(index):1", digest: digest) {
                $0.imagePullSecrets = ["s"]
            }
        }
        cluster.pass()
        #expect(cluster.unfinishedJobs.count == 2)
        for (index, digest) in "abcdef".enumerated() { cluster.add(pod: "p\(index)", in: "bank", digest: digest) }
        cluster.pass()
        #expect(cluster.unfinishedJobs.count == 4)
        cluster.pass()
        #expect(cluster.unfinishedJobs.count == 4)
        cluster.settle()
        #expect(cluster.reports.count == 15)
    }

    @Test func `finished Jobs take no slot and a crowded namespace does not starve a small one`() {
        var cluster = shopAndBank {
            $0.limits.imagesPerJob = 1
            $0.limits.maximumJobs = 2
        }
        for (index, digest) in "012345".enumerated() {
            cluster.add(pod: "p\(index)", in: "bank", image: "r.io/i\(index):1", digest: digest)
        }
        cluster.add(pod: "only", in: "shop", digest: "f")
        cluster.pass()
        let homes = cluster.unfinishedJobs.compactMap {
            ScanJob($0, operatorNamespace: TestCluster.operatorNamespace)?.units.first?.namespaces
        }
        #expect(Set(homes) == [["shop"], ["bank"]])
        cluster.answersScans = false
        cluster.runJobs()
        cluster.pass()
        #expect(cluster.unfinishedJobs.count == 2)
    }

    @Test func `another scanner is another scan, and the report then has all`() throws {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.settle()
        cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.scanners = [.vulnerability, .secret, .license]
        }
        cluster.settle()
        #expect(cluster.count("create Job") == 2)
        #expect(cluster.reports.first?.scanner.scanners == [.vulnerability, .secret, .license])
        cluster.add(policy: "nightly", in: "shop")
        cluster.settle()
        #expect(cluster.count("create Job") == 2)
    }

    // MARK: Usage and retention

    @Test func `unused reports stay for their time and go then`() {
        var cluster = shopAndBank()
        cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.reports = .init(retentionSeconds: 1_000)
        }
        let pod = cluster.add(pod: "web", in: "shop")
        cluster.settle()
        cluster.removePod(pod)
        cluster.settle()
        // Who used it last stays, for what comes after it.
        #expect(cluster.reports.map(\.usedBy) == [[.init(kind: "Pod", name: "web")]])
        #expect(cluster.reports[0].unusedSinceTime != nil)
        cluster.add(pod: "web", in: "shop")
        cluster.settle()
        #expect(cluster.reports[0].unusedSinceTime == nil && cluster.count("create Job") == 1)
        cluster.removePod(pod)
        cluster.settle()
        let plan = ScanSchedule.plan(in: cluster.world, at: cluster.now)
        cluster.now = plan.wakeUp!
        cluster.settle()
        #expect(cluster.reports.isEmpty)
    }

    @Test func `the result of a Pod that lived shorter than its scan is kept`() {
        var cluster = shopAndBank()
        let pod = cluster.add(pod: "night", in: "shop")
        cluster.pass()
        cluster.removePod(pod)
        cluster.settle()
        #expect(cluster.reports.map(\.usedBy) == [[]] && cluster.count("create Job") == 1)
        cluster.add(pod: "night-2", in: "shop")
        cluster.settle()
        #expect(cluster.count("create Job") == 1)
    }

    @Test func `deleting the policies leaves nothing`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.add(pod: "ledger", in: "bank", digest: "b")
        cluster.settle()
        cluster.add(pod: "late", in: "bank", digest: "c")
        cluster.pass()
        #expect(cluster.unfinishedJobs.count == 1)
        cluster.removePolicy(shop)
        cluster.removePolicy(bank)
        cluster.pass()
        #expect(cluster.world[Job.self].count == 0 && cluster.reports.isEmpty)
    }

    @Test func `a suspended policy keeps what is there and begins nothing`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.settle()
        let suspend: (inout ScanPolicySpec) -> Void = {
            $0.workloads = .init()
            $0.suspend = true
        }
        cluster.add(policy: "nightly", in: "shop", change: suspend)
        cluster.add(pod: "new", in: "shop", digest: "b")
        cluster.removePod(ObjectKey(namespace: "shop", name: "web"))
        cluster.settle()
        #expect(cluster.count("create Job") == 1 && cluster.reports.map(\.usedBy.count) == [1])
        #expect(cluster.condition("Ready", of: shop)?.reason == "Suspended")
        cluster.add(policy: "nightly", in: "shop")
        cluster.settle()
        #expect(cluster.count("create Job") == 2)
    }

    // MARK: Unknown is not nothing

    @Test(arguments: [
        "unreadable policy", "unreadable Pod", "unseen namespace", "unknown tag", "failed tag", "unseen owner",
    ])
    func `what is not known prunes nothing`(case name: String) {
        var cluster = shopAndBank()
        let pod = cluster.add(pod: "web", in: "shop")
        cluster.settle()
        cluster.forgetWrites()
        switch name {
        case "unreadable policy":
            let metadata = cluster.world[ScanPolicy.self].object(shop)!.metadata
            cluster.world[ScanPolicy.self][shop] = .unreadable(metadata, .init(offset: 0, reason: "x"))
        case "unreadable Pod":
            cluster.world[Pod.self][pod] = .unreadable(
                ObjectMetadata(name: "web", namespace: "shop"), .init(offset: 0, reason: "x"))
        case "unseen namespace": cluster.world[Namespace.self][ObjectKey(name: "shop")] = nil
        case "unknown tag", "failed tag":
            cluster.update(pod: pod) { $0.containers[0].status.imageID = "sha256:" + String(repeating: "9", count: 64) }
            if name == "failed tag" {
                cluster.tags["docker.io/library/nginx:1.27"] = .failed(FactFailure(reason: "Unauthorized", message: ""))
            }
        default:
            cluster.update(pod: pod) {
                $0.metadata.ownerReferences = [
                    OwnerReference(apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "u")
                ]
            }
        }
        for _ in 0..<3 {
            cluster.pass()
            cluster.now = cluster.now + .seconds(900_000)
        }
        #expect(cluster.reports.map(\.usedBy.count) == [1] && cluster.count("delete") == 0, "\(cluster.writes)")
    }

    @Test func `a finished Job whose Pod is not seen yet is waited for, then tried again`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.pass()
        let job = cluster.unfinishedJobs[0].key
        cluster.finish(job, .complete)
        cluster.pass()
        cluster.pass()
        #expect(cluster.reports.isEmpty && cluster.count("delete") == 0)
        #expect(cluster.images(shop) == ["matched": 1, "running": 1])
        cluster.now = ScanSchedule.plan(in: cluster.world, at: cluster.now).wakeUp!
        cluster.pass()
        cluster.pass()
        #expect(cluster.count("delete Job") == 1 && cluster.status(shop)["failures"]?[0]?["reason"] == "PodGone")
    }

    @Test func `a Pod that another object controls is never read`() {
        var cluster = shopAndBank()
        cluster.add(pod: "web", in: "shop")
        cluster.pass()
        let job = cluster.unfinishedJobs[0].key
        cluster.addScanPod(of: job, courier: .terminated(exitCode: 0, reason: ""), phase: .succeeded) {
            $0.metadata.ownerReferences[0].uid = "somebody-else"
        }
        cluster.finish(job, .complete)
        cluster.pass()
        #expect(
            cluster.reports.isEmpty
                && !ScanSchedule.plan(in: cluster.world, at: cluster.now).wants.contains { $0.question is ScanOutput })
    }
}
