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

struct VEXPolicyTests {
    private let key = ObjectKey(namespace: "a", name: "p")
    private static let question = VEXDocuments(ObjectKey(namespace: "a", name: "vex"))

    private static func document(_ products: String, vulnerability: String = "CVE-1") throws -> VEXDocuments.Document {
        .read(
            try VEXDocument(
                parsing: Array(
                    """
                    {"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "\(vulnerability)"},
                    "status": "not_affected", "products": [\(products)]}]}
                    """.utf8)))
    }

    private func cluster(
        image: String = "docker.io/library/web:1", key: String? = nil, change: (inout ScanPolicySpec) -> Void = { _ in }
    ) -> TestCluster {
        var cluster = TestCluster()
        cluster.add(namespace: "a")
        cluster.add(pod: "web", in: "a", image: image)
        var result = TestCluster.clean
        result.findings = ["ssl", "zlib"].map {
            Finding(
                id: "CVE-1", package: $0, installed: "1", severity: .critical, purl: "pkg:apk/alpine/\($0)@1?arch=x")
        }
        result.totals.vulnerabilities.critical = 2
        cluster.results[TestCluster.digest("a")] = .scanned(result)
        cluster.add(policy: "p", in: "a") {
            $0.workloads = .init()
            $0.vex = [.init(configMap: "vex", key: key)]
            change(&$0)
        }
        return cluster
    }

    private func answer(_ answer: VEXDocuments.Answer, in cluster: inout TestCluster) {
        cluster.world.set(.known(answer, askedAt: cluster.now), for: Self.question)
        cluster.settle()
    }

    private func critical(_ cluster: TestCluster) -> Int64? {
        cluster.status(key)["summary"]?["critical"]?.integerValue
    }

    @Test(arguments: [
        ("{\"@id\": \"pkg:apk/alpine/ssl\"}", "web", 1), ("{\"@id\": \"pkg:apk/alpine/ssl@2\"}", "web", 2),
        ("{\"@id\": \"pkg:oci/web\"}", "web", 0), ("{\"@id\": \"pkg:oci/api\"}", "web", 2),
        ("{\"@id\": \"pkg:oci/web?repository_url=index.docker.io/library/web\"}", "web", 0),
        ("{\"@id\": \"pkg:oci/web?repository_url=docker.io/library/web\"}", "web", 0),
        ("{\"@id\": \"pkg:oci/web?repository_url=r.io/team/web\"}", "r.io/team/web:2", 0),
        ("{\"@id\": \"pkg:oci/web?repository_url=r.io/team/web\"}", "r.io/other/web:2", 2),
        ("{\"@id\": \"pkg:oci/web?arch=amd64\"}", "web", 0), ("{\"@id\": \"pkg:oci/web?arch=arm64\"}", "web", 2),
        ("{\"@id\": \"pkg:oci/web\", \"subcomponents\": [{\"@id\": \"pkg:apk/alpine/zlib\"}]}", "web", 1),
    ])
    func `a document takes away what it says does not affect the image`(products: String, image: String, left: Int64)
        throws
    {
        var cluster = cluster(image: image)
        answer(.documents(["web.json": try Self.document(products)]), in: &cluster)
        #expect(critical(cluster) == left)
        #expect(cluster.status(key)["summary"]?["suppressed"]?.integerValue == 2 - left)
        #expect(cluster.condition("VEXRead", of: key)?.reason == "DocumentsRead")
    }

    @Test func `the ConfigMap is asked for, and a policy without documents asks for none`() throws {
        var cluster = cluster()
        cluster.pass()
        let policy = try #require(cluster.world[ScanPolicy.self].object(key))
        #expect(
            ScanPolicyController.plan(policy, in: cluster.world, at: cluster.now).wants.contains(
                AnyQuestion(Self.question)))
        cluster.add(policy: "p", in: "a")
        let plain = try #require(cluster.world[ScanPolicy.self].object(key))
        let plan = ScanPolicyController.plan(plain, in: cluster.world, at: cluster.now)
        #expect(!plan.wants.contains(AnyQuestion(Self.question)) && plan.assessments.map(\.type) == ["ScansHealthy"])
    }

    private static let problems: [(Fact<VEXDocuments.Answer>, String?, String)] = [
        (.known(.missing, askedAt: Timestamp(secondsSinceEpoch: 0)), nil, "ConfigMapNotFound"),
        (.known(.documents([:]), askedAt: Timestamp(secondsSinceEpoch: 0)), "a.json", "KeyNotFound"),
        (
            .known(.documents(["a.json": .unreadable(.unknownFormat)]), askedAt: Timestamp(secondsSinceEpoch: 0)), nil,
            "DocumentUnreadable"
        ),
        (.failed(FactFailure(reason: "Forbidden", message: "no")), nil, "ConfigMapUnavailable"),
    ]

    @Test(arguments: problems.indices)
    func `what cannot be read is told once, stalls nothing, and its findings count`(row: Int) throws {
        let (fact, name, reason) = Self.problems[row]
        var cluster = cluster(key: name)
        cluster.world.set(fact, for: Self.question)
        cluster.settle()
        let condition = try #require(cluster.condition("VEXRead", of: key))
        #expect(condition.status == .false && condition.reason == reason && critical(cluster) == 2)
        #expect(cluster.condition("Ready", of: key)?.status == .true)
        #expect(cluster.events.filter { $0.reason == reason }.count == 1)
        answer(.documents(["a.json": try Self.document("{\"@id\": \"pkg:oci/web\"}")]), in: &cluster)
        #expect(cluster.condition("VEXRead", of: key)?.status == .true && critical(cluster) == 0)
        #expect(cluster.violations == [])
    }

    @Test func `a fresh operator changes nothing until it has read the documents again`() throws {
        var cluster = cluster { $0.compliance = .init(maximumCritical: 0) }
        answer(.documents(["a.json": try Self.document("{\"@id\": \"pkg:oci/web\"}")]), in: &cluster)
        #expect(cluster.condition("Compliant", of: key)?.status == .true)
        cluster.world.forget(AnyQuestion(Self.question))
        cluster.forgetWrites()
        #expect(cluster.pass() == 0, "\(cluster.writes)")
        #expect(cluster.condition("VEXRead", of: key)?.status == .true && critical(cluster) == 0)
    }

    @Test func `documents that were never read leave nothing out`() {
        var cluster = cluster()
        cluster.pass()
        #expect(cluster.condition("VEXRead", of: key)?.reason == "NotReadYet")
        cluster.settle()
        #expect(cluster.condition("VEXRead", of: key)?.status == .unknown)
    }

    @Test func `several documents and suppressions add up, and each finding is left out once`() throws {
        var cluster = cluster { $0.suppressions = [.init(id: "CVE-1", package: "ssl", reason: "r")] }
        answer(
            .documents([
                "a": try Self.document("{\"@id\": \"pkg:apk/alpine/ssl\"}"),
                "b": try Self.document("{\"@id\": \"pkg:apk/alpine/zlib\"}"),
            ]), in: &cluster)
        #expect(critical(cluster) == 0 && cluster.status(key)["summary"]?["suppressed"] == 2)
    }
}
