// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning
import Testing
import TrivyReport

@testable import ScanPolicyController

/// What ImageWatches have a policy scan: newer versions, and what they are compared with.
@Suite struct CandidateTests {
    private let key = ObjectKey(namespace: "a", name: "p")
    private let clean = ["matched": 1, "scanned": 1] as [String: Int64]

    /// 1.0 runs, and a watch says that 1.1 is newer.
    private func cluster(
        watch: (inout ImageWatchStatus.Image, inout ImageWatchSpec) -> Void = { _, _ in },
        policy: (inout ScanPolicySpec) -> Void = { $0.workloads = .init() }
    ) -> TestCluster {
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        cluster.add(namespace: "b")
        cluster.add(policy: "p", in: "a", change: policy)
        cluster.run("1", in: "a")
        cluster.results[TestCluster.digest("2")] = Self.critical(3)
        cluster.add(watch: "w", in: "a", watch)
        return cluster
    }

    private static func critical(_ count: Int) -> UnitResult {
        var result = TestCluster.clean
        result.findings = (0..<count).map {
            Finding(id: "CVE-\($0)", package: "ssl", installed: "1", severity: .critical)
        }
        result.totals.vulnerabilities[.critical] = count
        return .scanned(result)
    }

    private func report(_ digest: Character, in cluster: TestCluster, _ namespace: String = "a") -> ScanReport? {
        cluster.reports.first { $0.image.digest == TestCluster.digest(digest) && $0.metadata.namespace == namespace }
    }

    @Test func `what is newer is scanned beside what runs, and the policy counts only what it matches`() {
        var cluster = cluster()
        cluster.settle()
        #expect(report("2", in: cluster)?.usedBy == [.init(kind: "ImageWatch", name: "w")])
        #expect(report("2", in: cluster)?.image.reference == "r.io/web:1.1")
        #expect(report("1", in: cluster)?.usedBy.map(\.kind) == ["ImageWatch", "StatefulSet"])
        #expect(cluster.images(key) == clean)
        #expect(cluster.status(key)["summary"]?["critical"] == 0)
        #expect(cluster.count("create Job") <= 2 && cluster.violations == [])
    }

    @Test func `a policy that selects nothing scans both for the watch`() {
        var cluster = cluster(policy: { $0.workloads = nil })
        cluster.settle()
        #expect(cluster.reports.map(\.image.digest) == [TestCluster.digest("1"), TestCluster.digest("2")])
        #expect(cluster.images(key) == [:])
        #expect(cluster.condition("ScansHealthy", of: key)?.reason == "NothingToScan")
        #expect(cluster.violations == [])
    }

    @Test func `what a node knows by the name of another repository is compared as well`() throws {
        var cluster = cluster(policy: { $0.workloads = nil })
        cluster.run("1", in: "a") {
            $0.containers[0].status.imageID = "r.io/staging/web@\(TestCluster.digest("1"))"
        }
        let question = "r.io/web@\(TestCluster.digest("1"))"
        cluster.tags[question] = .failed(FactFailure(reason: "RegistryUnreachable", message: "no"))
        cluster.settle()
        #expect(cluster.reports.isEmpty)
        cluster.tags[question] = .known(TestCluster.digest("1"), askedAt: cluster.now)
        cluster.settle()
        #expect(cluster.reports.map(\.image.digest) == [TestCluster.digest("1"), TestCluster.digest("2")])
        #expect(cluster.violations == [])
    }

    /// A registry that compresses what it is given, or an image that was imported on the node.
    @Test(arguments: ["r.io/staging/web@\(TestCluster.digest("e"))", "docker://\(TestCluster.digest("e"))"])
    func `what runs by no digest of its repository is compared as what its tag is`(imageID: String) throws {
        var cluster = cluster(policy: { $0.workloads = nil })
        cluster.run("1", in: "a") { $0.containers[0].status.imageID = imageID }
        let absent = FactFailure(reason: "ImageNotFound", message: "no", isFinal: true)
        cluster.tags["r.io/web@\(TestCluster.digest("e"))"] = .failed(absent)
        cluster.tags["r.io/web:1.0"] = .known(TestCluster.digest("1"), askedAt: cluster.now)
        cluster.settle()
        #expect(cluster.reports.map(\.image.digest) == [TestCluster.digest("1"), TestCluster.digest("2")])
        #expect(cluster.reports.map(\.image.isResolvedFromTag) == [true, false])
        #expect(cluster.violations == [])
    }

