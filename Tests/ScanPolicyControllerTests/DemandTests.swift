// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ScanPolicyController

struct DemandTests {
    private func demand(_ cluster: TestCluster, _ key: ObjectKey) throws -> PolicyDemand {
        ScanPolicyController.demand(
            of: try #require(cluster.world[ScanPolicy.self].object(key)), run: nil, in: cluster.world)
    }

    private func cluster() -> TestCluster {
        var cluster = TestCluster()
        cluster.add(namespace: "shop")
        cluster.add(namespace: "bank", labels: ["tier": "gold"])
        return cluster
    }

    /// The users of all demanded images: what was selected.
    private func users(_ demand: PolicyDemand) -> [String] {
        demand.images.values.flatMap(\.users).map { "\($0.kind)/\($0.name)" }.sorted()
    }

    @Test(
        arguments: [
            ("absent workloads select nothing", { @Sendable (spec: inout ScanPolicySpec) in spec.workloads = nil }, []),
            ("empty workloads select all", { $0.workloads = .init() }, ["Pod/db", "Pod/web"]),
            ("an empty selector selects all", { $0.workloads = .init(selector: .init()) }, ["Pod/db", "Pod/web"]),
            ("labels select", { $0.workloads = .init(selector: .init(matchLabels: ["app": "web"])) }, ["Pod/web"]),
            ("kinds are excluded", { $0.workloads = .init(excludeKinds: ["Pod"]) }, []),
            (
                "images are excluded by familiar name",
                {
                    $0.workloads = .init(); $0.excludeImages = ["ngin?:*"]
                }, ["Pod/db"]
            ),
            (
                "images are excluded by complete name",
                {
                    $0.workloads = .init(); $0.excludeImages = ["docker.io/library/*"]
                }, ["Pod/db"]
            ),
            (
                "a glob is no prefix",
                {
                    $0.workloads = .init(); $0.excludeImages = ["nginx"]
                }, ["Pod/db", "Pod/web"]
            ),
        ] as [(String, @Sendable (inout ScanPolicySpec) -> Void, [String])])
    func `selects Pods`(name: String, change: @Sendable (inout ScanPolicySpec) -> Void, expected: [String]) throws {
        var cluster = cluster()
        cluster.add(pod: "web", in: "shop")
        cluster.add(pod: "db", in: "shop", image: "r.io/postgres:16", digest: "b")
        cluster.add(pod: "ledger", in: "bank")
        let key = cluster.add(policy: "p", in: "shop", change: change)
        #expect(users(try demand(cluster, key)) == expected, "\(name)")
    }

    /// Pods of one StatefulSet that run the same differ in their labels, and a selector may choose any of them.
    @Test(arguments: 0..<10)
    func `a selector chooses among Pods that are alike but for labels`(chosen: Int) throws {
        var cluster = cluster()
        for number in 0..<9 {
            cluster.add(pod: "web-\(number)", in: "shop") { pod in
                pod.metadata.labels = ["app": "web", "number": "\(number)"]
                pod.metadata.ownerReferences = [
                    OwnerReference(
                        apiVersion: "apps/v1", kind: "StatefulSet", name: "web", uid: "s", isController: true)
                ]
            }
        }
        let key = cluster.add(policy: "p", in: "shop") {
            $0.workloads = .init(selector: .init(matchLabels: ["number": "\(chosen)"]))
        }
        #expect(users(try demand(cluster, key)) == (chosen < 9 ? ["StatefulSet/web"] : []))
        #expect(cluster.world.derived(NamespaceRoster(namespace: "shop")).value.usages.count == 1)
    }

    @Test(
        arguments: [
            ("finished Pods", { @Sendable (pod: inout Pod) in pod.phase = .succeeded }),
            ("failed Pods", { $0.phase = .failed }),
            ("Pods that opted out", { $0.metadata.annotations["watchbill.dev/scan"] = "false" }),
            ("our own scan Pods", { $0.metadata.labels = ScanJob.labels }),
            ("Pods on no node", { $0.nodeName = nil }),
            ("Pods on an unknown node", { $0.nodeName = "node-9" }),
            (
                "containers that have not started",
                { $0.containers[0].status = ContainerStatus(state: .waiting(reason: "ContainerCreating", message: "")) }
            ),
            (
                "containers that cannot be pulled",
                { $0.containers[0].status.state = .waiting(reason: "ImagePullBackOff", message: "") }
            ),
            ("images that are none", { $0.containers[0].image = "UPPER//x" }),
        ] as [(String, @Sendable (inout Pod) -> Void)])
    func `does not demand`(name: String, change: @Sendable (inout Pod) -> Void) throws {
        var cluster = cluster()
        cluster.add(pod: "web", in: "shop", change: change)
        let key = cluster.add(policy: "p", in: "shop")
        #expect(try demand(cluster, key).images.isEmpty, "\(name)")
    }

    @Test func `an unknown node is waited for, never guessed`() throws {
        var cluster = cluster()
        cluster.add(pod: "web", in: "shop") { $0.nodeName = "node-9" }
        let key = cluster.add(policy: "p", in: "shop")
        #expect(try demand(cluster, key).unresolved.map(\.image) == ["nginx:1.27"])
        cluster.add(node: "node-9", architecture: "arm64")
        #expect(try demand(cluster, key).images.keys.map(\.image.platform.description) == ["linux/arm64"])
    }

    @Test func `a digest in the spec alone does not show that the node has the image`() throws {
        var cluster = cluster()
        cluster.add(pod: "spy", in: "shop", image: "r.io/private@\(TestCluster.digest("a"))") {
            $0.containers[0].status = ContainerStatus(state: .waiting(reason: "ContainerCreating", message: ""))
        }
        let key = cluster.add(policy: "p", in: "shop")
        #expect(try demand(cluster, key).images.isEmpty)
    }

    @Test func `excluded and opted-out namespaces are left alone`() throws {
        var cluster = TestCluster { $0.excludedNamespaces = ["bank"] }
        cluster.add(namespace: "bank")
        cluster.add(namespace: "shop", annotations: ["watchbill.dev/scan": "false"])
        for namespace in ["bank", "shop"] {
            cluster.add(pod: "web", in: namespace)
            let key = cluster.add(policy: "p", in: namespace)
            #expect(try demand(cluster, key).images.isEmpty)
        }
    }

    @Test func `the root namespace may select namespaces by label, any other one is told so`() throws {
        var cluster = cluster()
        cluster.add(pod: "web", in: "shop")
        cluster.add(pod: "ledger", in: "bank", digest: "b")
        cluster.add(pod: "own", in: TestCluster.operatorNamespace, digest: "c")
        let selecting: (inout ScanPolicySpec) -> Void = {
            $0.workloads = .init(namespaceSelector: .init(matchLabels: ["tier": "gold"]))
        }
        let root = cluster.add(policy: "p", in: TestCluster.operatorNamespace, change: selecting)
        #expect(users(try demand(cluster, root)) == ["Pod/ledger"])
        let tenant = cluster.add(policy: "p", in: "shop", change: selecting)
        let stall = try #require(try demand(cluster, tenant).stall)
        #expect(stall.reason == .rootOnlyField && stall.message.contains("spec.workloads.namespaceSelector"))
        #expect(try demand(cluster, tenant).images.isEmpty)
    }

    @Test func `names the top-level workload, known kind or not`() throws {
        var cluster = cluster()
        func owned(_ kind: String, _ name: String, group: String = "apps/v1") -> OwnerReference {
            OwnerReference(apiVersion: group, kind: kind, name: name, uid: "uid-of-\(name)")
        }
        func step(_ name: String, owner: OwnerReference?) -> ObjectMetadata {
            var metadata = ObjectMetadata(name: name, namespace: "shop", uid: "uid-of-\(name)")
            metadata.ownerReferences = owner.map { [$0] } ?? []
            return metadata
        }
        let replicaSet = ReplicaSetOwner(
            metadata: step("web-1", owner: owned("Rollout", "web", group: "argoproj.io/v1alpha1")))
        cluster.world[ReplicaSetOwner.self][replicaSet.key] = .object(replicaSet)
        let job = JobOwner(metadata: step("night-1", owner: owned("CronJob", "night", group: "batch/v1")))
        cluster.world[JobOwner.self][job.key] = .object(job)
        cluster.add(pod: "a", in: "shop", digest: "a") { $0.metadata.ownerReferences = [owned("ReplicaSet", "web-1")] }
        cluster.add(pod: "b", in: "shop", digest: "b") {
            $0.metadata.ownerReferences = [owned("Job", "night-1", group: "batch/v1")]
        }
        cluster.add(pod: "c", in: "shop", digest: "c") {
            $0.metadata.ownerReferences = [owned("Sandbox", "s", group: "x.io/v1")]
        }
        cluster.add(pod: "d", in: "shop", digest: "d") { $0.metadata.ownerReferences = [owned("ReplicaSet", "unseen")] }
        let key = cluster.add(policy: "p", in: "shop")
        let found = try demand(cluster, key)
        #expect(users(found) == ["CronJob/night", "Rollout/web", "Sandbox/s"])
        #expect(found.unresolved.count == 1, "the Pod of the ReplicaSet that was not seen waits")
    }

    @Test func `an imageID that says nothing is resolved by tag, marked, or counted as not pullable`() throws {
        var cluster = cluster()
        cluster.add(pod: "web", in: "shop") {
            $0.containers[0].status.imageID = "sha256:" + String(repeating: "9", count: 64)
        }
        let key = cluster.add(policy: "p", in: "shop")
        var found = try demand(cluster, key)
        #expect(
            found.images.isEmpty && found.unresolved.count == 1
                && found.wants.map(\.reference.familiar) == ["nginx:1.27"])
        let question = found.wants[0]
        cluster.world.set(.failed(FactFailure(reason: "Unauthorized", message: "no")), for: question)
        found = try demand(cluster, key)
        #expect(found.images.isEmpty && found.notPullable.map(\.image) == ["nginx:1.27"])
        cluster.world.set(.known(TestCluster.digest("b"), askedAt: cluster.now), for: question)
        found = try demand(cluster, key)
        #expect(found.images.values.map(\.isResolvedFromTag) == [true])
        #expect(found.images.keys.map(\.image.digest) == [TestCluster.digest("b")])
    }

