// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import JSONScan
import KubernetesModel
import OCIModel
import Planning
import Schema
import Testing
import TrivyReport

@testable import ScanPolicyController

/// A cluster as small as the policies under test need it: it carries out plans on a world and runs the Jobs in it.
struct TestCluster {
    var world: World
    var now = Timestamp(secondsSinceEpoch: 1_700_000_000)
    /// What courier Pods print, by digest; an image that is not named here has no findings.
    var results: [Digest: UnitResult] = [:]
    /// Names under which the API refuses to create or apply.
    var refusals: [ObjectKey: WriteRefusal.Reason] = [:]
    /// What happened, in order: `create Job ns/name`.
    private(set) var writes: [String] = []
    private(set) var createdJobs: [DesiredObject] = []
    /// What no plan may do.
    var violations: [String] = []
    private(set) var events: Set<PlannedEvent> = []
    private var serial = 0

    static let operatorNamespace = "watchbill-system"

    init(configure: (inout OperatorConfiguration) -> Void = { _ in }) {
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = Self.operatorNamespace
        configuration.courierImage = "localhost:32000/watchbill:dev"
        configure(&configuration)
        world = World(configuration: configuration)
        add(namespace: Self.operatorNamespace)
        add(node: "node-1")
    }

    mutating func forgetWrites() { writes = [] }

    mutating func identity() -> (uid: String, version: String) {
        serial += 1
        return ("uid-\(serial)", "\(serial)")
    }

    // MARK: What people do

    mutating func add(namespace name: String, labels: [String: String] = [:], annotations: [String: String] = [:]) {
        var metadata = ObjectMetadata(name: name)
        metadata.labels = labels
        metadata.annotations = annotations
        world[Namespace.self][ObjectKey(name: name)] = .object(Namespace(metadata: metadata))
    }

    mutating func add(node name: String, architecture: String = "amd64") {
        world[Node.self][ObjectKey(name: name)] = .object(
            Node(metadata: ObjectMetadata(name: name), architecture: architecture))
    }

    /// A running Pod of one container, unless `change` says otherwise.
    @discardableResult
    mutating func add(
        pod name: String, in namespace: String, image: String = "nginx:1.27", digest: Character = "a",
        change: (inout Pod) -> Void = { _ in }
    ) -> ObjectKey {
        let identity = identity()
        var metadata = ObjectMetadata(
            name: name, namespace: namespace, uid: identity.uid, resourceVersion: identity.version)
        metadata.labels = ["app": name]
        var pod = Pod(metadata: metadata)
        pod.nodeName = "node-1"
        pod.phase = .running
        pod.containers = [Self.container(image, digest)]
        change(&pod)
        world[Pod.self][pod.key] = .object(pod)
        return pod.key
    }

    /// A digest of one hexadecimal digit, sixty-four times.
    static func digest(_ character: Character) -> Digest {
        guard let digest = Digest(.sha256, hex: String(repeating: character, count: 64)) else {
            preconditionFailure("\(character) is no lower-case hexadecimal digit")
        }
        return digest
    }

    static func container(_ image: String, _ digest: Character, name: String = "app") -> Container {
        let repository = (try? ImageReference(parsing: image))?.name ?? image
        return Container(
            name: name, image: image,
            status: ContainerStatus(imageID: "\(repository)@\(Self.digest(digest))", state: .running))
    }

    @discardableResult
    mutating func add(
        policy name: String, in namespace: String, change: (inout ScanPolicySpec) -> Void = { $0.workloads = .init() }
    ) -> ObjectKey {
        var spec = ScanPolicySpec()
        change(&spec)
        let key = ObjectKey(namespace: namespace, name: name)
        let identity = identity()
        var metadata = ObjectMetadata(
            name: name, namespace: namespace, uid: identity.uid, resourceVersion: identity.version)
        metadata.creationTime = world[ScanPolicy.self].object(key)?.metadata.creationTime ?? now
        metadata.generation = (world[ScanPolicy.self].object(key)?.metadata.generation ?? 0) + 1
        let status = world[ScanPolicy.self].object(key)?.observedStatus
        world[ScanPolicy.self][key] = .object(ScanPolicy(metadata: metadata, spec: spec, observedStatus: status))
        return key
    }

    /// Asks for a run, as `kubectl annotate` does.
    mutating func annotate(policy key: ObjectKey, _ name: String, _ value: String?) {
        guard var policy = world[ScanPolicy.self].object(key) else { return }
        policy.metadata.annotations[name] = value
        policy.metadata.resourceVersion = identity().version
        world[ScanPolicy.self][key] = .object(policy)
    }

    mutating func update(pod key: ObjectKey, _ change: (inout Pod) -> Void) {
        guard var pod = world[Pod.self].object(key) else { return }
        change(&pod)
        world[Pod.self][key] = .object(pod)
    }