    @Test func `nothing is scanned for a watch that is up to date, names another policy or has no digest`() {
        let changes: [(inout ImageWatchStatus.Image, inout ImageWatchSpec) -> Void] = [
            { image, _ in image.outdated = false }, { image, _ in image.outdated = nil },
            { _, spec in spec.qualification = nil },
            { _, spec in spec.qualification = .init(scanPolicyRef: .init(name: "another")) },
            { image, _ in image.latest?.digest = nil }, { image, _ in image.latest?.digest = "sha256:short" },
            { image, _ in image.image = "r.io/web:0.9" }, { image, _ in image.image = "no image!" },
        ]
        for change in changes {
            var cluster = cluster(watch: change)
            cluster.settle()
            #expect(cluster.reports.map(\.image.digest) == [TestCluster.digest("1")])
            #expect(cluster.reports.first?.usedBy.map(\.kind) == ["StatefulSet"])
            #expect(cluster.violations == [])
        }
        var suspended = cluster(policy: {
            $0.workloads = .init()
            $0.suspend = true
        })
        suspended.settle()
        #expect(suspended.reports.isEmpty)
    }

    @Test func `a policy whose schedule is not due scans what is newer at once, and both with the run`() throws {
        var cluster = cluster(policy: {
            $0.workloads = .init()
            $0.schedule = "0 3 * * *"
            $0.onNewImage = false
        })
        cluster.settle()
        let before = try #require(report("2", in: cluster)).scanTime
        cluster.now = cluster.now + .seconds(86_400)
        cluster.settle()
        for digest in ["1", "2"] as [Character] {
            let after = try #require(report(digest, in: cluster)).scanTime
            #expect(before + .seconds(3_600) < after)
        }
        #expect(cluster.violations == [])
    }

    @Test func `its report is kept while it is of use, and no longer`() {
        var cluster = cluster(policy: {
            $0.workloads = .init()
            $0.reports = .init(retentionSeconds: 600)
        })
        cluster.settle()
        cluster.now = cluster.now + .seconds(90_000)
        cluster.settle()
        #expect(report("2", in: cluster) != nil && report("2", in: cluster)?.unusedSinceTime == nil)
        cluster.add(watch: "w", in: "a") { image, _ in image.outdated = false }
        cluster.settle()
        #expect(report("2", in: cluster)?.unusedSinceTime != nil)
        cluster.now = cluster.now + .seconds(601)
        cluster.settle()
        #expect(cluster.reports.map(\.image.digest) == [TestCluster.digest("1")])
        #expect(cluster.violations == [])
    }

    @Test func `the rollout finds its report there, with what it brings`() {
        var cluster = cluster()
        cluster.settle()
        #expect(report("2", in: cluster)?.change == nil)
        let jobs = cluster.count("create Job")
        cluster.run("2", in: "a", image: "r.io/web:1.1")
        cluster.add(watch: "w", in: "a") { image, _ in
            image.image = "r.io/web:1.1"
            image.outdated = false
        }
        cluster.settle()
        #expect(cluster.count("create Job") == jobs)
        #expect(report("2", in: cluster)?.usedBy.map(\.kind) == ["StatefulSet"])
        #expect(report("2", in: cluster)?.change?.totalIntroduced == 3)
        #expect(cluster.images(key) == clean && cluster.status(key)["change"]?["introduced"] == 3)
        #expect(cluster.violations == [])
    }

    /// 1.0 was scanned a day ago, and the database is another since.
    private func dayOld() -> TestCluster {
        var cluster = cluster(watch: { image, _ in image.outdated = false })
        cluster.results[TestCluster.digest("1")] = Self.clean(1_699_000_000)
        cluster.settle()
        cluster.now = cluster.now + .seconds(86_400)
        for digest in ["1", "2"] as [Character] {
            cluster.results[TestCluster.digest(digest)] = Self.clean(1_700_000_000)
        }
        cluster.add(watch: "w", in: "a")
        return cluster
    }

    private static func clean(_ database: Int64) -> UnitResult {
        var result = TestCluster.clean
        result.database = .init(updatedTime: Timestamp(secondsSinceEpoch: database))
        return .scanned(result)
    }

    @Test func `what cannot be scanned again for a comparison is listed, and the policy none the worse`() throws {
        var cluster = dayOld()
        cluster.results[TestCluster.digest("1")] = TestCluster.failure(.imageNotFound)
        cluster.settle()
        #expect(cluster.images(key) == clean)
        #expect(cluster.condition("ScansHealthy", of: key)?.reason == "Scanned")
        let failure = try #require(cluster.status(key)["failures"]?.arrayValue?.first)
        #expect(failure["image"] == "r.io/web:1.0" && cluster.violations == [])
    }

