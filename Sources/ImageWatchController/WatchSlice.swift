// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import OCIModel
import Planning

/// The part of the world that a watch's plan looks at, and no more: who may read the watch's namespace may read it.
struct WatchSlice {
    private let watch: ImageWatch
    private let whole: World
    private let now: Timestamp
    private let terms: WatchTerms
    private var slice: World

    private init(_ watch: ImageWatch, of world: World, at now: Timestamp) {
        self.watch = watch
        whole = world
        self.now = now
        terms = WatchTerms(watch)
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = world.configuration.operatorNamespace
        configuration.excludedNamespaces = world.configuration.excludedNamespaces
        slice = World(configuration: configuration)
    }

    /// The slice for which `ImageWatchController.plan` gives the same plan.
    static func of(_ world: World, for watch: ImageWatch, at now: Timestamp) -> World {
        var builder = WatchSlice(watch, of: world, at: now)
        builder.build()
        return builder.slice
    }

    private mutating func build() {
        slice[ImageWatch.self][watch.key] = .object(watch)
        slice.addChannels(of: watch, naming: watch.spec.notify?.channels ?? [], from: whole)
        var latest: Set<String> = []
        let questions = whole.questions(readBy: { [watch, now] world in
            let images = ImageWatchController.plan(watch, in: world, at: now).status?["images"]?.arrayValue ?? []
            latest = Set(images.compactMap { $0.at("latest", "digest")?.stringValue })
        })
        for question in questions { slice.copy(question, from: whole) }
        for name in WatchDiscovery(terms: terms).namespaces(in: whole) { addNamespace(name) }
        if let name = watch.spec.qualification?.scanPolicyRef.name { addQualification(name, latest) }
    }

    /// What runs there, and where; Pods that scan for us are nobody's.
    private mutating func addNamespace(_ name: String) {
        let key = ObjectKey(name: name)
        slice[Namespace.self][key] = whole[Namespace.self][key]
        for (key, entry) in whole[Pod.self].entries(in: name) where entry.object?.isScan != true {
            slice[Pod.self][key] = entry
            guard let node = entry.object?.nodeName.map({ ObjectKey(name: $0) }) else { continue }
            slice[Node.self][node] = whole[Node.self][node]
        }
        slice[ReplicaSetOwner.self].replace(name, by: whole[ReplicaSetOwner.self])
        slice[JobOwner.self].replace(name, by: whole[JobOwner.self])
    }

    /// The policy, the reports of what is compared, and why others are not there.
    private mutating func addQualification(_ name: String, _ latest: Set<String>) {
        let namespace = watch.metadata.namespace
        let key = ObjectKey(namespace: namespace, name: name)
        slice[Namespace.self][ObjectKey(name: namespace)] = whole[Namespace.self][ObjectKey(name: namespace)]
        var entry = whole[ScanPolicy.self][key]
        if case .object(var policy) = entry {
            policy.observedStatus = policy.observedStatus.map { .compact(["conditions": $0["conditions"]]) }
            entry = .object(policy)
        }
        slice[ScanPolicy.self][key] = entry
        let targets = whole.derived(WatchDiscovery(terms: terms)).value.targets
        let running = targets.flatMap { target in
            target.runs.map(\.digest) + target.foreign.keys + [tagDigest(of: target)].compactMap(\.self)
        }
        let digests = latest.union(running.map(\.description))
        for report in whole[ScanReport.self].objects(in: namespace)
        where digests.contains(report.image.digest.description) {
            slice[ScanReport.self][report.key] = .object(report.sliced(keepingFindings: true))
        }
        addFailures(of: digests.compactMap { Digest($0) }, on: targets)
    }

    /// What stands for what runs by no digest of its repository.
    private func tagDigest(of target: WatchTarget) -> Digest? {
        guard let tag = target.tag, !(target.nameless.isEmpty && target.foreign.isEmpty) else { return nil }
        var reference = target.reference
        (reference.tag, reference.digest) = (tag, nil)
        return whole.fact(TagDigest(reference, secrets: target.secrets)).answer
    }

    /// What is remembered of scans of these that came to nothing, of all that is remembered.
    private mutating func addFailures(of digests: [Digest], on targets: [WatchTarget]) {
        let key = ObjectKey(namespace: whole.configuration.operatorNamespace, name: FailedScans.name)
        guard let memory = whole[ConfigMap.self].object(key) else { return }
        let platforms = Set(
            targets.flatMap { $0.runs.map(\.platform) + $0.foreign.values.joined() + Array($0.nameless) })
        var ids: Set<String> = []
        for platform in platforms {
            for digest in digests {
                for place in [nil, watch.metadata.namespace] {
                    ids.insert(FailedScans.id(digest, platform, withRightsOf: place))
                }
            }
        }
        slice[ConfigMap.self][key] = .object(FailedScans.sliced(memory, to: ids))
    }
}
