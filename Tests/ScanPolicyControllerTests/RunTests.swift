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

/// Runs: the schedule, the pinned database, what was missed, and what somebody asked for.
struct RunTests {
    private static func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text)! }

    /// A cluster at noon with two images in namespace `shop` and a policy that is due at three every night.
    private struct Night {
        var cluster = TestCluster()
        var key = ObjectKey(namespace: "shop", name: "nightly")

        init(_ change: (inout ScanPolicySpec) -> Void = { _ in }) {
            cluster.now = RunTests.time("2026-03-01T12:00:00Z")
            cluster.add(namespace: "shop")
            cluster.add(pod: "web", in: "shop", digest: "a")
            cluster.add(pod: "api", in: "shop", image: "r.io/api:2", digest: "b")
            key = cluster.add(policy: "nightly", in: "shop") {
                $0.workloads = .init()
                $0.schedule = "0 3 * * *"
                change(&$0)
            }
        }

        mutating func settle(at text: String) {
            cluster.now = RunTests.time(text)
            cluster.settle()
        }

        var status: JSONValue { cluster.status(key) }
        var jobs: Int { cluster.count("create Job") }
    }

    @Test func `a run scans everything again, once, when it is due and not before`() {
        var night = Night()
        night.settle(at: "2026-03-01T12:00:00Z")
        #expect(night.jobs == 1 && night.cluster.reports.count == 2)
        #expect(night.status["run"] == nil && night.status["nextScanTime"] == "2026-03-02T03:00:00Z")
        let wakeUp = ScanPolicyController.plan(
            night.cluster.world[ScanPolicy.self].object(night.key)!, in: night.cluster.world, at: night.cluster.now
        ).wakeUp
        #expect(wakeUp == Self.time("2026-03-02T03:00:00Z"))
        night.settle(at: "2026-03-02T02:59:59Z")
        #expect(night.jobs == 2, "the settling itself crosses three o'clock")
        let run = night.status["run"]
        #expect(run?["id"] == "20260302T030000Z" && run?["dueTime"] == "2026-03-02T03:00:00Z")
        #expect(run?["trigger"] == "Schedule" && run?["completionTime"] != nil)
        #expect(run?["databaseDigest"] == .string(TestCluster.digest("d").description))
        #expect(night.status["nextScanTime"] == "2026-03-03T03:00:00Z")
        #expect(night.cluster.images(night.key) == ["matched": 2, "scanned": 2])
        night.cluster.forgetWrites()
        night.settle(at: "2026-03-02T20:00:00Z")
        #expect(night.cluster.count("") == 0)
        let reports = night.cluster.reports
        #expect(reports.allSatisfy { $0.scanner.runTime == Self.time("2026-03-02T03:00:00Z") })
    }

    @Test func `scans of a run are pinned to its database, all by the same digest`() {
        var night = Night()
        night.settle(at: "2026-03-01T12:00:00Z")
        night.settle(at: "2026-03-02T03:00:00Z")
        let job = night.cluster.createdJobs.last?.body.canonicalText ?? ""
        #expect(job.contains("trivy-db@\(TestCluster.digest("d"))"))
        let first = night.cluster.createdJobs.first?.body.canonicalText ?? ""
        #expect(!first.contains("trivy-db@") && first.contains("trivy-db:2"))
        #expect(night.cluster.reports.allSatisfy { $0.scanner.databaseDigest == TestCluster.digest("d").description })
    }

    @Test func `the same database finds the same, so nothing is scanned again`() {
        var night = Night()
        night.settle(at: "2026-03-02T03:00:00Z")
        night.settle(at: "2026-03-03T03:00:00Z")
        let before = night.jobs
        night.settle(at: "2026-03-04T03:00:00Z")
        #expect(night.jobs == before && night.status["run"]?["id"] == "20260304T030000Z")
        #expect(night.status["run"]?["completionTime"] != nil)
        night.cluster.database = .known(TestCluster.digest("e"), askedAt: night.cluster.now)
        night.settle(at: "2026-03-05T03:00:00Z")
        #expect(night.jobs == before + 1)
    }

    @Test func `runs that were missed run once`() {
        var night = Night()
        night.settle(at: "2026-03-01T12:00:00Z")
        night.settle(at: "2026-03-09T17:00:00Z")
        #expect(night.jobs == 2 && night.status["run"]?["dueTime"] == "2026-03-09T03:00:00Z")
    }

    @Test func `a run begins without a pin when nobody tells the database's digest`() {
        var night = Night()
        night.settle(at: "2026-03-01T12:00:00Z")
        night.cluster.database = .failed(FactFailure(reason: "RegistryUnreachable", message: "no route"))
        night.cluster.now = Self.time("2026-03-02T03:00:00Z")
        night.cluster.pass()
        night.cluster.pass()
        #expect(night.status["run"] == nil)
        night.settle(at: "2026-03-02T03:00:30Z")
        #expect(night.status["run"]?["dueTime"] == "2026-03-02T03:00:00Z")
        #expect(night.status["run"]?["databaseDigest"] == nil && night.jobs == 2)
    }

    @Test func `runs of every minute begin although the database's registry never answers`() {
        var night = Night { $0.schedule = "* * * * *" }
        night.cluster.database = .failed(FactFailure(reason: "RegistryUnreachable", message: "no route"))
        var runs: Set<String> = []
        for second in 0..<300 {
            night.cluster.now = Self.time("2026-03-01T12:00:00Z") + .seconds(second)
            night.cluster.pass()
            night.cluster.runJobs()
            if let due = night.status["run"]?["dueTime"]?.stringValue { runs.insert(due) }
        }
        #expect(runs.count == 4, "\(runs)")
    }

    @Test func `a database that the registry dropped is replaced by what the tag names`() {
        var night = Night { $0.workloads = .init(selector: .init(matchLabels: ["app": "web"])) }
        night.settle(at: "2026-03-01T12:00:00Z")
        night.cluster.results[TestCluster.digest("a")] = TestCluster.failure(.databaseUnavailable)
        night.cluster.now = Self.time("2026-03-02T03:00:00Z")
        for _ in 0..<7 {
            night.cluster.pass()
            night.cluster.runJobs()
        }
        #expect(night.cluster.images(night.key) == ["matched": 1, "failed": 1])
        night.cluster.results = [:]
        night.settle(at: "2026-03-02T03:10:00Z")
        #expect(night.cluster.createdJobs.count == 3)
        #expect(night.cluster.createdJobs.last?.body.canonicalText.contains("trivy-db:2") == true)
        #expect(night.cluster.images(night.key) == ["matched": 1, "scanned": 1])
    }

    @Test func `while a run is under way the numbers of the last one stand`() {
        var night = Night()
        night.cluster.results[TestCluster.digest("a")] = TestCluster.vulnerable(critical: 3)
        night.settle(at: "2026-03-01T12:00:00Z")
        night.cluster.now = Self.time("2026-03-02T03:00:00Z")
        for _ in 0..<4 { night.cluster.pass() }
        #expect(night.status["summary"]?["critical"] == 3)
        #expect(night.cluster.images(night.key) == ["matched": 2, "running": 2])
        #expect(night.status["run"]?["completionTime"] == nil)
        #expect(night.cluster.condition("Ready", of: night.key)?.status == .true)
    }

    @Test func `an image that fails is given up, and the run ends`() {
        var night = Night {
            $0.job = .init(); $0.job?.retries = 1
        }
        night.cluster.results[TestCluster.digest("b")] = TestCluster.failure(.imageNotFound)
        night.settle(at: "2026-03-02T03:00:00Z")
        for minute in 1...40 {
            night.cluster.now = Self.time("2026-03-02T03:00:00Z") + .seconds(minute * 60)
            night.cluster.settle()
        }
        #expect(night.status["run"]?["completionTime"] != nil)
        #expect(night.cluster.images(night.key) == ["matched": 2, "scanned": 1, "failed": 1])
        let before = night.jobs
        night.cluster.database = .known(TestCluster.digest("e"), askedAt: night.cluster.now)
        night.settle(at: "2026-03-03T03:00:00Z")
        #expect(night.jobs > before, "the next run tries again, whatever the last one gave up")
    }

    @Test func `without onNewImage nothing is scanned between runs`() {
        var night = Night { $0.onNewImage = false }
        night.settle(at: "2026-03-01T12:00:00Z")
        #expect(night.jobs == 0 && night.cluster.images(night.key) == ["matched": 2, "queued": 2])
        #expect(night.cluster.condition("ScansHealthy", of: night.key)?.reason == "AwaitingRun")
        night.settle(at: "2026-03-02T03:00:00Z")
        #expect(night.jobs == 1 && night.cluster.images(night.key) == ["matched": 2, "scanned": 2])
        night.cluster.add(pod: "new", in: "shop", image: "r.io/new:1", digest: "c")
        night.settle(at: "2026-03-02T12:00:00Z")
        #expect(night.jobs == 1 && night.cluster.images(night.key) == ["matched": 3, "scanned": 2, "queued": 1])
        night.settle(at: "2026-03-03T03:00:00Z")
        #expect(night.cluster.images(night.key) == ["matched": 3, "scanned": 3])
    }

    @Test func `a suspended policy has no runs, and afterwards one`() {
        var night = Night()
        night.settle(at: "2026-03-01T12:00:00Z")
        night.cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.schedule = "0 3 * * *"
            $0.suspend = true
        }
        night.settle(at: "2026-03-04T12:00:00Z")
        #expect(night.jobs == 1 && night.status["nextScanTime"] == nil)
        night.cluster.add(policy: "nightly", in: "shop") {
            $0.workloads = .init()
            $0.schedule = "0 3 * * *"
        }
        night.settle(at: "2026-03-04T13:00:00Z")
        #expect(night.jobs == 2 && night.status["run"]?["dueTime"] == "2026-03-04T03:00:00Z")
    }

    @Test func `a token asks for a run, exactly once, also without a schedule and with the same database`() {
        var night = Night { $0.schedule = nil }
        night.settle(at: "2026-03-01T12:00:00Z")
        for (token, jobs) in [("one", 2), ("one", 2), ("two", 3)] {
            night.cluster.annotate(policy: night.key, "watchbill.dev/scan-now", token)
            night.cluster.settle()
            #expect(night.jobs == jobs && night.status["lastHandledScanNow"] == .string(token))
        }
        #expect(night.status["run"]?["trigger"] == "ScanNow" && night.status["run"]?["completionTime"] != nil)
        #expect(night.status["nextScanTime"] == nil)
        night.cluster.annotate(policy: night.key, "watchbill.dev/scan-now", nil)
        night.cluster.settle()
        #expect(night.jobs == 3)
    }

    @Test func `a daily run is due once on both days of the change of the clocks`() {
        var night = Night {
            $0.schedule = "30 2 * * *"
            $0.timeZone = "Europe/Paris"
        }
        night.settle(at: "2026-03-01T12:00:00Z")
        var runs: [String] = []
        for hour in stride(from: 0, to: 24 * 260, by: 1) {
            night.cluster.now = Self.time("2026-03-01T12:00:00Z") + .seconds(hour * 3_600)
            guard hour > 24 * 25, hour < 24 * 30 || hour > 24 * 235 else { continue }
            night.cluster.pass()
            if let due = night.status["run"]?["dueTime"]?.stringValue, due != runs.last { runs.append(due) }
            night.cluster.runJobs()
        }
        #expect(runs.filter { $0 >= "2026-03-28" && $0 < "2026-03-31" }.count == 3, "\(runs)")
        #expect(runs.filter { $0 >= "2026-10-24" && $0 < "2026-10-27" }.count == 3, "\(runs)")
        #expect(Set(runs).count == runs.count)
    }

    @Test func `two policies that are due together share their scans`() {
        var night = Night()
        night.settle(at: "2026-03-01T12:00:00Z")
        let other = night.cluster.add(policy: "other", in: "shop") {
            $0.workloads = .init()
            $0.schedule = "0 3 * * *"
        }
        night.cluster.settle()
        night.settle(at: "2026-03-02T03:00:00Z")
        #expect(night.jobs == 2)
        #expect(night.cluster.status(other)["run"]?["completionTime"] != nil)
    }

    @Test func `jitter moves a policy's runs by the same amount every time`() {
        var night = Night { $0.jitterSeconds = 3_600 }
        night.settle(at: "2026-03-01T12:00:00Z")
        let next = night.status["nextScanTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        let offset = next.map { $0 - Self.time("2026-03-02T03:00:00Z") } ?? .zero
        #expect(offset >= .zero && offset <= .seconds(3_600))
        night.settle(at: "2026-03-02T12:00:00Z")
        #expect(night.status["nextScanTime"]?.stringValue == (Self.time("2026-03-03T03:00:00Z") + offset).rfc3339)
        #expect(night.status["run"]?["dueTime"]?.stringValue == (Self.time("2026-03-02T03:00:00Z") + offset).rfc3339)
    }

    @Test(arguments: [
        ("61 * * * *", nil, "InvalidSchedule", "spec.schedule"),
        ("0 0 30 2 *", nil, "InvalidSchedule", "spec.schedule"),
        ("every day", nil, "InvalidSchedule", "spec.schedule"),
        ("0 3 * * *", "Europe/Pariss", "InvalidTimeZone", "spec.timeZone"),
    ])
    func `what is no schedule stalls the policy and says where and what`(
        schedule: String, zone: String?, reason: String, path: String
    ) {
        var night = Night {
            $0.schedule = schedule
            $0.timeZone = zone
        }
        night.cluster.pass()
        let condition = night.cluster.condition("Stalled", of: night.key)
        #expect(condition?.reason == reason && condition?.message.contains(path) == true)
        #expect(condition?.message.contains(zone ?? schedule) == true, "\(condition?.message ?? "")")
        night.cluster.add(policy: "nightly", in: "shop")
        night.cluster.settle()
        #expect(night.cluster.condition("Stalled", of: night.key) == nil && night.jobs == 1)
    }
}