    @Test func `what was looked at with an older database is looked at again before it is compared`() {
        var cluster = dayOld()
        cluster.settle()
        #expect(cluster.count("create Job") == 3)
        #expect(report("1", in: cluster)?.scanner.databaseUpdatedTime == Timestamp(secondsSinceEpoch: 1_700_000_000))
        cluster.now = cluster.now + .seconds(86_400)
        cluster.settle()
        #expect(cluster.count("create Job") == 3 && cluster.violations == [])
    }

    @Test func `a newer version that cannot be scanned is listed, and the policy none the worse`() throws {
        var cluster = cluster()
        cluster.results[TestCluster.digest("2")] = TestCluster.failure(.imageNotFound)
        cluster.settle()
        #expect(cluster.images(key) == clean)
        #expect(cluster.condition("ScansHealthy", of: key)?.reason == "Scanned")
        let failure = try #require(cluster.status(key)["failures"]?.arrayValue?.first)
        #expect(failure["image"] == "r.io/web:1.1" && failure["reason"] == "ImageNotFound")
        #expect(cluster.violations == [])
    }

    @Test func `where Pods need pull secrets it is scanned with them, beside the Pods`() throws {
        for own in [false, true] {
            var cluster = cluster(watch: { _, spec in
                if own { spec.credentials = .init(secretRef: .init(name: "mine")) }
            })
            cluster.run("1", in: "a") { $0.imagePullSecrets = own ? [] : ["pull"] }
            cluster.settle()
            let jobs = cluster.createdJobs.filter { $0.reference.key.namespace == "a" }
            #expect(!jobs.isEmpty)
            #expect(jobs.contains { $0.body.canonicalText.contains(own ? "\"mine\"" : "\"pull\"") })
            #expect(report("2", in: cluster)?.scanner.placement == .workload)
            #expect(cluster.violations == [])
        }
    }

    @Test func `only a watch of the operator's namespace has others' workloads compared, whatever its status says`()
        throws
    {
        for root in [false, true] {
            var cluster = TestCluster()
            let home = root ? TestCluster.operatorNamespace : "a"
            cluster.add(namespace: "a")
            cluster.add(namespace: "b")
            cluster.run("1", in: "b")
            cluster.add(policy: "p", in: home) { _ in }
            cluster.add(watch: "w", in: home) { image, spec in
                image.usedBy[0].namespace = "b"
                spec.workloads = .init(namespaceSelector: .init())
            }
            cluster.settle()
            #expect(cluster.reports.count == (root ? 2 : 0))
            #expect(cluster.reports.allSatisfy { $0.metadata.namespace == home })
            let policy = try #require(cluster.world[ScanPolicy.self].object(ObjectKey(namespace: home, name: "p")))
            #expect(ScanPolicyController.looks(policy, into: "b", of: cluster.world) == root)
            #expect(cluster.violations == [])
        }
    }

    @Test func `a watch of the operator's namespace has only those workloads compared that it selects`() throws {
        var cluster = TestCluster()
        let home = TestCluster.operatorNamespace
        cluster.add(namespace: "a", labels: ["team": "x"])
        cluster.add(namespace: "b")
        cluster.run("1", in: "a")
        cluster.run("3", in: "b")
        cluster.add(policy: "p", in: home) { _ in }
        cluster.add(watch: "w", in: home) { _, spec in
            spec.workloads = .init(namespaceSelector: .init(matchLabels: ["team": "x"]))
        }
        cluster.settle()
        #expect(cluster.reports.map(\.image.digest) == [TestCluster.digest("1"), TestCluster.digest("2")])
        let policy = try #require(cluster.world[ScanPolicy.self].object(ObjectKey(namespace: home, name: "p")))
        #expect(ScanPolicyController.looks(policy, into: "a", of: cluster.world))
        #expect(!ScanPolicyController.looks(policy, into: "b", of: cluster.world))
        #expect(cluster.violations == [])
    }

    @Test func `what a policy may not scan, no watch has it scan`() {
        for name in ["r.io/web:1.1", "*web:1.0", "r.io/*"] {
            var cluster = cluster(policy: { $0.excludeImages = [name] })
            cluster.settle()
            #expect(cluster.reports.isEmpty && cluster.violations == [], "\(name)")
        }
        var optedOut = cluster()
        optedOut.add(namespace: "a", annotations: ["watchbill.dev/scan": "false"])
        optedOut.settle()
        #expect(optedOut.reports.isEmpty)
        var refused = cluster()
        refused.run("1", in: "a") { $0.metadata.annotations["watchbill.dev/scan"] = "false" }
        refused.settle()
        #expect(refused.reports.isEmpty)
        var excluded = TestCluster { $0.excludedNamespaces = ["a"] }
        excluded.add(namespace: "a")
        excluded.add(policy: "p", in: "a")
        excluded.run("1", in: "a")
        excluded.add(watch: "w", in: "a")
        excluded.settle()
        #expect(excluded.reports.isEmpty && excluded.violations == [])
    }

