// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import Exposition
import KubernetesModel
import ScanPolicyController
import TestSupport

/// The laws about what is written, by the server's audit.
enum WriteLaws {
    // MARK: 2

    static func restWritesNothing(_ row: inout LawRow, seed: UInt64) {
        let quiet = LawWorld(seed: seed, troubled: false)
        quiet.populate()
        quiet.rig.start()
        // Until what nobody takes has been given up, too.
        quiet.rig.advance(by: .seconds(90_000))
        restIsIdle(quiet, "rest", &row, seed)
        for (span, words) in [(Duration.seconds(600), "ten minutes"), (.seconds(86_400), "a day")] {
            let mark = quiet.rig.auditMark
            quiet.rig.advance(by: span)
            let writes = quiet.rig.writes(since: mark)
            row.check(writes.isEmpty && !quiet.rig.hasHotLoop, seed: seed, "\(words) of rest: \(summary(writes))")
        }
        row.check(quiet.rig.objects(ScanReport.resource).count > 3, seed: seed, "the world has no reports")

        let troubled = LawWorld(seed: seed)
        troubled.run()
        let mark = troubled.rig.auditMark
        troubled.rig.advance(by: .seconds(600))
        let writes = troubled.rig.writes(since: mark)
        row.check(writes.isEmpty, seed: seed, "ten minutes after trouble: \(summary(writes))")
        restIsIdle(troubled, "after trouble", &row, seed)
    }

    /// What a key may be planned in an hour in which nothing happens: its facts grow old, its retries come. More is a loop.
    private static let passesAnHour = 30

    /// For an hour nothing is written, and no controller plans more than a few times for each of its keys.
    static func restIsIdle(_ world: LawWorld, _ words: String, _ row: inout LawRow, _ seed: UInt64) {
        func passes() -> [Int] {
            LawWorld.controllers.map { controller in
                world.rig.running.reduce(0) { $0 + $1.passes(of: controller.name) }
            }
        }
        let (mark, before) = (world.rig.auditMark, passes())
        world.rig.advance(by: .seconds(3_600))
        for (index, controller) in LawWorld.controllers.enumerated() {
            let keys = controller.primary.map { world.rig.objects($0.resource).count } ?? 1
            let spent = passes()[index] - before[index]
            row.check(
                spent <= passesAnHour * keys && !world.rig.hasHotLoop, seed: seed,
                "\(words): \(controller.name) plans \(spent) times an hour for \(keys) keys")
        }
        let writes = world.rig.writes(since: mark)
        row.check(writes.isEmpty, seed: seed, "\(words): an hour of rest: \(summary(writes))")
    }

    /// A day with a CronJob's run each hour, three rollouts, scheduled scans and four updates of the database stays within a bound
    /// for each of them.
    static func busyDayIsBounded(_ row: inout LawRow, seed: UInt64) {
        let world = LawWorld(seed: seed, troubled: false)
        let repository = world.rig.options.configuration.scanner.databaseRepository
        world.database.set(repository, TestDigest.of("database 0"))
        world.populate()
        let schedules = [("beta", "0 */6 * * *"), ("gamma", "30 3 * * *")]
        for (namespace, schedule) in schedules {
            world.addPolicy(
                "scheduled", in: namespace,
                spec: [
                    "workloads": ["selector": [:]], "schedule": .string(schedule), "timeZone": "Europe/Paris",
                    "reports": ["retentionSeconds": 300],
                ])
        }
        world.rig.start()
        world.rig.advance(by: .seconds(3_600))
        let mark = world.rig.auditMark
        for hour in 0..<24 {
            if hour % 8 == 4 { world.deploy("app0", in: "alpha", image: 0, revision: 2 + hour / 8) }
            if hour % 6 == 2 { world.database.set(repository, TestDigest.of("database \(hour)")) }
            cronRun(hour, in: world)
        }
        let writes = world.rig.writes(since: mark)
        // A run of the CronJob: used by it, and not used any more, each with a status at most. A rollout: Job made and deleted, the
        // new report in two namespaces at most, the old one unused and then gone, and the statuses of two policies as it goes on. A
        // scheduled run: of two images in one namespace, which may be Jobs of their own, each made and deleted, with a report; and the
        // statuses of three policies as it begins, goes on and ends. An update of the database: nothing. Two watches each say of a
        // run of the CronJob that its image is there, which content of it runs, what its registry answers, and that it is gone; of a
        // rollout the same.
        let bound = 24 * (6 + 2 * 4) + 3 * (24 + 2 * 4) + 5 * (2 * 3 + 3 * 5)
        row.check(writes.count <= bound, seed: seed, "a busy day: \(writes.count) of \(bound): \(summary(writes))")
        let runs = Set(
            world.rig.objects(ScanReport.resource).compactMap { $0.at("scanner", "databaseDigest")?.stringValue })
        row.check(runs.count > 1, seed: seed, "no scheduled scan was made with an update of the database")
    }

    private static func cronRun(_ hour: Int, in world: LawWorld) {
        let rig = world.rig
        let owner: JSONValue = [
            "apiVersion": "batch/v1", "kind": "CronJob", "name": "hourly", "uid": "cron-uid", "controller": true,
        ]
        let key = ObjectKey(namespace: "alpha", name: "hourly-\(hour)")
        rig.create(
            .jobs,
            [
                "metadata": ["name": .string(key.name), "namespace": "alpha", "ownerReferences": [owner]],
                "spec": [
                    "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "x"]]]]
                ],
            ])
        rig.addPod(
            key, [TestContainer("registry.example.org/team/cron:1", digestOf: "cron")],
            owner: OperatorRig.owner(of: rig.object(.jobs, key), "batch/v1", "Job"))
        rig.advance(by: .seconds(300))
        rig.patch(.pods, key, subresource: "status", ["status": ["phase": "Succeeded"]])
        rig.advance(by: .seconds(600))
        rig.delete(.jobs, key)
        rig.advance(by: .seconds(2_700))
    }

