// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning
import Testing

@testable import Workloads

@Suite struct RolloutTests {
    private let now = Building.now

    private func deployment(replicas: Int, image: String, more: String = "") throws -> WholeDeployment {
        try Building.object(
            WholeDeployment.self,
            """
            {"metadata": {"name": "web", "namespace": "shop", "uid": "d1", "generation": 1}, "spec": {"replicas": \(replicas),
              "selector": {"matchLabels": {"app": "web"}}\(more),
              "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "\(image)"}]}}}}
            """)
    }

    /// What a plan's creates and applies leave of ReplicaSets, with all Pods of each available.
    private func settle(_ sets: [WholeReplicaSet], _ plan: Plan) -> [WholeReplicaSet] {
        var byName = Dictionary(uniqueKeysWithValues: sets.map { ($0.metadata.name, $0) })
        for object in plan.create {
            var metadata = ObjectMetadata(
                name: object.reference.key.name, namespace: "shop", uid: "uid-\(object.reference.key.name)",
                resourceVersion: "1")
            metadata.labels = (object.body.at("metadata", "labels")?.objectValue ?? [:]).compactMapValues(\.stringValue)
            metadata.annotations = (object.body.at("metadata", "annotations")?.objectValue ?? [:])
                .compactMapValues(\.stringValue)
            metadata.ownerReferences = [
                OwnerReference(apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "d1")
            ]
            byName[metadata.name] = WholeReplicaSet(metadata: metadata, body: object.body)
        }
        for object in plan.apply {
            guard var spec = byName[object.reference.key.name]?.spec else { continue }
            spec["replicas"] = object.body.at("spec", "replicas")
            byName[object.reference.key.name]?.body["spec"] = spec
        }
        for deletion in plan.delete { byName[deletion.reference.key.name] = nil }
        return byName.values.map { set in
            var set = set
            let count = JSONValue.integer(set.replicas)
            set.body["status"] = ["replicas": count, "readyReplicas": count, "availableReplicas": count]
            return set
        }
    }

    private func plan(_ deployment: WholeDeployment, _ sets: [WholeReplicaSet]) -> Plan {
        DeploymentController.plan(deployment, in: Building.world([], sets), at: now)
    }

    @Test func `numbers that no real API takes do not overflow`() throws {
        let strategy = #", "strategy": {"rollingUpdate": {"maxSurge": 9223372036854775807}}"#
        let deployment = try deployment(replicas: .max, image: "a", more: strategy)
        let plan = plan(deployment, [])
        #expect(plan.create.first?.body.at("spec", "replicas") == 2_147_483_647)
    }

    @Test func `a new Deployment gets one ReplicaSet with all its Pods`() throws {
        let plan = plan(try deployment(replicas: 3, image: "a"), [])
        let set = try #require(plan.create.first)
        #expect(set.body.at("spec", "replicas") == 3)
        let hash = set.body.at("metadata", "labels", "pod-template-hash")
        #expect(hash != nil && hash == set.body.at("spec", "selector", "matchLabels", "pod-template-hash"))
        #expect(hash == set.body.at("spec", "template", "metadata", "labels", "pod-template-hash"))
        #expect(set.reference.key.name == "web-\(hash?.stringValue ?? "")")
    }

    @Test func `scaling changes the one ReplicaSet`() throws {
        let sets = settle([], plan(try deployment(replicas: 2, image: "a"), []))
        let plan = plan(try deployment(replicas: 5, image: "a"), sets)
        #expect(plan.create.isEmpty)
        #expect(plan.apply.map { $0.body.at("spec", "replicas") } == [5])
    }

    @Test(arguments: [1, 2, 3, 4, 7, 10])
    func `an update ends with the new Pods alone, and keeps its promises on the way`(replicas: Int) throws {
        let before = try deployment(replicas: replicas, image: "a")
        let after = try deployment(replicas: replicas, image: "b")
        var sets = settle([], plan(before, []))
        let surge = (replicas + 3) / 4
        let missing = replicas / 4
        for _ in 0..<40 {
            sets = settle(sets, plan(after, sets))
            let total = sets.reduce(0) { $0 + Int($1.replicas) }
            #expect(total <= replicas + surge)
            #expect(total >= replicas - missing)
        }
        #expect(sets.map { Int($0.replicas) }.sorted() == [0, replicas])
        let rollout = Rollout(after, sets: sets)
        #expect(rollout.current?.replicas == Int64(replicas))
        #expect(rollout.current?.metadata.annotations["deployment.kubernetes.io/revision"] == "2")
        let status = plan(after, sets).status
        #expect(status?["updatedReplicas"] == .integer(Int64(replicas)))
        #expect(status?["conditions"]?[0]?["status"] == "True")
        #expect(status?["conditions"]?[1]?["reason"] == "NewReplicaSetAvailable")
        #expect(plan(after, sets).apply.isEmpty)
    }

