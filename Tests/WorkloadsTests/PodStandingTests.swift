// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Testing

@testable import Workloads

@Suite struct PodStandingTests {
    private let now = Building.now

    private func standing(_ policy: String = "Never", initial: Bool = true) throws -> PodStanding {
        let first = initial ? #""initContainers": [{"name": "first", "image": "i"}],"# : ""
        let pod = try Building.object(
            WholePod.self,
            """
            {"metadata": {"name": "p", "namespace": "n", "uid": "u"},
             "spec": {"restartPolicy": "\(policy)", \(first) "containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}}
            """)
        return PodStanding(pod, startTime: now)
    }

    private func ended(_ code: Int) -> ContainerRun {
        ContainerRun(state: .ended(.init(exitCode: code, reason: "", started: now, finished: now)))
    }
    private var running: ContainerRun { ContainerRun(state: .running(since: now)) }

    @Test func `before anything ran it is pending and says what it waits for`() throws {
        let standing = try standing()
        #expect(standing.phase == .pending)
        let status = standing.status(at: now, previous: [:], podIP: "127.0.0.1")
        #expect(status["containerStatuses"]?[0]?.at("state", "waiting", "reason") == "PodInitializing")
        #expect(status["conditions"]?[0]?["reason"] == "ContainersNotInitialized")
        #expect(status["conditions"]?[3]?["status"] == "True")
    }

    @Test(arguments: ["Never", "OnFailure", "Always"])
    func `a failed init container is the end only where nothing is started again`(policy: String) throws {
        var standing = try standing(policy)
        standing["first"] = ended(3)
        #expect(standing.phase == (policy == "Never" ? .failed : .pending))
    }

    @Test(arguments: [
        ("Never", 0, 0, Pod.Phase.succeeded), ("Never", 0, 1, .failed), ("OnFailure", 0, 0, .succeeded),
        ("OnFailure", 0, 1, .running), ("Always", 0, 0, .running),
    ])
    func `the phase of ended containers follows from the restart policy`(
        policy: String, a: Int, b: Int, phase: Pod.Phase
    ) throws {
        var standing = try standing(policy, initial: false)
        standing["a"] = ended(a)
        standing["b"] = ended(b)
        #expect(standing.phase == phase)
    }

    @Test func `one of two that runs is a running Pod that is not ready`() throws {
        var standing = try standing()
        standing["first"] = ended(0)
        standing["a"] = running
        standing["b"] = ended(1)
        #expect(standing.phase == .running)
        let status = standing.status(at: now, previous: [:], podIP: "127.0.0.1")
        #expect(status["conditions"]?[1]?["status"] == "False")
        #expect(status["conditions"]?[1]?["message"] == "containers with unready status: [b]")
        #expect(status["containerStatuses"]?[1]?.at("state", "terminated", "exitCode") == 1)
    }

    @Test func `a transition time stays while the status does`() throws {
        var standing = try standing(initial: false)
        standing["a"] = running
        standing["b"] = running
        let first = standing.status(at: now, previous: [:], podIP: "127.0.0.1")
        let second = standing.status(at: now + .seconds(60), previous: first, podIP: "127.0.0.1")
        #expect(first["conditions"] == second["conditions"])
        standing["b"] = ended(0)
        let third = standing.status(at: now + .seconds(60), previous: second, podIP: "127.0.0.1")
        #expect(third["conditions"]?[1]?["lastTransitionTime"] == .string((now + .seconds(60)).rfc3339))
        #expect(third["conditions"]?[0] == second["conditions"]?[0])
    }

    @Test func `a Pod whose containers ran under an earlier node has failed, one that waited begins anew`() throws {
        let text = """
            {"metadata": {"name": "p", "namespace": "n", "uid": "u"}, "spec": {"restartPolicy": "Never", "containers": [{"name": "a"}]},
             "status": {"containerStatuses": [{"name": "a", "imageID": "r@d", "state": STATE}]}}
            """
        func pod(_ state: String) throws -> WholePod {
            try Building.object(WholePod.self, text.split(separator: "STATE").joined(separator: state))
        }
        let abandoned = PodStanding.abandoned(try pod(#"{"running": {"startedAt": "2026-01-01T00:00:00Z"}}"#), at: now)
        let standing = try #require(abandoned)
        #expect(standing.phase == .failed)
        #expect(standing["a"].ending?.reason == "NodeRestarted")
        #expect(standing["a"].imageID == "r@d")
        #expect(PodStanding.abandoned(try pod(#"{"waiting": {"reason": "ErrImagePull"}}"#), at: now) == nil)
    }

    @Test func `pulls that fail wait longer and longer, and five minutes at most`() {
        var wait = PullWait()
        let waits = (0..<8).map { _ in wait.failed(image: "i", message: "gone").wait }
        #expect(waits == [10, 20, 40, 80, 160, 300, 300, 300].map { .seconds($0) })
        let states = wait.failed(image: "i", message: "gone")
        #expect(states.now == .waiting(reason: "ErrImagePull", message: "gone"))
        #expect(states.then == .waiting(reason: "ImagePullBackOff", message: "Back-off pulling image \"i\""))
    }
}