    mutating func update(job key: ObjectKey, _ change: (inout Job) -> Void) {
        guard var job = world[Job.self].object(key) else { return }
        change(&job)
        job.metadata.resourceVersion = identity().version
        world[Job.self][key] = .object(job)
    }

    // MARK: What the operator does

    /// How many more writes come through before the operator dies; nil means all.
    private var writesLeft: Int?

    /// Takes one of the writes that are left; false when the operator is dead.
    private mutating func mayWrite() -> Bool {
        guard let left = writesLeft else { return true }
        writesLeft = max(0, left - 1)
        return left > 0
    }

    /// Plans and carries out once for everybody; the number of writes. With a limit it dies after that many.
    @discardableResult
    mutating func pass(writesAtMost limit: Int? = nil) -> Int {
        let before = writes.count
        writesLeft = limit
        defer { writesLeft = nil }
        let schedule = ScanSchedule.plan(in: world, at: now)
        if schedule != ScanSchedule.plan(in: world, at: now) {
            violations.append("planning the schedule twice gave two plans")
        }
        if schedule != ScanSchedule.plan(in: world.afresh, at: now) {
            violations.append("the schedule planned from what was derived before is another than one planned afresh")
        }
        carryOut(schedule, under: ScanSchedule.contract)
        for key in world[ScanPolicy.self].keys.sorted() {
            guard let policy = world[ScanPolicy.self].object(key) else { continue }
            let plan = ScanPolicyController.plan(policy, in: world, at: now)
            if plan != ScanPolicyController.plan(policy, in: world, at: now) {
                violations.append("planning \(key) twice gave two plans")
            }
            if plan != ScanPolicyController.plan(policy, in: world.afresh, at: now) {
                violations.append("\(key) planned from what was derived before has another plan than afresh")
            }
            checkCapture(of: policy, plan)
            carryOut(plan, under: ScanPolicyController.contract)
            write(status: plan, of: policy)
        }
        return writes.count - before
    }

    private mutating func carryOut(_ plan: Plan, under contract: Contract) {
        func check(_ verb: WriteVerb, _ reference: ObjectReference) -> String? {
            contract.grants(verb, on: reference, operatorNamespace: Self.operatorNamespace)
                ? nil : "\(verb) \(reference) is not granted"
        }
        for object in plan.create {
            violations += [check(.create, object.reference)].compactMap { $0 }
            create(object)
        }
        for object in plan.apply {
            violations += [check(.patch, object.reference)].compactMap { $0 }
            apply(object)
        }
        for deletion in plan.delete {
            violations += [check(.delete, deletion.reference)].compactMap { $0 }
            delete(deletion)
        }
        events.formUnion(plan.events)
        answer(plan.wants)
    }

    private func metadata(_ object: DesiredObject, uid: String, version: String) -> JSONValue {
        var json = object.body
        json["metadata"]?["uid"] = .string(uid)
        json["metadata"]?["resourceVersion"] = .string(version)
        json["metadata"]?["creationTimestamp"] = .string(now.rfc3339)
        return json
    }

    private mutating func create(_ object: DesiredObject) {
        let key = object.reference.key
        guard mayWrite() else { return }
        if refuse(object.reference) { return }
        if let found = world[Job.self][key] {
            if !ScanJob.isOurs(found.metadata) { refusals[key] = .nameTaken }
            return
        }
        let identity = identity()
        var scanner = JSONScanner(metadata(object, uid: identity.uid, version: identity.version).canonicalBytes)
        guard var job = try? Job(from: &scanner) else {
            return violations.append("no Job: \(object.body.canonicalText)")
        }
        job.startTime = now
        world[Job.self][key] = .object(job)
        world.forget(AnyQuestion(WriteRefusal(object.reference)))
        writes.append("create Job \(key)")
        createdJobs.append(object)
    }

    private mutating func refuse(_ reference: ObjectReference) -> Bool {
        guard let reason = refusals[reference.key] else { return false }
        world.set(
            .known(.init(reason: reason, message: "\(reference) was refused"), askedAt: now),
            for: WriteRefusal(reference))
        return true
    }

    private mutating func apply(_ object: DesiredObject) {
        let key = object.reference.key
        guard mayWrite() else { return }
        if refuse(object.reference) { return }
        let identity = identity()
        var scanner = JSONScanner(metadata(object, uid: identity.uid, version: identity.version).canonicalBytes)
        do {
            switch object.reference.resource {
            case ScanReport.resource:
                let problems = ScanReport.schema.validate(
                    .object(
                        (object.body.objectValue ?? [:]).filter {
                            !["apiVersion", "kind", "metadata"].contains($0.key)
                        }), unknownFields: .refused)
                violations += problems.map { "\(key): \($0)" }
                if object.body.canonicalBytes.count > 256 << 10 { violations.append("\(key) is too large") }
                world[ScanReport.self][key] = .object(try ScanReport(from: &scanner))
            case .configMaps: world[ConfigMap.self][key] = .object(try ConfigMap(from: &scanner))
            default: violations.append("cannot apply \(object.reference)")
            }
        } catch {
            violations.append("\(key): \(error)")
        }
        world.forget(AnyQuestion(WriteRefusal(object.reference)))
        writes.append("apply \(object.reference)")
    }