    @Test func `what is not available yet holds the old Pods back`() throws {
        let after = try deployment(replicas: 4, image: "b")
        var sets = settle([], plan(try deployment(replicas: 4, image: "a"), []))
        sets = settle(sets, plan(after, sets))
        let new = try #require(
            sets.firstIndex { $0.metadata.labels["pod-template-hash"] == PodTemplate(after.spec["template"]).hash })
        sets[new].body["status"] = ["replicas": .integer(sets[new].replicas)]
        let old = try #require(sets.first { $0.metadata.name != sets[new].metadata.name })
        let plan = plan(after, sets)
        let left = plan.apply.first { $0.reference.key.name == old.metadata.name }?.body.at("spec", "replicas")
        // Of four, one may be missing.
        #expect(left?.integerValue ?? old.replicas >= 3)
        #expect(plan.status?["conditions"]?[1]?["reason"] == "ReplicaSetUpdated")
    }

    @Test func `Recreate starts the new Pods when the old ones are gone`() throws {
        let more = #", "strategy": {"type": "Recreate"}"#
        let before = try deployment(replicas: 2, image: "a", more: more)
        let after = try deployment(replicas: 2, image: "b", more: more)
        let sets = settle([], plan(before, []))
        let first = plan(after, sets)
        #expect(first.create.first?.body.at("spec", "replicas") == 0)
        #expect(first.apply.map { $0.body.at("spec", "replicas") } == [0])
        let second = plan(after, settle(sets, first))
        #expect(second.apply.map { $0.body.at("spec", "replicas") } == [2])
    }

    @Test func `without progress it says so when its time is over`() throws {
        let spec = try deployment(replicas: 1, image: "a", more: #", "progressDeadlineSeconds": 60"#)
        var sets = settle([], plan(spec, []))
        sets[0].body["status"] = ["replicas": 1]
        let first = plan(spec, sets)
        #expect(first.wakeUp == now + .seconds(60))
        var seen = spec
        seen.body["status"] = first.status
        let late = DeploymentController.plan(seen, in: Building.world([], sets), at: now + .seconds(60))
        #expect(late.status?["conditions"]?[1]?["reason"] == "ProgressDeadlineExceeded")
    }
}

@Suite struct ReplicaSetControllerTests {
    private let now = Building.now

    private func set(replicas: Int) throws -> WholeReplicaSet {
        try Building.object(
            WholeReplicaSet.self,
            """
            {"metadata": {"name": "web-1", "namespace": "shop", "uid": "r1", "generation": 3}, "spec": {"replicas": \(replicas),
              "template": {"metadata": {"labels": {"app": "web"}}, "spec": {}}}}
            """)
    }

    @Test func `it makes what is missing, under names of which none is taken`() throws {
        let set = try set(replicas: 3)
        let taken = PodTemplate.name(of: set, number: 0)
        let plan = ReplicaSetController.plan(set, in: Building.world([Building.pod(taken, of: set)]), at: now)
        #expect(plan.create.count == 2)
        #expect(!plan.create.map(\.reference.key.name).contains(taken))
        #expect(plan.status?["readyReplicas"] == 1)
        #expect(plan.status?["observedGeneration"] == 3)
    }

    @Test func `a number below all others is none`() throws {
        let set = try set(replicas: .min)
        let plan = ReplicaSetController.plan(set, in: Building.world([Building.pod("a", of: set)]), at: now)
        #expect(plan.delete.map(\.reference.key.name) == ["a"])
    }

    @Test func `of too many those go that are not ready`() throws {
        let set = try set(replicas: 1)
        let pods = [Building.pod("a", of: set), Building.pod("b", of: set, isReady: false)]
        let plan = ReplicaSetController.plan(set, in: Building.world(pods), at: now)
        #expect(plan.delete.map(\.reference.key.name) == ["b"])
    }

    @Test func `an ended Pod is replaced`() throws {
        let set = try set(replicas: 1)
        let plan = ReplicaSetController.plan(
            set, in: Building.world([Building.pod("a", of: set, phase: "Failed")]), at: now)
        #expect(plan.create.count == 1)
    }
}