    @Test func `for a suspended watch nothing begins, and what is there stays`() {
        var fresh = cluster(watch: { _, spec in spec.suspend = true })
        fresh.settle()
        #expect(fresh.reports.map(\.image.digest) == [TestCluster.digest("1")])
        var cluster = cluster(policy: {
            $0.workloads = .init()
            $0.schedule = "0 3 * * *"
            $0.reports = .init(retentionSeconds: 600)
        })
        cluster.settle()
        let before = report("2", in: cluster)?.scanTime
        cluster.add(watch: "w", in: "a") { _, spec in spec.suspend = true }
        cluster.now = cluster.now + .seconds(86_400)
        cluster.settle()
        #expect(before != nil && report("2", in: cluster)?.scanTime == before)
        #expect(report("1", in: cluster)?.scanTime != before && cluster.violations == [])
    }

    @Test func `on every platform that runs it what is newer is scanned`() {
        var cluster = cluster()
        cluster.add(node: "node-2", architecture: "arm64")
        cluster.run("1", in: "a", name: "web-1") { $0.nodeName = "node-2" }
        cluster.settle()
        let newer = cluster.reports.filter { $0.image.digest == TestCluster.digest("2") }
        #expect(Set(newer.map(\.image.platform.description)) == ["linux/amd64", "linux/arm64"])
        #expect(cluster.reports.count == 4 && cluster.violations == [])
    }

    @Test func `between two runs of a CronJob it is compared with what ran last`() {
        var cluster = cluster(policy: { $0.workloads = nil })
        cluster.run("1", in: "a") { pod in
            pod.phase = .succeeded
            pod.metadata.ownerReferences = [
                OwnerReference(apiVersion: "batch/v1", kind: "Job", name: "nightly-1", uid: "j", isController: true)
            ]
        }
        cluster.settle()
        #expect(cluster.reports.map(\.image.digest) == [TestCluster.digest("1"), TestCluster.digest("2")])
        #expect(cluster.violations == [])
    }

    @Test func `what runs is scanned before what is only compared`() throws {
        var cluster = TestCluster {
            $0.limits.maximumJobs = 1
            $0.limits.imagesPerJob = 1
        }
        cluster.add(namespace: "a")
        cluster.add(policy: "p", in: "a")
        cluster.run("1", in: "a")
        cluster.add(watch: "w", in: "a")
        for digest in "3456789" {
            cluster.add(pod: "p\(digest)", in: "a", image: "r.io/p\(digest):1", digest: digest)
        }
        cluster.settle()
        let last = try #require(cluster.createdJobs.last)
        #expect(last.body.canonicalText.contains("r.io/web:1.1"))
        #expect(cluster.reports.count == 9 && cluster.violations == [])
    }
}

extension TestCluster {
    /// A Pod of a workload `web`, in place of the one before.
    fileprivate mutating func run(
        _ digest: Character, in namespace: String, image: String = "r.io/web:1.0", name: String = "web-0",
        change: (inout Pod) -> Void = { _ in }
    ) {
        add(pod: name, in: namespace, image: image, digest: digest) {
            $0.metadata.ownerReferences = [
                OwnerReference(
                    apiVersion: "apps/v1", kind: "StatefulSet", name: "web", uid: "web", isController: true)
            ]
            change(&$0)
        }
    }

    /// A watch that says of r.io/web:1.0 that 1.1 is newer, with policy `p`, unless `change` says otherwise.
    fileprivate mutating func add(
        watch name: String, in namespace: String,
        _ change: (inout ImageWatchStatus.Image, inout ImageWatchSpec) -> Void = { _, _ in }
    ) {
        var image = ImageWatchStatus.Image(image: "r.io/web:1.0")
        image.usedBy = [.init(namespace: nil, kind: "StatefulSet", name: "web")]
        image.outdated = true
        image.latest = .init(tag: "1.1", digest: Self.digest("2").description, firstSeenTime: now)
        var spec = ImageWatchSpec()
        spec.qualification = .init(scanPolicyRef: .init(name: "p"))
        change(&image, &spec)
        var status = ImageWatchStatus()
        status.images = [image]
        let identity = identity()
        let metadata = ObjectMetadata(
            name: name, namespace: namespace, uid: identity.uid, resourceVersion: identity.version)
        world[ImageWatch.self][ObjectKey(namespace: namespace, name: name)] = .object(
            ImageWatch(metadata: metadata, spec: spec, observedStatus: status.json))
    }
}