    private mutating func delete(_ deletion: Deletion) {
        let key = deletion.reference.key
        guard mayWrite() else { return }
        switch deletion.reference.resource {
        case .jobs:
            guard let job = world[Job.self].object(key), job.metadata.uid == deletion.uid else { return }
            world[Job.self][key] = nil
            for pod in world[Pod.self].objects(in: key.namespace) where pod.metadata.controller?.uid == job.metadata.uid
            {
                world[Pod.self][pod.key] = nil
            }
        case ScanReport.resource:
            guard world[ScanReport.self].object(key)?.metadata.uid == deletion.uid else { return }
            world[ScanReport.self][key] = nil
        default: violations.append("cannot delete \(deletion.reference)")
        }
        writes.append("delete \(deletion.reference)")
    }

    private mutating func write(status plan: Plan, of policy: ScanPolicy) {
        guard let outcome = plan.outcome, var status = plan.status else {
            return violations.append("no status for \(policy.key)")
        }
        let conditions = StatusSummary.conditions(
            for: outcome, assessments: plan.assessments, previous: policy.conditions,
            generation: policy.metadata.generation, at: now)
        status["conditions"] = .array(conditions.map(\.json))
        status["observedGeneration"] = .integer(policy.metadata.generation)
        if status == policy.observedStatus || !mayWrite() { return }
        violations +=
            (ScanPolicy.definition.schema["status"]?.validate(status, path: "status", unknownFields: .refused) ?? [])
            .map(\.description)
        var changed = policy
        changed.observedStatus = status
        world[ScanPolicy.self][policy.key] = .object(changed)
        writes.append("status \(policy.key)")
    }

    // MARK: What the world outside does

    /// Digests behind tags, by complete reference.
    var tags: [String: Fact<Digest>] = [:]
    /// What the registry of the vulnerability database says.
    var database = Fact.known(Self.digest("d"), askedAt: Timestamp(secondsSinceEpoch: 0))
    private(set) var databaseQuestions: [DatabaseDigest] = []
    /// The newest warning about an object, by uid.
    var warnings: [String: String] = [:]
    /// When false, nobody reads logs.
    var answersScans = true

    private mutating func answer(_ wants: [AnyQuestion]) {
        for want in wants {
            if let question = want.question as? TagDigest, let fact = tags[question.reference.description] {
                world.set(fact, for: question)
            }
            if let question = want.question as? DatabaseDigest {
                databaseQuestions.append(question)
                world.set(database, for: question)
            }
            if let question = want.question as? JobEvents {
                world.set(.known(.init(warning: warnings[question.uid]), askedAt: now), for: question)
            }
            if answersScans, let question = want.question as? ScanOutput,
                let job = world[Job.self].object(question.job),
                let units = ScanJob(job, operatorNamespace: Self.operatorNamespace)?.units
            {
                let answer = Dictionary(
                    units.map { ($0.id, results[$0.image.digest] ?? .scanned(Self.clean)) }, uniquingKeysWith: { $1 })
                world.set(.known(answer, askedAt: now), for: question)
            }
        }
    }

    static let clean = ScanResult(
        scanner: .init(version: "0.76.0"), database: .init(updatedTime: Timestamp(secondsSinceEpoch: 1_699_000_000)))

    static func vulnerable(critical: Int, fixable: Int = 0, secrets: Int = 0) -> UnitResult {
        var result = clean
        result.totals = ScanTotals(
            vulnerabilities: .init(critical: critical, low: 1), fixable: .init(critical: fixable),
            secrets: .init(high: secrets))
        result.findings = (0..<critical).map {
            Finding(
                id: "CVE-2024-\($0)", package: "p", installed: "1", fixed: $0 < fixable ? "2" : nil,
                severity: .critical, title: "T")
        }
        result.secrets = (0..<secrets).map { SecretFinding(rule: "aws", severity: .high, path: "/etc/key", line: $0) }
        return .scanned(result)
    }

    static func failure(_ reason: ScanFailure.Reason) -> UnitResult {
        .failed(ScanFailure(reason: reason, message: "because"))
    }

    /// Plans, runs Jobs and lets time pass until nothing is written any more.
    mutating func settle(limit: Int = 60, at location: SourceLocation = #_sourceLocation) {
        // A pass without a write may still have asked for a fact.
        var quiet = 0
        for _ in 0..<limit {
            let wrote = pass()
            let hasJobs = !unfinishedJobs.isEmpty
            runJobs()
            quiet = wrote == 0 && !hasJobs ? quiet + 1 : 0
            if quiet == 2 { return }
            now = now + .seconds(1)
        }
        Issue.record("no rest after \(limit) passes: \(writes.suffix(6))", sourceLocation: location)
    }
}
