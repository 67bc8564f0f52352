// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning
import Testing
import TrivyReport

@testable import ScanPolicyController

/// What a policy tells its channels: what is new, once.
@Suite struct NoticeTests {
    private static func cluster(
        _ notify: ScanPolicySpec.Notify = .init(channels: ["hooks"]), change: (inout ScanPolicySpec) -> Void = { _ in }
    ) -> (TestCluster, ObjectKey) {
        var cluster = TestCluster()
        cluster.add(namespace: "shop")
        let key = cluster.add(policy: "nightly", in: "shop") { spec in
            spec.workloads = .init()
            spec.notify = notify
            change(&spec)
        }
        cluster.addChannel("hooks", in: "shop")
        return (cluster, key)
    }

    private func told(_ cluster: TestCluster, _ key: ObjectKey) -> [String] {
        let outbox = cluster.world[ScanPolicy.self].object(key)?.observedOutbox ?? Outbox()
        return outbox.notices.map { "\($0.channel) \($0.event) \($0.count)" }
    }

    @Test func `what the first scan of an image finds is not told, unless that is asked for`() {
        for (asked, expected) in [(nil, []), (true, ["hooks NewCritical 2", "hooks NewSecret 1"])]
            as [(Bool?, [String])]
        {
            var (cluster, key) = Self.cluster(.init(channels: ["hooks"], onFirstScan: asked))
            cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2, secrets: 1)
            cluster.add(pod: "web", in: "shop", digest: "a")
            cluster.settle()
            #expect(told(cluster, key) == expected)
            #expect(cluster.violations.isEmpty)
        }
    }

    @Test func `what a rollout brings is told once, however often it is planned`() throws {
        var (cluster, key) = Self.cluster()
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 1)
        cluster.results[TestCluster.digest("b")] = TestCluster.vulnerable(critical: 3)
        let pod = cluster.add(pod: "web", in: "shop", digest: "a")
        cluster.settle()
        cluster.removePod(pod)
        cluster.add(pod: "web2", in: "shop", digest: "b")
        cluster.settle()
        #expect(told(cluster, key) == ["hooks NewCritical 2"])
        let notice = try #require(cluster.world[ScanPolicy.self].object(key)?.observedOutbox.notices.first)
        #expect(notice.subjects.first?.hasPrefix("CVE-2024-1 in p 1") == true)
        cluster.now = cluster.now + .seconds(4_000)
        cluster.settle()
        #expect(told(cluster, key) == ["hooks NewCritical 2"])
        #expect(cluster.violations.isEmpty)
    }

    @Test func `an image that runs now and then is known in between`() {
        var (cluster, key) = Self.cluster()
        cluster.add(pod: "web", in: "shop", image: "redis:7", digest: "c")
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 1)
        cluster.results[TestCluster.digest("b")] = TestCluster.vulnerable(critical: 2)
        for digest in ["a", "a", "b", "b"] as [Character] {
            let pod = cluster.add(pod: "job", in: "shop", digest: digest)
            cluster.settle()
            cluster.removePod(pod)
            cluster.settle()
            cluster.now = cluster.now + .seconds(3_600)
        }
        #expect(told(cluster, key) == ["hooks NewCritical 1"])
    }

    @Test func `what a channel has settled is taken out, and what no channel takes goes after a day, with an Event`() {
        var (cluster, key) = Self.cluster(.init(channels: ["hooks", "missing"], onFirstScan: true))
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 1)
        cluster.add(pod: "web", in: "shop", digest: "a")
        cluster.settle()
        #expect(told(cluster, key) == ["hooks NewCritical 1", "missing NewCritical 1"])
        #expect(cluster.condition("ChannelsFound", of: key)?.status == .false)
        cluster.settleChannel("hooks", in: "shop", of: key)
        cluster.settle()
        #expect(told(cluster, key) == ["missing NewCritical 1"])
        cluster.now = cluster.now + .seconds(86_400)
        cluster.settle()
        #expect(told(cluster, key).isEmpty)
        #expect(cluster.events.contains { $0.reason == "ChannelNotFound" })
        cluster.addChannel("missing", in: "shop")
        cluster.settle()
        #expect(cluster.condition("ChannelsFound", of: key)?.status == .true)
        #expect(cluster.violations.isEmpty)
    }

    @Test func `a breach is told when it begins, and again when it begins again`() {
        var (cluster, key) = Self.cluster(.init(channels: ["hooks"], events: [.breach])) {
            $0.compliance = .init(maximumCritical: 0)
        }
        cluster.results[TestCluster.digest("b")] = TestCluster.vulnerable(critical: 1)
        cluster.add(pod: "web", in: "shop", digest: "a")
        cluster.settle()
        #expect(told(cluster, key).isEmpty)
        for _ in 0..<2 {
            let bad = cluster.add(pod: "bad", in: "shop", image: "redis:7", digest: "b")
            cluster.settle()
            #expect(told(cluster, key) == ["hooks Breach 1"])
            cluster.settleChannel("hooks", in: "shop", of: key)
            cluster.settle()
            #expect(told(cluster, key).isEmpty)
            cluster.removePod(bad)
            cluster.settle()
        }
        #expect(cluster.violations.isEmpty)
    }

    @Test func `images that cannot be scanned are told once, after the last try`() {
        var (cluster, key) = Self.cluster(.init(channels: ["hooks"], events: [.scanFailed]))
        cluster.add(pod: "web", in: "shop", digest: "a")
        cluster.settle()
        cluster.results[TestCluster.digest("b")] = TestCluster.failure(.imageNotFound)
        cluster.add(pod: "bad", in: "shop", image: "redis:7", digest: "b")
        cluster.settle()
        #expect(told(cluster, key).isEmpty)
        for _ in 0..<20 {
            cluster.now = cluster.now + .seconds(3_600)
            cluster.settle()
        }
        #expect(told(cluster, key) == ["hooks ScanFailed 1"])
    }

    @Test func `what a policy suppresses or does not look for is not told`() {
        for change in [
            { $0.suppressions = [.init(id: "CVE-*", reason: "known"), .init(id: "aws", reason: "known")] },
            {
                $0.ignoreUnfixed = true; $0.scanners = [.vulnerability]
            }, { $0.scanners = [.imageConfiguration] },
        ] as [(inout ScanPolicySpec) -> Void] {
            var (cluster, key) = Self.cluster(.init(channels: ["hooks"], onFirstScan: true), change: change)
            cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2, secrets: 1)
            cluster.add(pod: "web", in: "shop", digest: "a")
            cluster.settle()
            #expect(told(cluster, key).isEmpty)
        }
    }

    @Test func `below the severity that is asked for nothing is told`() {
        for (severity, expected) in [(SeverityName.high, 1), (.critical, 1), (nil, 1)] as [(SeverityName?, Int)] {
            var (cluster, key) = Self.cluster(.init(channels: ["hooks"], minimumSeverity: severity, onFirstScan: true))
            cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 1)
            cluster.add(pod: "web", in: "shop", digest: "a")
            cluster.settle()
            #expect(told(cluster, key).count == expected)
        }
    }

    @Test func `a policy that is wrong for a while forgets nothing and tells nothing twice`() {
        var (cluster, key) = Self.cluster(.init(channels: ["hooks"], onFirstScan: true))
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 1)
        cluster.add(pod: "web", in: "shop", digest: "a")
        cluster.settle()
        let before = told(cluster, key)
        cluster.add(policy: "nightly", in: "shop") { spec in
            spec.workloads = .init()
            spec.schedule = "never"
            spec.notify = .init(channels: ["hooks"], onFirstScan: true)
        }
        cluster.settle()
        #expect(told(cluster, key) == before && before.count == 1)
        cluster.add(policy: "nightly", in: "shop") { spec in
            spec.workloads = .init()
            spec.notify = .init(channels: ["hooks"], onFirstScan: true)
        }
        cluster.settle()
        #expect(told(cluster, key) == before)
    }

    @Test func `more findings than can be remembered are told by their number`() {
        var (cluster, key) = Self.cluster()
        cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 2_100)
        cluster.results[TestCluster.digest("b")] = TestCluster.vulnerable(critical: 2_105)
        let pod = cluster.add(pod: "web", in: "shop", digest: "a")
        cluster.settle()
        #expect(told(cluster, key).isEmpty)
        cluster.removePod(pod)
        cluster.add(pod: "web2", in: "shop", digest: "b")
        cluster.settle()
        #expect(told(cluster, key) == ["hooks NewCritical 5"])
    }
}