    /// A node names content by the repository from which it had it first, as with an image that was promoted from one to another.
    @Test func `content that another repository names is scanned as it runs, where the image's own has it too`() throws
    {
        var cluster = cluster()
        cluster.add(pod: "web", in: "shop") {
            $0.containers[0].status.imageID = "r.io/staging/nginx@\(TestCluster.digest("a"))"
        }
        let key = cluster.add(policy: "p", in: "shop")
        var found = try demand(cluster, key)
        #expect(found.images.isEmpty && found.unresolved.map(\.isCounted) == [true])
        let question = try #require(found.wants.first)
        #expect(question.reference.description == "docker.io/library/nginx@\(TestCluster.digest("a"))")
        cluster.world.set(.known(TestCluster.digest("a"), askedAt: cluster.now), for: question)
        found = try demand(cluster, key)
        #expect(found.images.keys.map(\.image.digest) == [TestCluster.digest("a")])
        #expect(found.images.values.map(\.isResolvedFromTag) == [false])
        #expect(found.images.values.flatMap(\.references).map(\.familiar) == ["nginx:1.27"])
        // Only a scan beside the workload may ask.
        cluster.world.set(.failed(FactFailure(reason: "Unauthorized", message: "no")), for: question)
        #expect(try demand(cluster, key).images.keys.map(\.image.digest) == [TestCluster.digest("a")])
        cluster.world.set(.failed(FactFailure(reason: "RegistryUnreachable", message: "no")), for: question)
        #expect(try demand(cluster, key).notPullable.map(\.image) == ["nginx:1.27"])
        // Put together anew, it has another digest there.
        cluster.world.set(.failed(FactFailure(reason: "ImageNotFound", message: "no")), for: question)
        found = try demand(cluster, key)
        #expect(found.wants.map(\.reference.familiar).contains("nginx:1.27") && found.images.isEmpty)
    }

