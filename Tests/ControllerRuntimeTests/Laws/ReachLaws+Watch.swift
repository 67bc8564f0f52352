// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import TestSupport
import TrivyReport

/// The reasons of an ImageWatch.
extension ReachLaws {
    static func watchReasonsAreReachable(_ row: inout LawRow, seed: UInt64) {
        var seen: Set<String> = []
        for trouble in watchTroubles {
            let world = LawWorld(seed: seed, size: .small, troubled: false)
            world.rig.onRest = {
                for watch in world.rig.objects(ImageWatch.resource) {
                    for condition in watch.at("status", "conditions")?.arrayValue ?? [] {
                        let type =
                            condition["type"]?.stringValue == "Stalled" ? "Ready" : condition["type"]?.stringValue
                        seen.insert("\(type ?? "") \(condition["reason"]?.stringValue ?? "")")
                    }
                    for image in watch.at("status", "images")?.arrayValue ?? [] {
                        seen.insert("image \(image.at("lastError", "reason")?.stringValue ?? "")")
                    }
                }
            }
            trouble(world)
            world.populate()
            world.rig.start()
            world.rig.advance(by: .seconds(120))
            world.rig.onRest = {}
        }
        let wanted =
            ImageWatch.Reason.allCases.map { "Ready \($0.rawValue)" }
            + ImageWatch.HealthReason.allCases.map { "ChecksHealthy \($0.rawValue)" }
            + ImageWatch.FreshnessReason.allCases.map { "UpToDate \($0.rawValue)" }
            + ImageWatch.QualificationReason.allCases.map { "Qualified \($0.rawValue)" }
            + ImageCheckReason.allCases.map { "image \($0.rawValue)" }
        for reason in wanted { row.check(seen.contains(reason), seed: seed, "ImageWatch: \(reason) was never said") }
    }

    private static var watchTroubles: [(LawWorld) -> Void] {
        let specs: [JSONValue] = [
            ["suspend": true], ["images": [["image": "not an image!"]]], ["workloads": ["namespaceSelector": [:]]],
            ["workloads": ["selector": ["matchExpressions": [["key": "a", "operator": "In"]]]]],
            ["workloads": ["selector": ["matchLabels": ["app": "none"]]]], ["policy": ["range": "1x"]],
            ["schedule": "never"], ["schedule": "@daily", "timeZone": "Nowhere/Land"],
            ["images": [["image": "registry.example.org/none:1.0.0"]]],
            ["images": [["image": "registry.example.org/team/app0:v2"]]],
            qualified("none", ["workloads": [:]]),
            qualified("policy", ["images": [["image": "registry.example.org/team/app5:v1"]]]),
            qualified("policy", ["images": [["image": "registry.example.org/team/app5:v2"]]]),
        ]
        let reasons = [
            "Unauthorized", "RateLimited", "RegistryUnreachable", "RegistryAnswerInvalid", "SecretAccessNotGranted",
            "SecretUnreadable",
        ]
        let failures = reasons.map { reason in
            failing(FactFailure(reason: reason, message: "because", isShared: reason == "RateLimited"))
        }
        return specs.map { spec in { world in world.addWatch("special", in: "alpha", spec: spec) } } + failures + [
            { world in everyRepository(of: world) { world.repositories.set($0, ["v1"], cut: .loop) } },
            annotated, orphaned, unscannable, suspended, shrunk,
        ]
    }

    private static func qualified(_ policy: String, _ spec: JSONValue) -> JSONValue {
        var spec = spec
        spec["qualification"] = ["scanPolicyRef": ["name": .string(policy)]]
        return spec
    }

    /// The policy that is to scan is suspended.
    private static func suspended(_ world: LawWorld) {
        world.addPolicy("still", in: "alpha", spec: ["suspend": true])
        world.addWatch("special", in: "alpha", spec: qualified("still", ["workloads": [:]]))
    }

    /// A registry lists little of what a status says that it did.
    private static func shrunk(_ world: LawWorld) {
        let tags = (1...40).map { "v1.0.\($0)" }
        everyRepository(of: world) { world.repositories.set($0, ["v1"] + tags) }
        world.addWatch("special", in: "alpha", spec: ["intervalSeconds": 60, "workloads": [:]])
        world.rig.onRest = { [rest = world.rig.onRest] in
            rest()
            everyRepository(of: world) { world.repositories.set($0, ["v1"]) }
        }
    }

    /// Nothing can be scanned.
    private static func unscannable(_ world: LawWorld) {
        world.jobs.results = { _ in .failed(ScanFailure(reason: .imageNotFound, message: "because")) }
    }

    private static func everyRepository(of world: LawWorld, _ body: (String) -> Void) {
        for number in 0..<6 { body("registry.example.org/team/app\(number)") }
    }

    private static func failing(_ failure: FactFailure) -> (LawWorld) -> Void {
        { world in everyRepository(of: world) { world.repositories.fail($0, failure) } }
    }

    /// A Pod whose ReplicaSet has not been seen.
    private static func orphaned(_ world: LawWorld) {
        world.rig.addPod(
            ObjectKey(namespace: "alpha", name: "orphan"),
            [TestContainer("registry.example.org/team/app5:v1", digestOf: "registry.example.org/team/app5#1")],
            owner: [
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "unseen", "uid": "unseen", "controller": true,
            ])
    }

    /// A Pod says how it wants to be watched, and cannot be understood.
    private static func annotated(_ world: LawWorld) {
        world.rig.addNode("node3")
        world.rig.addDeployment(
            ObjectKey(namespace: "alpha", name: "annotated"),
            [TestContainer("registry.example.org/team/app5:v1", digestOf: "registry.example.org/team/app5#1")],
            node: "node3", annotations: ["diun.enable": "perhaps"])
    }
}
