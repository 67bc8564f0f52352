// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import Findings
import KubernetesModel
import OCIModel
import Planning

/// What ImageWatches have a policy scan: the newest version of each outdated image, and what runs of it, so that the two can be
/// compared. The watches' statuses say what is outdated; no plan calls another.
struct CandidateImages: Derivation {
    let policy: ObjectKey

    struct Entry: Hashable {
        var image: ImageKey
        var reference: ImageReference
        var isResolvedFromTag = false
        /// Both that are compared.
        var names: [ImageReference]
        /// The watch.
        var user: ScanReport.Workload
        /// Names of Secrets of the policy's namespace.
        var pullSecrets: Set<String>
        /// From when on a report serves; nil: any will do.
        var since: Timestamp?
        /// False while the watch is suspended.
        var isActive: Bool
    }

    struct Candidates: Hashable {
        var entries: [Entry] = []
        var wants: [TagDigest] = []
        /// Repositories of which it is not known yet, or not now, what runs.
        var undecided: Set<String> = []
    }

    func value(in world: World) -> Candidates {
        var found = Candidates()
        for watch in world[ImageWatch.self].objects(in: policy.namespace)
        where watch.spec.qualification?.scanPolicyRef.name == policy.name && !watch.metadata.isBeingDeleted {
            let places = Self.places(of: watch, in: world)
            for image in watch.observedImages where image.outdated == true {
                found.add(Self.candidates(of: image, watch, places, in: world))
            }
        }
        found.entries.sort { $0.place.lexicographicallyPrecedes($1.place) }
        found.wants.sort { $0.reference.description < $1.reference.description }
        return found
    }

    /// Where a watch sees Pods. Only one of the operator's namespace looks into others.
    static func places(of watch: ImageWatch, in world: World) -> [String] {
        let home = watch.metadata.namespace
        guard home == world.configuration.operatorNamespace, let selector = watch.spec.workloads?.namespaceSelector
        else { return [home] }
        return Set(world.derived(SelectedNamespaces(selector: selector)).value).union([home]).sorted()
    }

    private static func candidates(
        of image: ImageWatchStatus.Image, _ watch: ImageWatch, _ places: [String], in world: World
    ) -> Candidates {
        guard let latest = image.latest, let digest = latest.digest.flatMap({ Digest($0) }),
            let reference = ImageNames.parse(image.image)
        else { return Candidates() }
        let namespace = watch.metadata.namespace
        var wants: Set<TagDigest> = []
        var running: [ImageKey: Set<String>] = [:]
        var (fromTag, named): (Set<ImageKey>, Set<ImageKey>) = ([], [])
        var undecided: Set<String> = []
        for place in places {
            guard let found = world.derived(RunningTags(namespace: place)).value[RunningTags.Name(reference)]
            else { continue }
            wants.formUnion(found.wants)
            fromTag.formUnion(found.resolvedFromTag)
            named.formUnion(found.images.keys.filter { !found.resolvedFromTag.contains($0) })
            if found.isUndecided { undecided.insert(reference.name) }
            // A Secret of another namespace is none of this one's.
            for (key, secrets) in found.images {
                running[key, default: []].formUnion(place == namespace ? secrets : [])
            }
        }
        var newest = reference
        newest.tag = latest.tag
        newest.digest = nil
        let own = watch.spec.credentials?.secretRef.map { [$0.name] } ?? []
        let secrets = running.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        var entries: [ImageKey: Entry] = [:]
        func add(_ key: ImageKey, _ name: ImageReference, _ secrets: Set<String>, beside other: ImageKey) {
            var entry = Entry(
                image: key, reference: name, names: [reference, newest],
                user: ScanReport.Workload(kind: ImageWatch.resource.kind, name: watch.metadata.name),
                pullSecrets: secrets.union(own), isActive: !watch.spec.isSuspended)
            entry.isResolvedFromTag = fromTag.contains(key) && !named.contains(key)
            entry.since = Self.rescanTime(of: key, beside: other, in: namespace, world)
            if let known = entries[key]?.since { entry.since = max(known, entry.since ?? known) }
            entries[key] = entry
        }
        for (key, ownSecrets) in running where key.digest != digest {
            let candidate = ImageKey(digest: digest, platform: key.platform)
            add(key, reference, ownSecrets, beside: candidate)
            add(candidate, newest, secrets, beside: key)
        }
        return Candidates(entries: Array(entries.values), wants: Array(wants), undecided: undecided)
    }

    private static func rescanTime(
        of image: ImageKey, beside other: ImageKey, in namespace: String, _ world: World
    ) -> Timestamp? {
        guard let report = world.report(of: image, in: namespace), let other = world.report(of: other, in: namespace)
        else { return nil }
        return report.rescanTime(besides: other)
    }
}

extension CandidateImages.Candidates {
    fileprivate mutating func add(_ other: Self) {
        entries += other.entries
        wants += other.wants
        undecided.formUnion(other.undecided)
    }
}

extension CandidateImages.Entry {
    /// Where it stands among others, so that the same world always gives the same list.
    fileprivate var place: [String] {
        [image.digest.description, image.platform.description, reference.description, user.name]
    }
}

extension ScanDemand {
    /// True when only ImageWatches want it, to compare it: it is none of what the policy matches.
    var isComparison: Bool { !users.isEmpty && users.allSatisfy { $0.kind == ImageWatch.resource.kind } }
}
