// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing
import TrivyReport

@testable import ScanPolicyController

struct ScanFailureTests {
    private let shop = ObjectKey(namespace: "shop", name: "nightly")

    private func cluster(retries: Int = 2, configure: (inout OperatorConfiguration) -> Void = { _ in }) -> TestCluster {
        var cluster = TestCluster(configure: configure)
        cluster.add(namespace: "shop")
        cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.job = .init()
            $0.job?.retries = retries
        }
        cluster.add(pod: "web", in: "shop")
        return cluster
    }

    private func failure(_ cluster: TestCluster) -> JSONValue { cluster.status(shop)["failures"]?[0] ?? .null }

    @Test func `a failure is tried again after a pause, then given up for a day`() throws {
        var cluster = cluster(retries: 2)
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.rateLimited)
        for attempt in 1...3 {
            cluster.settle()
            #expect(cluster.count("create Job") == attempt && cluster.count("delete Job") == attempt)
            #expect(
                failure(cluster)["attempts"] == .integer(Int64(attempt)) && failure(cluster)["reason"] == "RateLimited")
            #expect(cluster.condition("ScansHealthy", of: shop)?.reason == "ScansFailing")
            #expect(cluster.condition("Ready", of: shop)?.status == .true)
            let next = try #require(ScanSchedule.plan(in: cluster.world, at: cluster.now).wakeUp)
            #expect(failure(cluster)["nextAttemptTime"]?.stringValue == next.rfc3339)
            #expect(next > cluster.now)
            cluster.now = next
        }
        #expect(cluster.now - Timestamp(secondsSinceEpoch: 1_700_000_000) > .seconds(86_400))
        cluster.results[TestCluster.digest("a")] = nil
        cluster.settle()
        #expect(cluster.images(shop) == ["matched": 1, "scanned": 1] && failure(cluster).isNull)
        #expect(AttemptLedger(in: cluster.world) == AttemptLedger())
        #expect(Set(cluster.createdJobs.map(\.reference.key.name)).count == 4)
        #expect(cluster.violations.isEmpty, "\(cluster.violations)")
    }

    @Test(arguments: [("trivy", 1), ("courier", 1), ("sidecar", 0)])
    func `a Pod that cannot pull what is not configured any more is given up at once`(
        container: String, given: Int
    ) throws {
        var cluster = cluster()
        cluster.pass()
        let job = try #require(cluster.unfinishedJobs.first)
        cluster.addScanPod(
            of: job.key, courier: .waiting(reason: "ImagePullBackOff", message: "no such"), phase: .pending
        ) { pod in
            pod.containers.append(Container(name: "sidecar", image: ""))
            for index in pod.containers.indices where pod.containers[index].name == container {
                pod.containers[index].image = "example.org/before:1"
            }
        }
        cluster.pass()
        cluster.pass()
        #expect(cluster.count("delete Job") == given)
        #expect(AttemptLedger(in: cluster.world).entries.values.allSatisfy { $0.attempts == 0 })
    }

    @Test func `a restart counts nothing twice`() {
        var cluster = cluster()
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.rateLimited)
        cluster.pass()
        cluster.runJobs()
        cluster.pass()
        let plan = ScanSchedule.plan(in: cluster.world, at: cluster.now)
        #expect(!plan.apply.isEmpty && plan.delete.isEmpty, "the record comes first, the Job goes when it is seen")
        cluster.pass()
        cluster.now = cluster.now + .seconds(3)
        let again = ScanSchedule.plan(in: cluster.world, at: cluster.now)
        #expect(again.apply.isEmpty && again.delete.count == 1)
    }

    /// What happens to a Job after it was made, and what is said of it.
    private static let endings: [(String, @Sendable (inout TestCluster, ObjectKey) -> Void, ScanFailureReason)] = [
        ("no Pod", { cluster, _ in cluster.now = cluster.now + .seconds(301) }, .podNotCreated),
        (
            "pending",
            { cluster, job in
                cluster.addScanPod(of: job, courier: .unknown, phase: .pending)
                cluster.now = cluster.now + .seconds(601)
            }, .podNotStarted
        ),
        (
            "image",
            { cluster, job in
                cluster.addScanPod(
                    of: job, courier: .waiting(reason: "ImagePullBackOff", message: "no such"), phase: .pending)
                cluster.now = cluster.now + .seconds(181)
            }, .scannerNotPullable
        ),
        (
            "evicted",
            { cluster, job in
                cluster.addScanPod(of: job, courier: .running, phase: .failed) { $0.reason = "Evicted" }
                cluster.finish(job, .failed(reason: "BackoffLimitExceeded", message: ""))
            }, .evicted
        ),
        (
            "init container",
            { cluster, job in
                cluster.addScanPod(of: job, courier: .waiting(reason: "PodInitializing", message: ""), phase: .failed) {
                    $0.containers[0].status.state = .terminated(exitCode: 1, reason: "Error")
                }
            }, .podFailed
        ),
        (
            "deadline, Pod deleted",
            { cluster, job in cluster.finish(job, .failed(reason: "DeadlineExceeded", message: "")) }, .deadlineExceeded
        ),
        (
            "deadline, Pod left",
            { cluster, job in
                cluster.addScanPod(of: job, courier: .running, phase: .running)
                cluster.finish(job, .failed(reason: "DeadlineExceeded", message: ""))
            }, .deadlineExceeded
        ),
        (
            "Pod deleted",
            { cluster, job in
                cluster.finish(job, .failed(reason: "BackoffLimitExceeded", message: ""))
                cluster.now = cluster.now + .seconds(301)
            }, .podGone
        ),
        (
            "Pod's end not seen",
            { cluster, job in
                cluster.addScanPod(of: job, courier: .running, phase: .running)
                cluster.finish(job, .complete)
                cluster.now = cluster.now + .seconds(301)
            }, .resultUnreadable
        ),
        (
            "log gone",
            { cluster, job in
                cluster.answersScans = false
                cluster.runJobs()
                cluster.pass()
                for want in ScanSchedule.plan(in: cluster.world, at: cluster.now).wants {
                    guard let question = want.question as? ScanOutput else { continue }
                    cluster.world.set(
                        .failed(FactFailure(reason: "Gone", message: "no log", isFinal: true)), for: question)
                }
            }, .resultUnreadable
        ),
        (
            "killed without a frame",
            { cluster, job in
                cluster.results[TestCluster.digest("a")] = TestCluster.failure(.reportUnreadable)
                cluster.addScanPod(of: job, courier: .terminated(exitCode: 137, reason: "OOMKilled"), phase: .failed)
            }, .outOfMemory
        ),
    ]

    @Test(arguments: endings.indices)
    func `a Job that ends badly says why`(index: Int) throws {
        let (name, happen, reason) = Self.endings[index]
        var cluster = cluster()
        cluster.pass()
        happen(&cluster, try #require(cluster.unfinishedJobs.first).key)
        cluster.pass()
        cluster.pass()
        cluster.pass()
        #expect(failure(cluster)["reason"]?.stringValue == reason.rawValue, "\(name)")
        // With more memory left to give, running out of it is no attempt.
        let isFree = reason.costsNoAttempt || reason == .outOfMemory
        #expect(failure(cluster)["attempts"] == (isFree ? 0 : 1), "\(name)")
        #expect(cluster.count("delete Job") == 1, "\(name)")
        #expect(
            cluster.condition("ScansHealthy", of: shop)?.reason
                == (reason.costsNoAttempt ? "ScansBlocked" : "ScansFailing"))
        cluster.answersScans = true
        cluster.results = [:]
        cluster.now = cluster.now + .seconds(90_000)
        cluster.settle()
        #expect(cluster.images(shop) == ["matched": 1, "scanned": 1], "\(name)")
        #expect(cluster.violations.isEmpty, "\(name): \(cluster.violations)")
    }

    @Test(arguments: ScanFailure.Reason.allCases)
    func `every reason of the courier has a name in the API`(reason: ScanFailure.Reason) {
        var cluster = cluster()
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(reason)
        cluster.settle()
        #expect(failure(cluster)["reason"]?.stringValue == reason.rawValue)
    }

    @Test func `every reason of a failure is reached by some test here`() {
        let reached = Set(Self.endings.map(\.2)).union(
            ScanFailure.Reason.allCases.compactMap { ScanFailureReason(rawValue: $0.rawValue) }
        )
        .union([.nameTaken, .forbidden, .invalid])
        #expect(Set(ScanFailureReason.allCases) == reached)
    }

    @Test func `a Job without a Pod is told of after a minute`() {
        var cluster = cluster()
        cluster.pass()
        cluster.pass()
        #expect(cluster.condition("ScansHealthy", of: shop)?.reason == "InProgress")
        cluster.now = cluster.now + .seconds(61)
        cluster.pass()
        #expect(cluster.condition("ScansHealthy", of: shop)?.reason == "ScansBlocked")
        #expect(cluster.images(shop) == ["matched": 1, "running": 1])
    }

    @Test func `what the cluster warned of is why a Job gets no Pod, asked after a minute and not before`() throws {
        var cluster = cluster()
        cluster.pass()
        func asks() -> [JobEvents] {
            ScanSchedule.plan(in: cluster.world, at: cluster.now).wants.compactMap { $0.question as? JobEvents }
        }
        #expect(asks().isEmpty)
        let job = try #require(cluster.unfinishedJobs.first)
        cluster.warnings = [job.metadata.uid: "FailedCreate: exceeded quota: pods=0"]
        cluster.now = cluster.now + .seconds(61)
        #expect(asks() == [JobEvents(namespace: job.metadata.namespace, uid: job.metadata.uid)])
        cluster.pass()
        cluster.pass()
        let health = try #require(cluster.condition("ScansHealthy", of: shop))
        #expect(
            health.reason == "ScansBlocked"
                && health.message.hasSuffix("PodNotCreated: FailedCreate: exceeded quota: pods=0"))
        cluster.now = cluster.now + .seconds(240)
        for _ in 0..<3 { cluster.pass() }
        #expect(
            failure(cluster)["message"] == "FailedCreate: exceeded quota: pods=0" && failure(cluster)["attempts"] == 0)
        #expect(asks().isEmpty)
    }

    @Test func `what the cluster warned of is why a Pod does not start`() throws {
        var cluster = cluster()
        cluster.pass()
        let job = try #require(cluster.unfinishedJobs.first)
        cluster.addScanPod(of: job.key, courier: .unknown, phase: .pending)
        let pod = try #require(cluster.world[Pod.self].objects(in: job.metadata.namespace).first)
        cluster.warnings = [pod.metadata.uid: "FailedScheduling: 0/1 nodes are available"]
        cluster.now = cluster.now + .seconds(601)
        let plan = ScanSchedule.plan(in: cluster.world, at: cluster.now)
        #expect(plan.delete.isEmpty && plan.apply.isEmpty, "the question comes before the verdict")
        for _ in 0..<4 { cluster.pass() }
        #expect(failure(cluster)["reason"] == "PodNotStarted")
        #expect(failure(cluster)["message"] == "FailedScheduling: 0/1 nodes are available")
    }

    @Test func `a Job that somebody suspended waits, and its Pod's end is no failure`() throws {
        var cluster = cluster()
        cluster.pass()
        let job = try #require(cluster.unfinishedJobs.first)
        cluster.update(job: job.key) { $0.isSuspended = true }
        cluster.addScanPod(of: job.key, courier: .terminated(exitCode: 0, reason: "Completed"), phase: .failed)
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.interrupted)
        cluster.now = cluster.now + .seconds(7_200)
        for _ in 0..<3 { cluster.pass() }
        #expect(cluster.images(shop) == ["matched": 1, "running": 1] && failure(cluster).isNull)
        #expect(cluster.condition("ScansHealthy", of: shop)?.reason == "InProgress")
        cluster.removePod(ObjectKey(namespace: job.metadata.namespace, name: "\(job.metadata.name)-pod"))
        let now = cluster.now
        cluster.update(job: job.key) {
            $0.isSuspended = false
            $0.startTime = now
        }
        cluster.pass()
        #expect(cluster.condition("ScansHealthy", of: shop)?.reason == "InProgress", "its time starts anew")
        cluster.results = [:]
        cluster.settle()
        #expect(cluster.images(shop) == ["matched": 1, "scanned": 1])
    }

    @Test func `a Job that is about to end is waited for, but not for ever`() throws {
        var cluster = cluster()
        cluster.pass()
        let job = try #require(cluster.unfinishedJobs.first).key
        let now = cluster.now
        cluster.addScanPod(of: job, courier: .running, phase: .running)
        cluster.update(job: job) {
            $0.target = .failed(reason: "DeadlineExceeded", message: "")
            $0.finishTime = now
        }
        cluster.now = cluster.now + .seconds(100)
        cluster.pass()
        #expect(cluster.images(shop) == ["matched": 1, "running": 1] && failure(cluster).isNull)
        cluster.now = cluster.now + .seconds(201)
        for _ in 0..<3 { cluster.pass() }
        #expect(failure(cluster)["reason"] == "ResultUnreadable")
    }

    @Test(arguments: [WriteRefusal.Reason.nameTaken, .forbidden, .invalid])
    func `a Job that the API refuses costs no try and heals under another name`(reason: WriteRefusal.Reason) throws {
        var cluster = cluster()
        let first = try #require(ScanSchedule.plan(in: cluster.world, at: cluster.now).create.first).reference.key
        cluster.refusals[first] = reason
        cluster.settle()
        #expect(cluster.count("create Job") == 0 && failure(cluster)["reason"]?.stringValue == reason.rawValue)
        #expect(
            failure(cluster)["attempts"] == 0
                && cluster.events.contains { $0.isWarning && $0.reason == reason.rawValue })
        cluster.now = try #require(ScanSchedule.plan(in: cluster.world, at: cluster.now).wakeUp)
        cluster.settle()
        #expect(cluster.images(shop) == ["matched": 1, "scanned": 1])
        #expect(cluster.createdJobs[0].reference.key != first)
    }

    @Test(arguments: ["labels only", "other units", "other template", "other namespace's units"])
    func `a Job that somebody put under our name is never read`(forgery: String) throws {
        var cluster = cluster()
        let wanted = try #require(ScanSchedule.plan(in: cluster.world, at: cluster.now).create.first)
        var metadata = ObjectMetadata(
            name: wanted.reference.key.name, namespace: wanted.reference.key.namespace, uid: "evil",
            resourceVersion: "1")
        metadata.labels = ScanJob.labels
        if forgery != "labels only" {
            let annotations = try #require(wanted.body["metadata"]?["annotations"]?.objectValue).compactMapValues(
                \.stringValue)
            metadata.annotations = annotations
            if forgery == "other template" {
                metadata.annotations[ScanJob.templateAnnotation] = String(repeating: "0", count: 32)
            }
            if forgery == "other units" {
                metadata.annotations[ScanJob.unitsAnnotation] = annotations[ScanJob.unitsAnnotation]?
                    .replacing(String(repeating: "a", count: 64), with: String(repeating: "b", count: 64))
            }
            if forgery == "other namespace's units" { metadata.namespace = "shop" }
        }
        let job = Job(metadata: metadata)
        cluster.world[Job.self][job.key] = .object(job)
        cluster.addScanPod(of: job.key, courier: .terminated(exitCode: 0, reason: ""), phase: .succeeded)
        cluster.finish(job.key, .complete)
        cluster.pass()
        cluster.pass()
        #expect(
            !ScanSchedule.plan(in: cluster.world, at: cluster.now).wants.contains { $0.question is ScanOutput },
            "\(forgery)")
        #expect(cluster.reports.isEmpty && cluster.world[Job.self].object(job.key) != nil, "\(forgery)")
        if forgery != "other namespace's units" { #expect(failure(cluster)["reason"] == "NameTaken", "\(forgery)") }
    }

    @Test func `a report that the API refuses is tried again and its Job kept until then`() {
        var cluster = cluster()
        let name = ScanReport.name(TestCluster.digest("a"), Platform(os: "linux", architecture: "amd64"))
        cluster.refusals[ObjectKey(namespace: "shop", name: name)] = .forbidden
        cluster.pass()
        cluster.runJobs()
        for _ in 0..<4 { cluster.pass() }
        #expect(failure(cluster)["reason"] == "Forbidden" && cluster.count("delete Job") == 0)
        let wrote = cluster.pass()
        #expect(wrote == 0)
        cluster.refusals = [:]
        cluster.now = cluster.now + .seconds(31)
        cluster.settle()
        #expect(cluster.images(shop) == ["matched": 1, "scanned": 1])
        #expect(cluster.count("create Job") == 1 && cluster.count("delete Job") == 1)
    }

    @Test func `one try has all pull secrets, and more secrets are no more tries`() {
        var cluster = cluster(retries: 0)
        cluster.update(pod: ObjectKey(namespace: "shop", name: "web")) { $0.imagePullSecrets = ["b", "a", "c"] }
        cluster.results[TestCluster.digest("a")] = TestCluster.failure(.unauthorized)
        for _ in 0..<3 {
            cluster.settle()
            cluster.now = cluster.now + .seconds(1_800)
        }
        cluster.settle()
        #expect(cluster.createdJobs.count == 1 && failure(cluster)["attempts"] == 1)
        let entry = AttemptLedger(in: cluster.world).entries.values.first
        #expect(failure(cluster)["nextAttemptTime"]?.stringValue == entry?.expiry.rfc3339, "and it is seen as given up")
    }
}
