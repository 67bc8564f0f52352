// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import Planning

/// The part of the world that a policy's plan looks at, and no more: who may read the policy's namespace may read it.
///
/// What other namespaces' images have in common with it, a batch of scans and the memory of attempts, is cut down to the
/// policy's own images.
struct PolicySlice {
    private let policy: ScanPolicy
    private let whole: World
    private let now: Timestamp
    private let demand: PolicyDemand
    private var slice: World

    private init(_ policy: ScanPolicy, of world: World, at now: Timestamp) {
        self.policy = policy
        whole = world
        self.now = now
        demand = ScanPolicyController.demand(of: policy, run: RunClock(policy, in: world, at: now).run, in: world)
        slice = World(configuration: Self.reduced(world.configuration))
    }

    /// The slice for which `ScanPolicyController.plan` gives the same plan.
    static func of(_ world: World, for policy: ScanPolicy, at now: Timestamp) -> World {
        var builder = PolicySlice(policy, of: world, at: now)
        builder.build()
        return builder.slice
    }

    /// Proxies and registries of the installation are nobody's business, nor are its images while no Pod of it scans for the policy.
    private static func reduced(_ configuration: OperatorConfiguration) -> OperatorConfiguration {
        var reduced = OperatorConfiguration()
        reduced.operatorNamespace = configuration.operatorNamespace
        reduced.excludedNamespaces = configuration.excludedNamespaces
        reduced.scanner.databaseRepository = configuration.scanner.databaseRepository
        reduced.scanPod.limits = configuration.scanPod.limits
        reduced.scanPod.maximumMemory = configuration.scanPod.maximumMemory
        return reduced
    }

    private mutating func build() {
        slice[ScanPolicy.self][policy.key] = .object(policy)
        for name in demand.namespaces.union([policy.metadata.namespace]) { addNamespace(name) }
        slice[Node.self] = whole[Node.self]
        addWatches()
        addJobs()
        addAttempts()
        slice.addChannels(of: policy, naming: policy.spec.notify?.channels ?? [], from: whole)
        addFacts()
    }

    private mutating func addNamespace(_ name: String) {
        let key = ObjectKey(name: name)
        slice[Namespace.self][key] = whole[Namespace.self][key]
        // Scan Pods in the operator's namespace come with their Jobs.
        for (key, entry) in whole[Pod.self].entries(in: name) {
            if let pod = entry.object, ScanJob.isOurs(pod.metadata) { continue }
            slice[Pod.self][key] = entry
        }
        slice[ReplicaSetOwner.self].replace(name, by: whole[ReplicaSetOwner.self])
        slice[JobOwner.self].replace(name, by: whole[JobOwner.self])
        let looksAtFindings =
            !(policy.spec.suppressions ?? []).isEmpty || !(policy.spec.vex ?? []).isEmpty || policy.spec.notify != nil
        for report in whole[ScanReport.self].objects(in: name) {
            slice[ScanReport.self][report.key] = .object(report.sliced(keepingFindings: looksAtFindings))
        }
    }

    /// The watches that have this policy scan for them, and what runs where they look.
    private mutating func addWatches() {
        for watch in whole[ImageWatch.self].objects(in: policy.metadata.namespace)
        where watch.spec.qualification?.scanPolicyRef.name == policy.metadata.name {
            slice[ImageWatch.self][watch.key] = .object(watch.comparing)
            let places = Set(CandidateImages.places(of: watch, in: whole))
            for place in places.subtracting(demand.namespaces.union([policy.metadata.namespace])) {
                addNamespace(place)
            }
        }
    }

    // MARK: Jobs

    private mutating func addJobs() {
        let survey = ScanSurvey(of: whole, in: demand.namespaces, at: now)
        let images = Set(demand.images.keys.map(\.image))
        for job in survey.jobs {
            let units = job.units.filter { images.contains($0.image) }
            if units.isEmpty { continue }
            var reduced = job.job
            if job.units.count > units.count { reduced.reduce(to: units) }
            slice[Job.self][reduced.key] = .object(reduced)
            addPods(of: job)
            // Whether its results are read makes the difference, not what they are.
            if let question = survey.progress(of: job).question, whole.fact(question).answer != nil {
                var asked = question
                asked.job = reduced.key
                asked.units = units.map(\.id)
                slice.set(.known([:], askedAt: now), for: asked)
            }
        }
    }

    private mutating func addPods(of job: ScanJob) {
        for (key, entry) in whole[Pod.self].entries(in: job.key.namespace)
        where entry.object?.metadata.controller?.uid == job.uid {
            slice[Pod.self][key] = entry
            // The plan compares the Pod's images with them.
            slice.configuration.scanner.image = whole.configuration.scanner.image
            slice.configuration.courierImage = whole.configuration.courierImage
        }
    }

    private mutating func addAttempts() {
        let key = ObjectKey(namespace: whole.configuration.operatorNamespace, name: AttemptLedger.name)
        guard let found = whole[ConfigMap.self].object(key) else { return }
        let realms = demand.namespaces.map { Realm.workload(namespace: $0) } + [.operator]
        let units = Set(demand.images.keys.flatMap { image in realms.map { ScanUnit.id($0, image.image) } })
        var ledger = AttemptLedger(in: whole)
        for id in ledger.entries.keys where !units.contains(id) { ledger.forget(id) }
        let data = ledger.object(in: key.namespace).body["data"]?.objectValue ?? [:]
        slice[ConfigMap.self][key] = .object(
            ConfigMap(metadata: found.metadata, data: data.compactMapValues(\.stringValue)))
    }

    /// The answers that the plan asks for.
    private mutating func addFacts() {
        for wanted in ScanPolicyController.plan(policy, in: whole, at: now).wants {
            slice.copy(wanted, from: whole)
        }
    }
}

extension Job {
    /// The same Job as if it had been made for these units only, with the name that it would have had.
    fileprivate mutating func reduce(to units: [ScanJob.Unit]) {
        let template = metadata.annotations[ScanJob.templateAnnotation] ?? ""
        metadata.annotations[ScanJob.unitsAnnotation] = ScanJob.render(units)
        metadata.name = ScanJob.name(namespace: metadata.namespace, templateHash: template, units: units)
    }
}
