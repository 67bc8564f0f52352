// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import KubernetesModel
import Planning
import TestSupport
import Testing

@testable import Workloads

/// Plays the node: every bound Pod gets ready at once; those of Jobs end as the test says.
private final class NodePart: ClusterPart {
    /// The exit code of a Job's Pod, by its number among those that were seen; nil while it runs.
    var exitCode: (Int) -> Int? = { _ in 0 }
    private var seen: [String] = []
    var nextDeadline: Instant? { nil }

    func act(on rig: OperatorRig) -> Bool {
        var hasActed = false
        for object in rig.objects(.pods) {
            let uid = object.at("metadata", "uid")?.stringValue ?? ""
            guard object.at("spec", "nodeName") != nil else { continue }
            let key = ObjectKey(
                namespace: object.at("metadata", "namespace")?.stringValue ?? "",
                name: object.at("metadata", "name")?.stringValue ?? "")
            if object.at("metadata", "deletionTimestamp") != nil {
                rig.send(.delete, ResourceType.pods.path(key) + "?gracePeriodSeconds=0")
                hasActed = true
                continue
            }
            let isJob = object.at("metadata", "ownerReferences")?[0]?["kind"] == "Job"
            if !seen.contains(uid) { seen.append(uid) }
            let number = seen.firstIndex(of: uid) ?? 0
            let code = isJob ? exitCode(number) : nil
            let phase = code.map { $0 == 0 ? "Succeeded" : "Failed" } ?? "Running"
            guard object.at("status", "phase")?.stringValue != phase else { continue }
            hasActed = true
            let time = JSONValue.string(rig.now.rfc3339)
            rig.patch(
                .pods, key, subresource: "status",
                [
                    "status": [
                        "phase": .string(phase),
                        "conditions": [
                            ["type": "Ready", "status": code == nil ? "True" : "False", "lastTransitionTime": time]
                        ],
                        "containerStatuses": [
                            [
                                "name": "main", "image": "i", "imageID": "", "ready": true, "restartCount": 0,
                                "state": code.map {
                                    ["terminated": ["exitCode": .integer(Int64($0)), "finishedAt": time]]
                                } ?? ["running": ["startedAt": time]],
                            ]
                        ],
                    ]
                ])
        }
        return hasActed
    }
}

/// Deployments and Jobs through the runtime, in virtual time, under the rights that the controllers' contracts ask for.
@Suite struct ControllersTests {
    private let node = NodePart()

    private func rig(seed: UInt64 = 1) -> OperatorRig {
        var options = OperatorRig.Options()
        options.seed = seed
        options.namespaces = ["shop"]
        options.controllers = [
            AnyController(singleton: PodPlacement.self), AnyController(DeploymentController.self),
            AnyController(ReplicaSetController.self), AnyController(JobController.self),
        ]
        let rig = OperatorRig(options)
        rig.parts = [node]
        return rig
    }

    private func template(_ image: String, policy: String = "Always") -> JSONValue {
        [
            "metadata": ["labels": ["app": "web"]],
            "spec": ["restartPolicy": .string(policy), "containers": [["name": "main", "image": .string(image)]]],
        ]
    }

    private func deployment(_ image: String, replicas: Int64) -> JSONValue {
        [
            "metadata": ["name": "web", "namespace": "shop"],
            "spec": [
                "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
                "template": template(image),
            ],
        ]
    }

    private func job(_ more: [String: JSONValue] = [:]) -> JSONValue {
        var spec = more
        spec["template"] = template("i", policy: "Never")
        return ["metadata": ["name": "scan", "namespace": "shop"], "spec": .object(spec)]
    }

    private let web = ObjectKey(namespace: "shop", name: "web")
    private let scan = ObjectKey(namespace: "shop", name: "scan")

