// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning

/// All images of a watch, each compared with what its registry has.
struct WatchSurvey {
    private let watch: ImageWatch
    private let terms: WatchTerms
    private let clock: CheckClock
    private let world: World
    private let now: Timestamp
    private(set) var images: [ImageWatchStatus.Image] = []
    private(set) var news: [ImageNews] = []
    private(set) var wants: [AnyQuestion] = []
    private(set) var wakeUp: Timestamp?
    private var qualification: WatchQualification?
    /// What waits for advice before it is told, by the entry that remembers it.
    private var held: [(entry: String, news: ImageNews)] = []
    private var isPartial = false
    private var pending = 0

    init(_ watch: ImageWatch, _ terms: WatchTerms, _ clock: CheckClock, in world: World, at now: Timestamp) {
        self.watch = watch
        self.terms = terms
        self.clock = clock
        self.world = world
        self.now = now
        qualification = WatchQualification(watch, in: world, at: now)
    }

    mutating func build() {
        let found = world.derived(WatchDiscovery(terms: terms)).value
        isPartial = found.isPartial
        let memory = WatchMemory(watch)
        for target in found.targets {
            var check = ImageCheck(target, memory, watch.spec, clock, in: world, at: now)
            check.run()
            let before = memory.entry(target, policy: check.image.policy)
            check.image.advice = nil
            let waits = qualification?.judge(&check.image, check.target, before) ?? false
            check.image.adviceDueTime = nil
            if watch.spec.notify != nil { news += check.takeNews(waits: waits) }
            if let news = check.held { held.append((check.image.entryKey, news)) }
            images.append(check.image)
            wants += check.wants
            if check.isPending { pending += 1 }
            if let time = check.wakeUp { wakeUp = wakeUp.map { min($0, time) } ?? time }
        }
        if let time = qualification?.wakeUp { wakeUp = wakeUp.map { min($0, time) } ?? time }
        wants += (qualification?.questions ?? []).map { AnyQuestion($0) }
    }

    /// What waits is remembered in the entry of its image; where the status has no room for that, it is told now or never.
    mutating func tellUnlisted(_ listed: [ImageWatchStatus.Image]) {
        if held.isEmpty { return }
        let entries = Set(listed.map(\.entryKey))
        news += held.filter { !entries.contains($0.entry) }.map(\.news)
    }

    static let healthCondition = "ChecksHealthy"

    var assessments: [Assessment] { [health, freshness] + [qualification?.assessment].compactMap(\.self) }

    private var health: Assessment {
        func assessment(_ reason: ImageWatch.HealthReason, _ status: Bool?, _ message: String? = nil) -> Assessment {
            Assessment(
                Self.healthCondition, status.map { $0 ? .true : .false } ?? .unknown, reason: reason.rawValue,
                message: message ?? reason.explanation)
        }
        let failed = images.filter { $0.lastError != nil }.sorted { $0.image < $1.image }
        if let first = failed.first, let error = first.lastError {
            return assessment(
                .checksFailing, false,
                "\(Plural.part(failed.count, of: images.count, "image")): \(first.image): \(error.reason)")
        }
        if pending > 0 || isPartial { return assessment(.checksPending, nil) }
        return assessment(images.isEmpty ? .nothingToWatch : .checksSucceeding, true)
    }

    private var freshness: Assessment {
        func assessment(_ reason: ImageWatch.FreshnessReason, _ status: Bool?, _ message: String? = nil) -> Assessment {
            Assessment(
                "UpToDate", status.map { $0 ? .true : .false } ?? .unknown, reason: reason.rawValue,
                message: message ?? reason.explanation)
        }
        let outdated = images.filter { $0.outdated == true }.sorted { $0.image < $1.image }
        if let first = outdated.first {
            let advice = first.advice.map { " \($0.sentence)" } ?? ""
            let latest = first.latest.map { "; \(first.image): \($0.tag)\(advice)" } ?? ""
            return assessment(.outdated, false, "\(Plural.part(outdated.count, of: images.count, "image"))\(latest)")
        }
        if isPartial || images.contains(where: { $0.outdated == nil }) { return assessment(.notAssessed, nil) }
        return assessment(.current, true)
    }
}

