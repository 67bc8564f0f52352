// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing
import TrivyReport
import VEX

@testable import ScanPolicyController

/// The laws of every controller, here for ScanPolicy and ScanSchedule together, on generated clusters.
///
/// Laws 1 (the same plan twice) and 3 (nothing outside the contract) are checked in every pass of `TestCluster`.
struct LawsTests {
    /// A cluster of some namespaces, Pods, policies and misfortunes.
    private struct Generator {
        var random: SeededGenerator
        var cluster = TestCluster {
            $0.limits.imagesPerJob = 3
            $0.limits.maximumJobs = 4
        }
        private(set) var pods: [ObjectKey] = []
        private(set) var policies: [ObjectKey] = []
        private var serial = 0
        private let namespaces = ["a", "b", "c"]

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            for name in namespaces { cluster.add(namespace: name, labels: ["name": name]) }
            cluster.add(node: "node-2", architecture: "arm64")
            for digest in "0123456789" {
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    cluster.results[TestCluster.digest(digest)] = TestCluster.failure(
                        pick(ScanFailure.Reason.allCases))
                case 1:
                    cluster.results[TestCluster.digest(digest)] = TestCluster.vulnerable(
                        critical: 3, fixable: 1, secrets: 1)
                default: break
                }
            }
            for _ in 0..<12 { change() }
        }

        private mutating func pick<Element>(_ choices: [Element]) -> Element {
            choices[Int.random(in: 0..<choices.count, using: &random)]
        }

        mutating func spec(_ spec: inout ScanPolicySpec) {
            if Bool.random(using: &random) { spec.workloads = .init() }
            if Int.random(in: 0..<3, using: &random) == 0 {
                spec.images = ["r.io/i@\(TestCluster.digest("7"))", "r.io/tagged:1"]
            }
            if Int.random(in: 0..<4, using: &random) == 0 { spec.suspend = true }
            if Int.random(in: 0..<6, using: &random) == 0 { spec.images = ["not an image"] }
            spec.scanners = [[.vulnerability], [.vulnerability, .secret], [.license]].randomElement(using: &random)
            spec.reports = .init(retentionSeconds: pick([0, 1_000, 604_800]))
            spec.job = .init()
            spec.job?.retries = Int.random(in: 0...2, using: &random)
            spec.job?.placement = pick([.auto, .workload, nil])
        }

        /// Something happens that people or nodes do.
        mutating func change() {
            let namespace = pick(namespaces)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                serial += 1
                let digest = pick(Array("0123456789"))
                let node = pick(["node-1", "node-2", "node-9"])
                let secrets = Int.random(in: 0..<4, using: &random) == 0 ? ["s1", "s2"] : []
                let isBare = Int.random(in: 0..<6, using: &random) == 0
                pods.append(
                    cluster.add(pod: "p\(serial)", in: namespace, image: "r.io/i\(digest):1", digest: digest) {
                        $0.nodeName = node
                        $0.imagePullSecrets = secrets
                        if isBare { $0.containers[0].status.imageID = "sha256:" + String(repeating: digest, count: 64) }
                    })
            case 5, 6:
                if let pod = pods.randomElement(using: &random) { cluster.removePod(pod) }
            case 7:
                let place = Bool.random(using: &random) ? namespace : TestCluster.operatorNamespace
                var made = ScanPolicySpec()
                spec(&made)
                if place == TestCluster.operatorNamespace { made.workloads = .init(namespaceSelector: .init()) }
                policies.append(cluster.add(policy: "p", in: place) { $0 = made })
            case 8:
                var made = ScanPolicySpec()
                spec(&made)
                policies.append(cluster.add(policy: "q", in: namespace) { $0 = made })
            default:
                cluster.now = cluster.now + .seconds(Int64.random(in: 0..<5_000, using: &random))
            }
        }
    }

    private static let seeds: [UInt64] = Array(1...12)

    @Test(arguments: seeds)
    func `laws 1, 2, 3: the same plan twice, nothing outside the contract, and rest`(seed: UInt64) {
        var generator = Generator(seed: seed)
        for _ in 0..<6 {
            for _ in 0..<3 { generator.change() }
            generator.cluster.settle(limit: 120)
            generator.cluster.forgetWrites()
            let wrote = generator.cluster.pass()
            #expect(wrote == 0, "seed \(seed): \(generator.cluster.writes)")
        }
        #expect(generator.cluster.violations.isEmpty, "seed \(seed): \(generator.cluster.violations)")
    }

    @Test(arguments: seeds)
    func `law 2: in a day without a change writes end with the tries`(seed: UInt64) {
        var generator = Generator(seed: seed)
        generator.cluster.settle(limit: 120)
        generator.cluster.forgetWrites()
        // Every failing image may be tried as often as its policies say, twice over a day; each try is five writes at most.
        let end = generator.cluster.now + .seconds(86_400)
        while let next = ScanSchedule.plan(in: generator.cluster.world, at: generator.cluster.now).wakeUp, next < end {
            generator.cluster.now = max(next, generator.cluster.now + .seconds(1))
            generator.cluster.settle(limit: 120)
        }
        #expect(generator.cluster.count("create Job") <= 3 * 10 * 4, "seed \(seed)")
        #expect(generator.cluster.count("") <= 900, "seed \(seed): \(generator.cluster.count(""))")
    }

    @Test(arguments: seeds)
    func `law 4: without policies nothing of theirs is left`(seed: UInt64) {
        var generator = Generator(seed: seed)
        for _ in 0..<5 {
            generator.change()
            generator.cluster.pass()
            if Bool.random(using: &generator.random) { generator.cluster.runJobs() }
        }
        for key in generator.policies { generator.cluster.removePolicy(key) }
        generator.cluster.settle(limit: 20)
        #expect(generator.cluster.reports.isEmpty && generator.cluster.world[Job.self].count == 0, "seed \(seed)")
    }

    @Test(arguments: seeds)
    func `law 7: plans that are cut short anywhere lead to the same end, and no Job is made twice`(seed: UInt64) {
        var whole = Generator(seed: seed)
        whole.cluster.results = whole.cluster.results.filter { if case .scanned = $0.value { true } else { false } }
        var cut = whole
        whole.cluster.settle(limit: 120)
        for _ in 0..<150 {
            let allowed = Int.random(in: 0...2, using: &cut.random)
            cut.cluster.pass(writesAtMost: allowed)
            if Int.random(in: 0..<3, using: &cut.random) == 0 { cut.cluster.runJobs() }
        }
        cut.cluster.settle(limit: 120)
        func content(_ cluster: TestCluster) -> [String] {
            cluster.reports.map { report in
                var body = JSONValue.object(report.body)
                body["scanTime"] = nil
                body["unusedSinceTime"] = nil
                body["scanner"]?["jobUID"] = nil
                return "\(report.key) \(body.canonicalText)"
            }
        }
        let (expected, found) = (content(whole.cluster), content(cut.cluster))
        #expect(Set(found).symmetricDifference(expected) == [], "seed \(seed)")
        #expect(cut.cluster.violations.isEmpty, "seed \(seed): \(cut.cluster.violations)")
        let names = cut.cluster.createdJobs.map { "\($0.reference.key) \($0.body.canonicalText)" }
        #expect(Set(names).count == names.count, "seed \(seed): a Job was made twice")
    }

    @Test(arguments: seeds)
    func `law 9: from A to B to A is A, and an invalid spec heals`(seed: UInt64) {
        var direct = Generator(seed: seed)
        direct.cluster.results = [:]
        var key = ObjectKey(namespace: "a", name: "tested")
        let healthy: (inout ScanPolicySpec) -> Void = {
            $0.workloads = .init()
            $0.scanners = [.vulnerability]
        }
        direct.cluster.add(policy: "tested", in: "a", change: healthy)
        var round = direct
        direct.cluster.settle(limit: 120)
        for images in [["no image"], ["r.io/i@\(TestCluster.digest("8"))"]] {
            key = round.cluster.add(policy: "tested", in: "a") { $0.images = images }
            round.cluster.settle(limit: 120)
        }
        round.cluster.add(policy: "tested", in: "a", change: healthy)
        round.cluster.settle(limit: 120)
        func derived(_ cluster: TestCluster) -> [JSONValue?] {
            let status = cluster.status(key)
            return [
                status["images"], status["summary"], status["failures"],
                .array(
                    cluster.world[ScanPolicy.self].object(key)?.conditions.map {
                        ["type": .string($0.type), "status": .string($0.status.rawValue), "reason": .string($0.reason)]
                    } ?? []),
            ]
        }
        #expect(derived(direct.cluster) == derived(round.cluster), "seed \(seed)")
    }

    /// Bounds on critical vulnerabilities, of which there are three, and what a ConfigMap of VEX documents holds.
    private var judged: [(Int, Fact<VEXDocuments.Answer>?)] {
        let now = Timestamp(secondsSinceEpoch: 0)
        func known(_ documents: [String: VEXDocuments.Document]) -> Fact<VEXDocuments.Answer> {
            .known(.documents(documents), askedAt: now)
        }
        let whole = try? VEXDocument(parsing: Array("{\"@context\":\"x\"}".utf8))
        return [
            (0, nil), (0, .known(.missing, askedAt: now)), (3, known([:])),
            (3, known(["a": .unreadable(.unknownFormat)])),
            (3, .failed(FactFailure(reason: "Forbidden", message: "no"))),
            (2, known(whole.map { ["a": .read($0)] } ?? [:])),
        ]
    }

    @Test func `law 5: every reason of a policy is reached`() {
        var reached: Set<String> = []
        func note(_ cluster: TestCluster) {
            for key in cluster.world[ScanPolicy.self].keys {
                reached.formUnion(
                    ["Ready", "ScansHealthy", "Compliant", "VEXRead"].compactMap {
                        cluster.condition($0, of: key)?.reason
                    })
            }
        }
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        let changes: [(inout ScanPolicySpec) -> Void] = [
            { $0.workloads = .init() }, { $0.suspend = true }, { $0.workloads = .init(namespaceSelector: .init()) },
            { $0.workloads = .init(selector: .init(matchExpressions: [.init("a", .isIn)])) },
            { $0.images = ["no image"] }, { $0.schedule = "never" }, { $0.timeZone = "Nowhere/Land" },
            {
                $0.job = .init()
                $0.job?.placement = .operator
                $0.job?.serviceAccountName = "x"
            },
            {
                $0.job = .init()
                $0.job?.nodeSelector = ["a b": "c"]
            },
        ]
        for change in changes {
            cluster.add(policy: "p", in: "a", change: change)
            cluster.pass()
            note(cluster)
        }
        cluster.add(policy: "p", in: "a")
        let pod = cluster.add(pod: "web", in: "a")
        cluster.pass()
        note(cluster)
        cluster.now = cluster.now + .seconds(100)
        cluster.pass()
        note(cluster)
        cluster.settle()
        note(cluster)
        cluster.update(pod: pod) { $0.containers[0].status.state = .waiting(reason: "ErrImagePull", message: "") }
        cluster.settle()
        note(cluster)
        cluster.add(pod: "bad", in: "a", digest: "b")
        cluster.results[TestCluster.digest("b")] = TestCluster.failure(.unknown)
        cluster.settle()
        note(cluster)
        cluster.add(namespace: "b")
        cluster.add(pod: "late", in: "b", digest: "c")
        cluster.results[TestCluster.digest("c")] = TestCluster.vulnerable(critical: 3)
        cluster.add(policy: "p", in: "b") {
            $0.workloads = .init()
            $0.schedule = "0 3 * * *"
            $0.onNewImage = false
        }
        cluster.settle()
        note(cluster)
        for (bound, documents) in judged {
            cluster.add(policy: "p", in: "b") {
                $0.workloads = .init()
                $0.compliance = .init(maximumCritical: bound)
                $0.vex = [.init(configMap: "vex", key: "a")]
            }
            let question = VEXDocuments(ObjectKey(namespace: "b", name: "vex"))
            if let documents {
                cluster.world.set(documents, for: question)
                cluster.settle()
            }
            cluster.pass()
            note(cluster)
        }
        let all =
            ScanPolicy.Reason.allCases.map(\.rawValue) + ScanPolicy.HealthReason.allCases.map(\.rawValue)
            + ScanPolicy.ComplianceReason.allCases.map(\.rawValue) + ScanPolicy.VEXReason.allCases.map(\.rawValue)
        #expect(reached == Set(all), "missing: \(Set(all).subtracting(reached))")
    }

    @Test func `law 12: names, labels, messages and images from outside are hostile`() throws {
        let hostile = [
            "\u{1B}[31m", String(repeating: "é", count: 4_000), "a\nb", "../../x", "$(id)", "\u{202E}", "", "%n",
            "{{.}}", "\u{0}",
        ]
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        for (index, text) in hostile.enumerated() {
            cluster.add(pod: "p\(index)", in: "a", image: text, digest: "a") { pod in
                pod.metadata.labels = [text: text]
                pod.metadata.ownerReferences = [OwnerReference(apiVersion: text, kind: text, name: text, uid: text)]
                pod.containers.append(TestCluster.container("r.io/x:1", "b", name: text))
                pod.imagePullSecrets = [text]
            }
            cluster.add(node: text, architecture: text)
            cluster.world.set(
                .known(.init(reason: .invalid, message: text), askedAt: cluster.now),
                for: WriteRefusal(
                    ObjectReference(.jobs, ObjectKey(namespace: "a", name: text))))
        }
        cluster.results[TestCluster.digest("b")] = .failed(ScanFailure(reason: .unknown, message: hostile.joined()))
        let key = cluster.add(policy: "p", in: "a") {
            $0.workloads = .init()
            $0.excludeImages = hostile
        }
        cluster.settle()
        #expect(cluster.violations.isEmpty, "\(cluster.violations)")
        #expect(cluster.images(key)["failed"] == 1)
        #expect(cluster.status(key).canonicalBytes.count < 64 << 10)
    }
}
