// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning
import Testing

@testable import Workloads

@Suite struct JobControllerTests {
    private let now = Building.now

    private func job(_ spec: String = "", status: String = "{}") throws -> WholeJob {
        try Building.object(
            WholeJob.self,
            """
            {"metadata": {"name": "scan", "namespace": "shop", "uid": "j1", "resourceVersion": "5"}, "status": \(status),
             "spec": {"template": {"metadata": {"labels": {"app": "scan"}}, "spec": {"containers": [{"name": "main"}]}}\(spec)}}
            """)
    }

    private func plan(_ job: WholeJob, _ pods: [WholePod] = []) -> Plan {
        JobController.plan(job, in: Building.world(pods), at: now)
    }

    @Test func `a new Job gets one Pod that bears its labels and names its owner`() throws {
        let plan = plan(try job())
        let pod = try #require(plan.create.first)
        #expect(plan.create.count == 1)
        let labels = pod.body.at("metadata", "labels")
        for name in ["controller-uid", "batch.kubernetes.io/controller-uid"] { #expect(labels?[name] == "j1") }
        for name in ["job-name", "batch.kubernetes.io/job-name"] { #expect(labels?[name] == "scan") }
        #expect(labels?["app"] == "scan")
        #expect(pod.body.at("metadata", "ownerReferences")?[0]?["uid"] == "j1")
        #expect(plan.status?["startTime"] == .string(now.rfc3339))
    }

    @Test func `the same decision has the same name, so that it is never carried out twice`() throws {
        let job = try job()
        #expect(plan(job) == plan(job))
    }

    @Test func `a Job whose Pod runs waits`() throws {
        let job = try job()
        let plan = plan(job, [Building.pod("a", of: job)])
        #expect(plan.create.isEmpty && plan.delete.isEmpty)
        #expect(plan.status?["active"] == 1)
    }

    @Test func `a success completes it`() throws {
        let job = try job()
        let plan = plan(job, [Building.pod("a", of: job, phase: "Succeeded")])
        #expect(plan.create.isEmpty)
        #expect(plan.status?["succeeded"] == 1)
        #expect(plan.status?["conditions"]?[0]?["type"] == "Complete")
        #expect(plan.status?["completionTime"] == .string(now.rfc3339))
    }

    @Test func `a failure beyond the limit fails it, one below is tried again after a wait`() throws {
        let strict = try job(#", "backoffLimit": 0"#)
        let failed = Building.pod("a", of: strict, phase: "Failed", finished: now - .seconds(4))
        let end = plan(strict, [failed])
        #expect(end.status?["conditions"]?[0]?["reason"] == "BackoffLimitExceeded")
        #expect(end.create.isEmpty)

        let patient = try job()
        let waiting = plan(patient, [failed])
        #expect(waiting.create.isEmpty)
        #expect(waiting.wakeUp == now + .seconds(6))
        let later = JobController.plan(patient, in: Building.world([failed]), at: now + .seconds(6))
        #expect(later.create.count == 1)
        #expect(later.create.first?.reference.key.name != "a")
    }

    @Test func `when its time is over its Pods go and it has failed`() throws {
        let start = (now - .seconds(60)).rfc3339
        let job = try job(#", "activeDeadlineSeconds": 60"#, status: #"{"startTime": "\#(start)"}"#)
        let plan = plan(job, [Building.pod("a", of: job)])
        #expect(plan.delete.map(\.reference.key.name) == ["a"])
        #expect(plan.status?["conditions"]?[0]?["reason"] == "DeadlineExceeded")
        #expect(plan.status?["failed"] == 1)
    }

    @Test func `before its time is over it wakes at that time`() throws {
        let plan = plan(try job(#", "activeDeadlineSeconds": 60"#))
        #expect(plan.wakeUp == now + .seconds(60))
    }

    @Test func `an ended Job goes when its time to live is over, and changes nothing before`() throws {
        let end = (now - .seconds(10)).rfc3339
        let status = #"{"conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": "\#(end)"}]}"#
        let kept = plan(try job(#", "ttlSecondsAfterFinished": 11"#, status: status))
        #expect(kept.delete.isEmpty && kept.status == nil && kept.create.isEmpty)
        #expect(kept.wakeUp == now + .seconds(1))
        let gone = plan(try job(#", "ttlSecondsAfterFinished": 10"#, status: status))
        #expect(gone.delete.map(\.reference.resource) == [.jobs])
    }

    @Test func `a suspended Job has no Pods`() throws {
        let job = try job(#", "suspend": true"#)
        let plan = plan(job, [Building.pod("a", of: job)])
        #expect(plan.delete.count == 1 && plan.create.isEmpty)
        #expect(plan.status?["conditions"]?[0]?["type"] == "Suspended")
        #expect(plan.status?["startTime"] == nil)
    }

    @Test func `another Job's Pods are not counted`() throws {
        let other = WholeJob(
            metadata: ObjectMetadata(name: "scan", namespace: "shop", uid: "j2"), body: [:])
        let plan = plan(try job(), [Building.pod("a", of: other, phase: "Succeeded")])
        #expect(plan.create.count == 1)
        #expect(plan.status?["succeeded"] == nil)
    }
}
