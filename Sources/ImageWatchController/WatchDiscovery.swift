// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel
import Planning

/// What a watch is about: the images that its spec names, and those that Pods run.
struct WatchDiscovery: Derivation {
    let terms: WatchTerms

    struct Findings: Equatable {
        /// In the order of their texts.
        var targets: [WatchTarget] = []
        /// True when something could not be seen yet, so that there may be more.
        var isPartial = false
    }

    func value(in world: World) -> Findings {
        var targets: [WatchTarget.Key: WatchTarget] = [:]
        var isPartial = false
        for namespace in namespaces(in: world) {
            let local = world.derived(LocalDiscovery(terms: terms, namespace: namespace)).value
            isPartial = isPartial || local.isPartial
            for target in local.targets where targets[target.key]?.merge(target) == nil { targets[target.key] = target }
        }
        let sorted = targets.values.map { ($0, "\($0.text) \($0.policy) \($0.problem ?? "")") }.sorted { $0.1 < $1.1 }
        return Findings(targets: sorted.map(\.0), isPartial: isPartial)
    }

    /// Where Pods are looked at. Those of its own namespace also tell who runs the images that the spec names.
    func namespaces(in world: World) -> [String] {
        guard let selector = terms.spec.workloads?.namespaceSelector else { return [terms.namespace] }
        let selected = world.derived(ChosenNamespaces(selector: selector)).value
        return selected.contains(terms.namespace) ? selected : (selected + [terms.namespace]).sorted()
    }
}

/// The same as far as one namespace goes.
struct LocalDiscovery: Derivation {
    let terms: WatchTerms
    let namespace: String

    func value(in world: World) -> WatchDiscovery.Findings {
        var finder = TargetFinder(terms, namespace)
        for entry in terms.spec.images ?? [] { finder.addNamed(entry) }
        guard terms.spec.workloads != nil || terms.spec.images?.isEmpty == false else { return finder.findings }
        let roster = world.derived(WatchRoster(namespace: namespace)).value
        let isChosen =
            terms.spec.workloads?.namespaceSelector.map { selector in
                world[Namespace.self].object(ObjectKey(name: namespace)).map {
                    selector.matches($0.metadata.labels)
                } ?? false
            } ?? true
        finder.add(roster, isChosen: isChosen)
        return finder.findings
    }
}

private struct TargetFinder {
    private let terms: WatchTerms
    private let namespace: String
    private let basePolicy: TagPolicy
    private let secrets: [ObjectKey]
    private var targets: [WatchTarget.Key: WatchTarget] = [:]
    /// The keys of images that the spec names, by their text.
    private var named: [String: [WatchTarget.Key]] = [:]
    private var isPartial = false

    init(_ terms: WatchTerms, _ namespace: String) {
        self.terms = terms
        self.namespace = namespace
        basePolicy = Self.policy(terms.spec.policy) ?? TagPolicy(.digest)
        secrets = terms.secret.map { [$0] } ?? []
    }

    var findings: WatchDiscovery.Findings {
        WatchDiscovery.Findings(targets: Array(targets.values).sorted { $0.text < $1.text }, isPartial: isPartial)
    }

    mutating func addNamed(_ entry: ImageWatchSpec.Image) {
        guard let reference = Self.parse(entry.image), let policy = Self.policy(entry.policy ?? terms.spec.policy)
        else { return }
        var target = WatchTarget(
            reference: reference, policy: policy, mayFallBack: (entry.policy ?? terms.spec.policy)?.type == nil)
        target.isOpen = reference.tag == nil
        target.ownSecrets = secrets
        targets[target.key] = target
        named[target.text, default: []].append(target.key)
    }

    mutating func add(_ roster: WatchRoster.Roster, isChosen: Bool) {
        isPartial = roster.isPartial
        for usage in roster.usages {
            let isSelected =
                isChosen && terms.spec.workloads != nil
                && terms.spec.workloads?.selector?.matches(usage.labels) ?? true
            add(usage, isSelected: isSelected)
        }
    }

    private mutating func add(_ usage: WatchRoster.Usage, isSelected: Bool) {
        guard isSelected || !named.isEmpty else { return }
        guard let owner = usage.owner else {
            isPartial = true
            return
        }
        let user = ImageWatchStatus.Workload(
            namespace: namespace == terms.namespace ? nil : namespace, kind: owner.kind, name: owner.name)
        let settings = WatchAnnotations(
            usage.annotations, terms.spec.policy, basePolicy,
            isWatched: terms.spec.workloads?.onlyAnnotated != true)
        let pullSecrets =
            terms.usesPullSecrets ? usage.pullSecrets.map { ObjectKey(namespace: namespace, name: $0) } : []
        for image in usage.images {
            let note = WatchTarget.Note(
                user: user, platform: settings.platform ?? usage.platform, node: usage.platform,
                digest: image.digest, foreign: image.foreign, isNameless: image.isNameless, pullSecrets: pullSecrets)
            let reference = image.reference
            // What runs of an image that the spec names is what newer ones are compared with.
            if let tag = reference.effectiveTag {
                for key in named["\(reference.name):\(tag)"] ?? [] { targets[key]?.take(note) }
            }
            guard isSelected, settings.isWatched else { continue }
            guard reference.tag != nil || reference.digest == nil else { continue }
            var target = WatchTarget(reference: reference, policy: settings.policy, mayFallBack: settings.mayFallBack)
            target.problem = settings.problem
            target.ownSecrets = secrets
            targets[target.key, default: target].take(note)
        }
    }

    private static func policy(_ policy: ImageWatchSpec.Policy?) -> TagPolicy? {
        do throws(TagPolicyError) { return try TagPolicy(policy) } catch { return nil }
    }

    private static func parse(_ image: String) -> ImageReference? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: image) } catch { return nil }
    }
}
