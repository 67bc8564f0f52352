// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

/// Two images compared, as a policy counts.
@Suite struct AdviceTests {
    private let now = Timestamp(secondsSinceEpoch: 1_700_000_000)

    private func advice(
        _ pairs: [(running: ScanReport, candidate: ScanReport)], _ policy: (inout ScanPolicySpec) -> Void = { _ in }
    ) throws -> UpdateAdvice? {
        let advice = CandidateAdvice(
            pairs.map { .init(running: $0.running, candidate: $0.candidate) },
            running: try WatchWorld.reference("r.io/app:1.0.0"), candidate: try WatchWorld.reference("r.io/app:1.1.0"),
            under: WatchWorld.policy(change: policy), at: now)
        return World(configuration: OperatorConfiguration()).derived(advice).value
    }

    private func sentence(
        _ old: [String], _ new: [String], total: Int? = nil, _ policy: (inout ScanPolicySpec) -> Void = { _ in }
    ) throws -> String? {
        let pair = (
            running: try WatchWorld.report("a", old, total: total), candidate: try WatchWorld.report("b", new)
        )
        return try advice([pair], policy)?.sentence
    }

    @Test func `what only one of them has is fixed or added, the worst first`() throws {
        #expect(
            try sentence(["CVE-1 ssl Critical", "CVE-2 ssl Critical", "CVE-3 zlib High"], ["CVE-3 zlib High"])
                == "fixes 2 critical, adds 0")
        #expect(
            try sentence(["CVE-1 ssl Low", "CVE-2 ssl High"], ["CVE-1 zlib Low", "CVE-9 x Unknown"])
                == "fixes 1 high, 1 low, adds 1 low, 1 unknown")
        #expect(try sentence([], []) == "fixes 0, adds 0")
    }

    @Test func `a vulnerability with another severity is the same one`() throws {
        #expect(try sentence(["CVE-1 ssl Critical"], ["CVE-1 ssl Low"]) == "fixes 0, adds 0")
    }

    @Test func `what the policy does not count is neither fixed nor added`() throws {
        let (old, new) = (["CVE-1 ssl Critical", "CVE-2 ssl Low 2"], ["CVE-3 ssl Critical", "CVE-4 x Medium 3"])
        #expect(try sentence(old, new) == "fixes 1 critical, 1 low, adds 1 critical, 1 medium")
        #expect(
            try sentence(old, new) { $0.minimumSeverity = .medium } == "fixes 1 critical, adds 1 critical, 1 medium")
        #expect(try sentence(old, new) { $0.ignoreUnfixed = true } == "fixes 1 low, adds 1 medium")
        #expect(
            try sentence(old, new) { $0.suppressions = [.init(id: "CVE-?", package: "ssl", reason: "r")] }
                == "fixes 0, adds 1 medium")
        // A rule for one of the two versions only.
        #expect(
            try sentence(["CVE-1 ssl High"], ["CVE-1 ssl High"]) {
                $0.suppressions = [.init(id: "CVE-1", image: "*:1.0.0", reason: "r")]
            } == "fixes 0, adds 1 high")
    }

    @Test func `a suppression holds until it ends`() throws {
        for (seconds, expected) in [(1, "fixes 0, adds 0"), (0, "fixes 1 high, adds 0")] as [(Int64, String)] {
            let found = try sentence(["CVE-1 ssl High"], []) {
                $0.suppressions = [.init(id: "*", reason: "r", expiresTime: now + .seconds(seconds))]
            }
            #expect(found == expected)
        }
    }

    @Test func `severities of which something is not listed are not compared`() throws {
        let pair = (
            running: try WatchWorld.report("a", ["CVE-1 ssl Critical", "CVE-2 ssl High"], total: 9),
            candidate: try WatchWorld.report("b", ["CVE-3 x Low"])
        )
        let found = try #require(try advice([pair]))
        #expect(found.fixes == [.critical: 1] && found.adds == [.critical: 0])
        #expect(found == UpdateAdvice(json: found.json))
    }

    @Test func `of several platforms the least is fixed and the most is added`() throws {
        let first = (
            running: try WatchWorld.report("a", ["CVE-1 ssl High", "CVE-2 ssl High"]),
            candidate: try WatchWorld.report("b", ["CVE-9 ssl Low"])
        )
        let second = (
            running: try WatchWorld.report("a", ["CVE-1 ssl High"], platform: "linux/arm64"),
            candidate: try WatchWorld.report("b", ["CVE-9 ssl Low", "CVE-8 ssl Low"], platform: "linux/arm64")
        )
        #expect(try advice([first, second])?.sentence == "fixes 1 high, adds 2 low")
        #expect(try advice([second, first])?.sentence == "fixes 1 high, adds 2 low")
    }

    @Test func `a policy whose documents have not been read says nothing yet`() throws {
        #expect(try sentence(["CVE-1 ssl High"], []) { $0.vex = [.init(configMap: "vex")] } == nil)
    }

    @Test func `an older database asks for another scan, until that was made`() throws {
        let old = try WatchWorld.report("a", [], database: 10, scanned: 100)
        let new = try WatchWorld.report("b", [], database: 20, scanned: 200)
        #expect(old.rescanTime(besides: new) == new.scanTime && new.rescanTime(besides: old) == nil)
        #expect(CandidateAdvice.Pair(running: old, candidate: new).isFair == false)
        let again = try WatchWorld.report("a", [], database: 10, scanned: 200)
        #expect(again.rescanTime(besides: new) == nil)
        let same = try WatchWorld.report("a", [], database: 20, scanned: 100)
        #expect(CandidateAdvice.Pair(running: same, candidate: new).isFair)
    }
}