    @Test func `a Pod with thirty containers of all roles demands each image once`() throws {
        var cluster = cluster()
        cluster.add(pod: "big", in: "shop") { pod in
            pod.containers = (0..<30).map { index in
                var container = TestCluster.container(
                    "r.io/i\(index % 10):1", Character(String(index % 10)), name: "c\(index)")
                container.role = [.initialization, .main, .ephemeral][index % 3]
                return container
            }
        }
        let key = cluster.add(policy: "p", in: "shop")
        #expect(try demand(cluster, key).images.count == 10)
    }

    @Test(
        arguments: [
            (Placement.auto, [], [], Realm.operator), (.auto, ["a"], [], .workload(namespace: "shop")),
            (.auto, [], ["b"], .workload(namespace: "shop")), (.operator, ["a"], [], .operator),
            (.workload, [], [], .workload(namespace: "shop")),
        ] as [(Placement, [String], [String], Realm)])
    func `places scans where their credentials are`(placement: Placement, pod: [String], job: [String], realm: Realm)
        throws
    {
        var cluster = cluster()
        cluster.add(pod: "web", in: "shop") { $0.imagePullSecrets = pod }
        let key = cluster.add(policy: "p", in: "shop") {
            $0.workloads = .init()
            $0.job = .init()
            $0.job?.placement = placement
            $0.job?.imagePullSecrets = job
        }
        let wanted = try #require(try demand(cluster, key).images.values.first)
        #expect(wanted.realm == realm)
        #expect(wanted.settings.pullSecrets == (realm == .operator ? [] : Set(pod + job)))
    }

