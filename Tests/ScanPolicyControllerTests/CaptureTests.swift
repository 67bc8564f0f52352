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
import VEX

@testable import ScanPolicyController

struct CaptureTests {
    private let key = ObjectKey(namespace: "a", name: "p")

    /// Two tenants whose images are scanned in one batch of the operator's.
    private func tenants(_ change: (inout ScanPolicySpec) -> Void = { _ in }) -> TestCluster {
        var cluster = TestCluster()
        for (name, digest) in [("a", "a"), ("b", "b")] as [(String, Character)] {
            cluster.add(namespace: name)
            cluster.add(pod: "web-\(name)", in: name, image: "r.io/\(name)-secret-project:1", digest: digest)
            cluster.results[TestCluster.digest(digest)] = TestCluster.failure(.unauthorized)
            cluster.add(policy: "p", in: name) {
                $0.workloads = .init()
                change(&$0)
            }
        }
        return cluster
    }

    private func capture(_ cluster: TestCluster) throws -> Capture<ScanPolicyController> {
        let policy = try #require(cluster.world[ScanPolicy.self].object(key))
        return try #require(Capture<ScanPolicyController>(policy, in: cluster.world, at: cluster.now))
    }

    @Test func `nothing of another tenant is in it, while a batch runs and when it has failed`() throws {
        var cluster = tenants()
        cluster.pass()
        #expect(cluster.unfinishedJobs.count == 1)
        let running = try capture(cluster).json.canonicalText
        #expect(running.contains("a-secret-project") && running.contains("scan-"))
        cluster.settle()
        let failed = try capture(cluster).json.canonicalText
        #expect(failed.contains("attempts"))
        for text in [running, failed] {
            #expect(!text.contains("b-secret-project") && !text.contains("web-b"))
            #expect(!text.contains(TestCluster.digest("b").description))
        }
        #expect(cluster.violations == [])
    }

    @Test func `annotations that are not ours stay where they are, and so do lists that no rule looks at`() throws {
        var cluster = tenants()
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2)
        cluster.update(pod: ObjectKey(namespace: "a", name: "web-a")) {
            $0.metadata.annotations = ["example.com/token": "canary-1", "watchbill.dev/scan": "true"]
        }
        cluster.settle()
        let text = try capture(cluster).json.canonicalText
        #expect(!text.contains("canary-1") && text.contains("watchbill.dev/scan"))
        #expect(!text.contains("CVE-2024-0") && text.contains("ScanReport"))
    }

    @Test func `suppressions and documents have what they look at`() throws {
        var cluster = tenants {
            $0.suppressions = [.init(id: "CVE-2024-0", reason: "r")]
            $0.vex = [.init(configMap: "vex")]
            $0.compliance = .init(maximumCritical: 0)
        }
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2)
        let document = try VEXDocument(
            parsing: Array(
                """
                {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-01T00:00:00.5Z", "statements": [
                 {"vulnerability": {"name": "CVE-2024-1", "aliases": ["X"]}, "status": "not_affected",
                  "products": [{"@id": "pkg:oci/web", "subcomponents": [{"@id": "pkg:apk/alpine/p@1?arch=x"}]}]}]}
                """.utf8))
        cluster.world.set(
            .known(
                .documents(["d": .read(document), "e": .unreadable(.invalidTime(path: "timestamp"))]),
                askedAt: cluster.now), for: VEXDocuments(ObjectKey(namespace: "a", name: "vex")))
        cluster.settle()
        #expect(cluster.violations == [])
        let again = try Capture<ScanPolicyController>(json: try capture(cluster).json)
        #expect(again.plan.status?["summary"]?["suppressed"] == 1)
        #expect(
            again.world.fact(VEXDocuments(ObjectKey(namespace: "a", name: "vex"))).answer
                == .documents(["d": .read(document), "e": .unreadable(.invalidTime(path: "timestamp"))]))
    }

    @Test func `what the policy's namespace cannot show is cut from the configuration`() throws {
        var cluster = TestCluster {
            $0.registries = [.init(host: "canary.example", endpoint: "canary-2.example")]
            $0.scanPod.annotations = ["proxy": "http://user:canary-3@proxy"]
        }
        cluster.add(namespace: "a")
        cluster.add(policy: "p", in: "a")
        cluster.settle()
        #expect(!(try capture(cluster)).json.canonicalText.contains("canary"))
    }

    @Test(arguments: [
        ("{}", "its format is not watchbill-capture/1"),
        (#"{"format":"watchbill-capture/1"}"#, "time is no instant"),
        (
            #"{"format":"watchbill-capture/1","time":"2026-01-01T00:00:00Z","namespace":"a","name":"p"}"#,
            "there is no ScanPolicy a/p among its objects"
        ),
        (
            #"{"format":"watchbill-capture/1","time":"2026-01-01T00:00:00Z","facts":[{"name":"gossip","question":{}}]}"#,
            "facts[0] is none that is known"
        ),
    ])
    func `what is no capture is told apart`(text: String, reason: String) throws {
        let json = try JSONValue(parsing: Array(text.utf8))
        do throws(CaptureError) {
            _ = try Capture<ScanPolicyController>(json: json)
            Issue.record("it was read")
        } catch {
            #expect(error.reason == reason)
        }
    }
}
