// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import Facts
import KubernetesModel
import TestSupport
import TrivyReport

/// The laws about what is said, and what never is.
enum ReachLaws {
    // MARK: 5

    /// Reasons that need more than this rig; each names the test that reaches it.
    static let reachedElsewhere = [
        ScanPolicy.VEXReason.notReadYet.rawValue: "VEXPolicyTests: documents that were never read leave nothing out"
    ]

    static func everyReasonIsReachable(_ row: inout LawRow, seed: UInt64) {
        var seen: Set<String> = ["InvalidSpec"]
        for trouble in troubles + judgements {
            let world = LawWorld(seed: seed, size: .small, troubled: false)
            world.rig.onRest = { seen.formUnion(reasons(in: world)) }
            trouble(world)
            world.rig.onRest = {}
        }
        let wanted =
            ScanPolicy.Reason.allCases.map(\.rawValue) + ScanPolicy.HealthReason.allCases.map(\.rawValue)
            + ScanFailureReason.allCases.map(\.rawValue) + ScanPolicy.ComplianceReason.allCases.map(\.rawValue)
            + ScanPolicy.VEXReason.allCases.map(\.rawValue)
        for reason in wanted {
            row.check(seen.contains(reason) || reachedElsewhere[reason] != nil, seed: seed, "\(reason) was never said")
        }
        watchReasonsAreReachable(&row, seed: seed)
        channelReasonsAreReachable(&row, seed: seed)
    }

    private static func reasons(in world: LawWorld) -> Set<String> {
        var found: Set<String> = []
        for policy in world.rig.objects(ScanPolicy.resource) {
            let entries =
                (policy.at("status", "conditions")?.arrayValue ?? [])
                + (policy.at("status", "failures")?.arrayValue ?? [])
            found.formUnion(entries.compactMap { $0["reason"]?.stringValue })
            // What keeps a Job from starting stands in the message only.
            for text in entries.compactMap({ $0["message"]?.stringValue }) {
                found.formUnion(ScanFailureReason.allCases.map(\.rawValue).filter { text.contains("\($0):") })
            }
        }
        return found
    }

    private static var troubles: [(LawWorld) -> Void] {
        let courses: [JobSimulator.Course] = [
            .cutLog, .outOfMemory, .crash, .evicted, .noPod, .cannotPull, .neverStarts, .podVanishes, .cannotPrepare,
        ]
        let specs: [JSONValue] = [
            ["suspend": true], ["images": ["not an image!"]], ["images": ["registry.example.org/none:1"]],
            ["workloads": ["namespaceSelector": [:]]],
            ["workloads": ["selector": ["matchExpressions": [["key": "a", "operator": "In"]]]]],
            ["workloads": ["selector": [:]], "job": ["placement": "Operator", "imagePullSecrets": ["pull"]]],
            ["workloads": ["selector": ["matchLabels": ["app": "none"]]]],
            ["schedule": "never"], ["timeZone": "Nowhere/Land"], ["job": ["nodeSelector": ["a b": "c"]]],
            [
                "images": [.string("registry.example.org/own@sha256:" + String(repeating: "c", count: 64))],
                "schedule": "0 3 29 2 *", "onNewImage": false,
            ],
        ]
        return courses.map(course) + ScanFailure.Reason.allCases.map(failing) + specs.map(policy) + [
            refused(.status(403)), refused(.status(422)), taken, deadline, unreadableLog,
        ]
    }

    private static func run(_ world: LawWorld, for time: Duration = .seconds(420)) {
        world.populate()
        world.rig.start()
        world.rig.advance(by: time)
    }

    private static func course(_ course: JobSimulator.Course) -> (LawWorld) -> Void {
        { world in
            world.jobs.course = { _ in course }
            run(world)
        }
    }

    private static func failing(_ reason: ScanFailure.Reason) -> (LawWorld) -> Void {
        { world in
            world.jobs.results = { _ in .failed(ScanFailure(reason: reason, message: "it failed")) }
            run(world)
        }
    }

    private static func policy(_ spec: JSONValue) -> (LawWorld) -> Void {
        { world in
            world.addPolicy("special", in: "alpha", spec: spec)
            run(world)
        }
    }

    private static func refused(_ fault: Fault) -> (LawWorld) -> Void {
        { world in
            world.rig.server.inject(fault, times: .max) { $0.verb == .create && $0.resource == .jobs }
            run(world)
        }
    }

    /// A tenant has the name of the Job that the operator would make.
    private static func taken(_ world: LawWorld) {
        let before = LawWorld(seed: world.seed, size: .small, troubled: false)
        run(before)
        for name in before.createdJobs {
            let parts = name.split(separator: "/").map(String.init)
            world.rig.create(
                .jobs,
                [
                    "metadata": ["namespace": .string(parts[0]), "name": .string(parts[1])],
                    "spec": [
                        "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "x"]]]]
                    ],
                ])
        }
        run(world)
    }

    /// The Pod runs longer than its Job may.
    private static func deadline(_ world: LawWorld) {
        world.jobs.scanTime = .seconds(100_000)
        run(world, for: .seconds(3_000))
    }

    private static func unreadableLog(_ world: LawWorld) {
        world.rig.server.inject(.status(500), times: .max) { $0.subresource == "log" }
        run(world, for: .seconds(5_400))
    }

    // MARK: 10

    static func secretsStaySecret(_ row: inout LawRow, seed: UInt64) {
        let world = LawWorld(seed: seed)
        world.rig.create(
            ScanPolicy.resource,
            ["metadata": ["name": "bad", "namespace": "beta"], "spec": ["images": [.string(LawWorld.canary)]]])
        world.run()
        func check(_ text: String, _ place: String) {
            row.check(!text.contains(LawWorld.canary), seed: seed, "\(place): \(excerpt(text))")
        }
        for line in world.rig.log.lines { check(line, "log") }
        for delivery in world.receivers.accepted { check(delivery.body, "message") }
        for process in world.rig.processes { check(process.runtime.metrics.text(), "metrics") }
        for type in [ResourceType.events, .jobs, .configMaps, ScanReport.resource] {
            for object in world.rig.objects(type) { check(object.canonicalText, type.plural) }
        }
        for type in [ImageWatch.resource, Channel.resource] {
            for object in world.rig.objects(type) { check((object["status"] ?? [:]).canonicalText, "status") }
        }
        for policy in world.rig.objects(ScanPolicy.resource) where policy.at("metadata", "name") != "bad" {
            check((policy["status"] ?? [:]).canonicalText, "status")
        }
        for record in world.rig.server.audit where record.user != "admin" { check(record.path, "request") }
    }

    private static func excerpt(_ text: String) -> String {
        guard let place = text.firstRange(of: LawWorld.canary) else { return "" }
        return String(text[..<place.lowerBound].suffix(120)) + "…"
    }
}