    @Test func `a Deployment is rolled out, scaled and rolled on, and then nothing is written any more`() {
        let rig = rig()
        rig.start()
        rig.create(.deployments, deployment("a", replicas: 3))
        rig.advance(by: .seconds(30))
        #expect(rig.objects(.pods).count == 3)
        #expect(rig.object(.deployments, web)?.at("status", "availableReplicas") == 3)

        rig.patch(.deployments, web, ["spec": ["replicas": 1]])
        rig.advance(by: .seconds(30))
        #expect(rig.objects(.pods).count == 1)

        rig.patch(.deployments, web, ["spec": ["replicas": 4, "template": template("b")]])
        rig.advance(by: .seconds(60))
        let pods = rig.objects(.pods)
        #expect(pods.count == 4)
        #expect(pods.allSatisfy { $0.at("spec", "containers")?[0]?["image"] == "b" })
        let status = rig.object(.deployments, web)?["status"]
        #expect(status?["updatedReplicas"] == 4 && status?["replicas"] == 4)
        #expect(status?["observedGeneration"] == rig.object(.deployments, web)?.at("metadata", "generation"))
        #expect(rig.condition("Available", of: .deployments, web)?.hasPrefix("True") == true)

        let mark = rig.auditMark
        rig.advance(by: .seconds(3_600))
        #expect(rig.writes(since: mark).isEmpty)
        #expect(!rig.hasHotLoop)
    }

    @Test func `a Job completes and goes when its time to live is over`() {
        let rig = rig()
        rig.start()
        rig.create(.jobs, job(["ttlSecondsAfterFinished": 100]))
        rig.advance(by: .seconds(10))
        #expect(rig.condition("Complete", of: .jobs, scan)?.hasPrefix("True") == true)
        #expect(rig.objects(.pods).count == 1)
        rig.advance(by: .seconds(120))
        #expect(rig.object(.jobs, scan) == nil)
        #expect(rig.objects(.pods).isEmpty)
    }

    @Test func `a Job tries as often as it may, each time after a longer wait`() {
        let rig = rig()
        node.exitCode = { _ in 1 }
        rig.start()
        rig.create(.jobs, job(["backoffLimit": 2]))
        rig.advance(by: .seconds(5))
        #expect(rig.objects(.pods).count == 1)
        rig.advance(by: .seconds(10))
        #expect(rig.objects(.pods).count == 2)
        rig.advance(by: .seconds(30))
        #expect(rig.objects(.pods).count == 3)
        #expect(rig.condition("Failed", of: .jobs, scan)?.hasPrefix("True") == true)
        rig.advance(by: .seconds(3_600))
        #expect(rig.objects(.pods).count == 3)
    }

    @Test func `when its time is over a Job's Pod is gone and it has failed`() {
        let rig = rig()
        node.exitCode = { _ in nil }
        rig.start()
        rig.create(.jobs, job(["activeDeadlineSeconds": 60]))
        rig.advance(by: .seconds(59))
        #expect(rig.condition("Failed", of: .jobs, scan) == nil)
        rig.advance(by: .seconds(5))
        #expect(rig.condition("Failed", of: .jobs, scan)?.hasPrefix("True") == true)
        #expect(rig.objects(.pods).isEmpty)
    }

    @Test(arguments: 1...12)
    func `a crash at any write makes no Pod twice`(write: Int) {
        for point in ProcessLink.CrashPoint.allCases {
            let rig = rig(seed: UInt64(write))
            node.exitCode = { _ in nil }
            rig.start(crash: .init(write: write, point: point))
            rig.create(.deployments, deployment("a", replicas: 3))
            rig.create(.jobs, job(["parallelism": 2, "completions": 2]))
            rig.advance(by: .seconds(120))
            let created = rig.server.audit.filter { $0.created && $0.resource == .pods }
            #expect(created.count == 5, "crash \(point) at write \(write)")
            #expect(rig.objects(.pods).count == 5)
            #expect(rig.object(.deployments, web)?.at("status", "readyReplicas") == 3)
        }
    }
}