/// What the status remembers: the only past that there is.
struct WatchMemory {
    /// By image and policy.
    private var entries: [String: ImageWatchStatus.Image] = [:]
    /// By repository, then by tag.
    private var versions: [String: [ImageWatchStatus.Version]] = [:]
    /// What counted as the newest, by repository and policy.
    private var compared: [String: [ImageWatchStatus.Version]] = [:]
    /// Until when telling of a version waits, by repository, policy and tag: a rollout changes the entry, not what waits.
    private var waiting: [String: Timestamp] = [:]

    /// How long a repository's list has been, and since when it is much shorter.
    private var listings: [String: (count: Int?, shrunkSince: Timestamp?)] = [:]

    /// What was newest of images that the status does not list.
    private let omitted: [UInt32: UInt32]

    init(_ watch: ImageWatch) {
        omitted = watch.observedOmitted
        for entry in watch.observedImages {
            let key = entry.entryKey
            if entries[key] == nil || entry.outdated == true { entries[key] = entry }
            guard let repository = Self.repository(entry.image) else { continue }
            let known = listings[repository] ?? (nil, nil)
            listings[repository] = (
                [known.count, entry.tagCount].compactMap(\.self).max(),
                [known.shrunkSince, entry.shrunkSinceTime].compactMap(\.self).min()
            )
            versions[repository, default: []] += entry.candidates + [entry.latest].compactMap(\.self)
            if entry.outdated != nil, let latest = entry.latest {
                compared["\(repository) \(entry.policy)", default: []].append(latest)
                if let due = entry.adviceDueTime {
                    let key = "\(repository) \(entry.policy) \(latest.tag)"
                    waiting[key] = min(waiting[key] ?? due, due)
                }
            }
        }
    }

    func entry(_ target: WatchTarget, policy: String) -> ImageWatchStatus.Image? {
        entries["\(target.text) \(policy)"]
    }

    /// Versions of a repository that were newer than something, as far as they are remembered.
    func versions(of target: WatchTarget) -> [ImageWatchStatus.Version] { versions[target.reference.name] ?? [] }

    /// The fingerprint of what was newest of an image that the status does not list.
    func omittedNewest(of target: WatchTarget, policy: String) -> UInt32? {
        omitted[ImageWatchStatus.Image.code(image: target.text, policy: policy)]
    }

    func listing(of target: WatchTarget) -> (count: Int?, shrunkSince: Timestamp?) {
        listings[target.reference.name] ?? (nil, nil)
    }

    /// How long a list is, down to a power of two; nil for one that is too short for its losses to mean anything.
    static func mark(_ count: Int) -> Int? {
        count < 16 ? nil : 1 << (Int.bitWidth - 1 - count.leadingZeroBitCount)
    }

    /// What is known to be the newest of a repository, whatever runs; empty before its first comparison.
    func newest(of target: WatchTarget, policy: String) -> [ImageWatchStatus.Version] {
        compared["\(target.reference.name) \(policy)"] ?? []
    }

    /// Until when telling of the newest version waits; where it was another one that waited for this image, until the same time.
    /// After a rollout it is what another image of the repository waited for.
    func adviceDueTime(
        of latest: ImageWatchStatus.Version, _ target: WatchTarget, policy: String
    ) -> Timestamp? {
        if let entry = entry(target, policy: policy), entry.outdated != nil { return entry.adviceDueTime }
        return waiting["\(target.reference.name) \(policy) \(latest.tag)"]
    }

    private static func repository(_ image: String) -> String? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: image).name } catch { return nil }
    }
}

extension ImageWatchStatus.Image {
    /// Under which it is remembered.
    fileprivate var entryKey: String { "\(image) \(policy)" }
}