    private static func summary(_ writes: [AuditRecord]) -> String {
        var counts: [String: Int] = [:]
        for write in writes {
            let sub = write.subresource.isEmpty ? "" : "/\(write.subresource)"
            counts["\(write.verb.rawValue) \(write.resource?.plural ?? "")\(sub) \(write.name)", default: 0] += 1
        }
        let lines = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(12)
        return "\(writes.count) writes; " + lines.map { "\($0.value) x \($0.key)" }.joined(separator: ", ")
    }

    // MARK: 3

    static func contractIsKept(_ row: inout LawRow, seed: UInt64) {
        let world = LawWorld(seed: seed)
        world.run()
        let denied = world.rig.server.audit.filter { $0.user != "admin" && $0.code == 403 }
        row.check(denied.isEmpty, seed: seed, "asked without a right: \(denied.first?.path ?? "")")
        let refused = world.rig.log.lines.filter { $0.contains("does not grant") }
        row.check(refused.isEmpty, seed: seed, refused.first ?? "")
        let allowed: Set<String> = [
            "jobs", "scanreports", "configmaps", "scanpolicies/status", "imagewatches/status", "channels/status",
            "events",
        ]
        for write in world.rig.writes() {
            let name = (write.resource?.plural ?? "") + (write.subresource.isEmpty ? "" : "/" + write.subresource)
            row.check(allowed.contains(name), seed: seed, "writes \(name) \(write.key)")
        }
        squatters(&row, seed: seed, names: Set(world.createdJobs), reports: world.rig.objects(ScanReport.resource))
    }

    /// Others have taken the names that we would use: their objects stay as they are.
    private static func squatters(_ row: inout LawRow, seed: UInt64, names: Set<String>, reports: [JSONValue]) {
        let world = LawWorld(seed: seed, troubled: false)
        var taken: [(ResourceType, ObjectKey)] = []
        func squat(
            _ type: ResourceType, _ key: ObjectKey, _ object: [String: JSONValue], labels: [String: String] = [:]
        ) {
            var object = object
            object["metadata"] = [
                "name": .string(key.name), "namespace": .string(key.namespace), "labels": .stringMap(labels),
            ]
            if world.rig.create(type, .object(object)).status == 201 { taken.append((type, key)) }
        }
        let job: [String: JSONValue] = [
            "spec": ["template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "x"]]]]]
        ]
        for (index, name) in names.sorted().enumerated() {
            let parts = name.split(separator: "/").map(String.init)
            guard parts.count == 2 else { continue }
            let ours = ["app.kubernetes.io/managed-by": "watchbill", "app.kubernetes.io/component": "scan"]
            squat(.jobs, ObjectKey(namespace: parts[0], name: parts[1]), job, labels: index % 2 == 0 ? [:] : ours)
        }
        squat(
            .configMaps, ObjectKey(namespace: LawWorld.root, name: "watchbill-attempts"), ["data": ["mine": "yes"]])
        for report in reports.prefix(2) {
            var body = report.objectValue ?? [:]
            body["apiVersion"] = nil
            body["kind"] = nil
            squat(
                ScanReport.resource,
                ObjectKey(
                    namespace: report.at("metadata", "namespace")?.stringValue ?? "",
                    name: report.at("metadata", "name")?.stringValue ?? ""), body)
        }
        let before = taken.map { said(by: world.rig.object($0, $1)) }
        let process = world.run()
        let passes = process.runtime.metrics.value(MetricCatalog.plans, ScanSchedule.name, "done")
        row.check(passes < 1_500, seed: seed, "squatted names cost \(Int(passes)) passes of the schedule")
        for (index, place) in taken.enumerated() {
            row.check(
                before[index] == said(by: world.rig.object(place.0, place.1)), seed: seed,
                "\(place.0.kind) \(place.1) of somebody else was touched")
        }
        row.check(
            world.rig.writes().count < 2_000, seed: seed, "squatted names cost \(world.rig.writes().count) writes")
    }

    /// All but what the Job controller writes.
    private static func said(by object: JSONValue?) -> JSONValue? {
        guard var object, var metadata = object["metadata"] else { return nil }
        for key in ["resourceVersion", "managedFields"] { metadata[key] = nil }
        object["metadata"] = metadata
        object["status"] = nil
        return object
    }

    // MARK: 4

    static func deletionEmptiesInventory(_ row: inout LawRow, seed: UInt64) {
        let world = LawWorld(seed: seed)
        world.populate()
        world.rig.start()
        // In the midst of things, and at rest.
        for wait in [Duration.seconds(15), LawWorld.patience] {
            world.rig.advance(by: wait)
            let policies = world.rig.objects(ScanPolicy.resource)
            for policy in policies { world.rig.delete(ScanPolicy.resource, key(of: policy)) }
            world.rig.advance(by: LawWorld.patience)
            for type in [ResourceType.jobs, ScanReport.resource] {
                let left = world.rig.objects(type).map { key(of: $0) }
                row.check(left.isEmpty, seed: seed, "\(type.plural) are left: \(left)")
            }
            for namespace in ["alpha", "beta", "gamma"] { world.addPolicy("policy", in: namespace) }
        }
    }

    private static func key(of object: JSONValue) -> ObjectKey {
        ObjectKey(
            namespace: object.at("metadata", "namespace")?.stringValue ?? "",
            name: object.at("metadata", "name")?.stringValue ?? "")
    }
}