    @Test func `a named image is wanted on every platform of the cluster`() throws {
        var cluster = cluster()
        cluster.add(node: "node-2", architecture: "arm64")
        cluster.add(node: "node-3", architecture: "arm64")
        let key = cluster.add(policy: "p", in: "shop") {
            $0.images = ["nginx@\(TestCluster.digest("a"))", "r.io/tagged:1"]
        }
        let found = try demand(cluster, key)
        #expect(Set(found.images.keys.map(\.image.platform.description)) == ["linux/amd64", "linux/arm64"])
        #expect(found.wants.map(\.reference.description) == ["r.io/tagged:1"])
    }

    @Test(
        arguments: [
            (
                { @Sendable (spec: inout ScanPolicySpec) in spec.images = ["nginx", "no image"] },
                ScanPolicy.Reason.invalidImage,
                "spec.images[1]"
            ),
            (
                { $0.workloads = .init(selector: .init(matchExpressions: [.init("a", .isIn)])) }, .invalidSelector,
                "spec.workloads.selector"
            ),
            (
                {
                    $0.job = .init(); $0.job?.placement = .operator; $0.job?.imagePullSecrets = ["s"]
                }, .placementConflict, "spec.job.imagePullSecrets"
            ),
            (
                {
                    $0.job = .init(); $0.job?.placement = .operator; $0.job?.serviceAccountName = "s"
                }, .placementConflict, "spec.job.serviceAccountName"
            ),
        ] as [(@Sendable (inout ScanPolicySpec) -> Void, ScanPolicy.Reason, String)])
    func `what no schema catches stalls with its path`(
        change: @Sendable (inout ScanPolicySpec) -> Void, reason: ScanPolicy.Reason, path: String
    ) throws {
        var cluster = cluster()
        let key = cluster.add(policy: "p", in: "shop", change: change)
        let stall = try #require(try demand(cluster, key).stall)
        #expect(stall.reason == reason && stall.message.hasPrefix(path))
    }
}

struct GlobTests {
    @Test(arguments: [
        ("*", "", true), ("*", "a/b", true), ("a*c", "abbc", true), ("a*c", "abcd", false), ("a?c", "abc", true),
        ("a?c", "ac", false), ("a?c", "aéc", true), ("a??c", "aéc", false), ("?", "🦉", true),
        ("", "", true), ("", "a", false), ("**a**", "xax", true),
        ("registry.k8s.io/*", "registry.k8s.io/pause:3", true),
        ("registry.k8s.io/*", "xregistry.k8s.io/pause:3", false),
        ("*b*b*b*c", String(repeating: "b", count: 1_000), false),
    ])
    func `matches`(pattern: String, text: String, isMatch: Bool) { #expect(Glob(pattern).matches(text) == isMatch) }
}
