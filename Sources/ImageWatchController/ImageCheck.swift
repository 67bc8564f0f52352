// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import OCIModel
import Planning

/// Compares one image with what its registry has. What is not known leaves what is remembered; nothing is called newer that is
/// not, and nothing that runs already.
struct ImageCheck {
    private(set) var target: WatchTarget
    let spec: ImageWatchSpec
    let world: World
    let now: Timestamp
    let memory: WatchMemory
    private let clock: CheckClock
    var image: ImageWatchStatus.Image
    private(set) var wants: [AnyQuestion] = []
    private(set) var wakeUp: Timestamp?
    /// What waits for advice before it is told.
    var held: ImageNews?
    private(set) var isPending = false
    /// Some answer is still to come.
    private var isWaiting = false
    /// The registry tells of changes of its own accord.
    private let isHinted: Bool
    /// True where the list of tags tells what is newer, and their content is looked at seldom.
    private var trustsVersions = false

    private static let userLimit = 10

    init(
        _ target: WatchTarget, _ memory: WatchMemory, _ spec: ImageWatchSpec,
        _ clock: CheckClock, in world: World, at now: Timestamp
    ) {
        self.target = target
        self.memory = memory
        self.spec = spec
        self.clock = clock
        self.world = world
        self.now = now
        image = ImageWatchStatus.Image(image: target.text)
        let hints = HintsArrive(.init(registry: target.reference.registry, path: target.reference.repository))
        isHinted = world.fact(hints).answer ?? false
        wants.append(AnyQuestion(hints))
    }

    /// True where a tag is watched for new content, because the policy says so or the tag is no version.
    private var watchesContent: Bool {
        if target.policy.order == .digest { return true }
        guard let tag = target.tag, target.mayFallBack else { return false }
        return choice(of: .remembered([]), running: tag).selection.obstacle != nil
    }

    mutating func run() {
        resolveForeign()
        let watchesContent = self.watchesContent
        image.policy = (watchesContent ? ImageWatchSpec.PolicyType.digest : target.policy.order.type).rawValue
        image.usedBy = Array(target.users.sorted().prefix(Self.userLimit))
        if let tag = target.tag {
            image.running = ImageWatchStatus.Version(
                tag: tag, digest: target.digests.count == 1 ? target.digests.first?.description : nil)
        }
        if target.isUndecided, let known = memory.entry(target, policy: image.policy)?.running,
            known.tag == image.running?.tag
        {
            image.running = known
        }
        if let problem = target.problem {
            fail(.invalidAnnotation, problem)
        } else if watchesContent {
            checkContent()
        } else {
            trustsVersions = true
            checkTags()
        }
        assumeTag()
        let before = memory.entry(target, policy: image.policy)
        if isWaiting { keep(before) }
        guard image.outdated == true else { return }
        image.outdatedSinceTime = before?.outdated == true ? before?.outdatedSinceTime : nil
        if image.outdatedSinceTime == nil { image.outdatedSinceTime = Timestamp(secondsSinceEpoch: now.seconds) }
    }

    /// A node names content by the repository that it knew first; the image's own repository says whether it has it as well.
    private mutating func resolveForeign() {
        for digest in target.foreign.keys.sorted() {
            let question = TagDigest(target.reference.pinned(to: digest), secrets: target.secrets)
            wants.append(AnyQuestion(question))
            switch world.fact(question) {
            case .known: target.adopt(digest)
            case .unknown:
                isWaiting = true
                target.isUndecided = true
            // Then the comparison goes by tags alone.
            case .failed(let failure) where failure.reason == ImageCheckReason.imageNotFound.rawValue:
                target.disown(digest)
            case .failed(let failure):
                fail(failure)
                target.isUndecided = true
            }
        }
    }

    /// What runs by no digest of its repository is compared with what is newer as what its tag is now. A policy scans that only where
    /// the registry tells anybody: it has no account to ask with.
    private mutating func assumeTag() {
        guard image.outdated == true, spec.qualification != nil, !target.nameless.isEmpty, target.secrets.isEmpty,
            let tag = target.tag
        else { return }
        switch digest(of: tag) {
        case .known(let digest): target.assume(digest)
        case .missing: break
        case .open: target.isUndecided = true
        }
    }

    /// One answer after the other would be a status each, and half a comparison says little: until all are there, what is
    /// remembered of this image stands. Of one that nothing is remembered of, what follows from others of its repository does.
    private mutating func keep(_ before: ImageWatchStatus.Image?) {
        if before == nil, image.outdated != nil { return }
        var kept = before ?? ImageWatchStatus.Image(image: image.image)
        (kept.policy, kept.usedBy, kept.running) = (image.policy, image.usedBy, image.running)
        image = kept
    }

    // MARK: What is asked

    /// What the policy makes of some tags.
    func choice(of tags: TagChoice.Tags) -> TagChoice.Choice { choice(of: tags, running: target.tag) }

    func choice(of tags: TagChoice.Tags, running: String?) -> TagChoice.Choice {
        world.derived(TagChoice(tags: tags, policy: target.policy, running: running)).value
    }

    /// What the tags of the repository are the answer to; nil while they are not known or are too many.
    mutating func tags() -> RepositoryTags? {
        (image.tagCount, image.shrunkSinceTime) = memory.listing(of: target)
        let question = RepositoryTags(
            target.reference, secrets: target.secrets, freshness: clock.freshness(isHinted: isHinted))
        wants.append(AnyQuestion(question))
        switch world.fact(question) {
        case .unknown:
            noteUnknown()
            return nil
        case .failed(let failure):
            fail(failure)
            return nil
        case .known(let answer, let askedAt):
            note(askedAt)
            guard answer.tags.count <= spec.effectiveMaximumTags, answer.cut == nil else {
                let cut = answer.cut.map { ", and its list ends early: \($0.rawValue)" } ?? ""
                fail(.tooManyTags, "the repository has \(Plural.of(answer.tags.count, "tag"))\(cut)")
                return nil
            }
            return isDoubted(answer.tags.count) ? nil : question
        }
    }

    /// Whether a list has lost so much at once that nothing is to follow from it yet. A registry that ends a list early does that,
    /// and a clean-up that took more than it should.
    private mutating func isDoubted(_ count: Int) -> Bool {
        let most = image.tagCount ?? 0
        if count * 2 < most {
            let since = image.shrunkSinceTime ?? Timestamp(secondsSinceEpoch: now.seconds)
            let end = clock.doubt(since: since, at: now)
            if now < end {
                image.shrunkSinceTime = since
                fail(.tagListShrunk, "the repository has \(count) tags, and had at least \(most)")
                wake(at: end)
                return true
            }
            image.tagCount = nil
        }
        image.shrunkSinceTime = nil
        image.tagCount = max(image.tagCount ?? 0, WatchMemory.mark(count) ?? 0)
        if image.tagCount == 0 { image.tagCount = nil }
        return false
    }

    enum Finding<Value> {
        case known(Value)
        case missing
        /// Not yet, or not now; that is noted.
        case open
    }

    mutating func digest(of tag: String) -> Finding<Digest> {
        var reference = target.reference
        reference.tag = tag
        reference.digest = nil
        let isSeldom = trustsVersions && TagSelector.looksImmutable(tag) && !hasReturned(tag)
        let question = TagDigest(
            reference, secrets: target.secrets, freshness: clock.freshness(isHinted: isHinted, ofVersion: isSeldom))
        wants.append(AnyQuestion(question))
        switch world.fact(question) {
        case .unknown:
            noteUnknown()
            return .open
        case .failed(let failure):
            if failure.reason == ImageCheckReason.imageNotFound.rawValue { return .missing }
            fail(failure)
            return .open
        case .known(let digest, let askedAt):
            note(askedAt, ofVersion: isSeldom)
            return .known(digest)
        }
    }

    /// A tag that had gone may have come back with anything.
    private func hasReturned(_ tag: String) -> Bool {
        tag == target.tag && memory.entry(target, policy: image.policy)?.withdrawn == true
    }

    mutating func content(of digest: Digest) -> Finding<ImageContent.Answer> {
        let question = ImageContent(target.reference, digest, secrets: target.secrets)
        wants.append(AnyQuestion(question))
        switch world.fact(question) {
        case .unknown:
            noteUnknown()
            return .open
        case .failed(let failure):
            if failure.reason == ImageCheckReason.imageNotFound.rawValue { return .missing }
            fail(failure)
            return .open
        case .known(let content, _): return .known(content)
        }
    }

    /// Whether everything that runs is this digest or a child of it; nil while that is not known.
    mutating func covers(_ digest: Digest) -> Bool? {
        let others = target.digests.subtracting([digest])
        guard !others.isEmpty else { return true }
        switch content(of: digest) {
        case .known(let content): return others.allSatisfy(content.holds)
        case .missing: return false
        case .open: return nil
        }
    }

    // MARK: What is noted

    mutating func fail(_ reason: ImageCheckReason, _ message: String) { note(.init(reason.rawValue, message)) }

    private mutating func fail(_ failure: FactFailure) { note(.init(failure.reason, failure.message)) }

    /// Of several failures one is shown, by an order of their own: whichever was noticed first would make them take turns.
    private mutating func note(_ failure: ImageWatchStatus.Failure) {
        if let shown = image.lastError, !failure.goesBefore(shown) { return }
        image.lastError = failure
    }

    /// After a restart nothing is known, but what the status remembers of an image stands.
    private mutating func noteUnknown() {
        isWaiting = true
        let before = memory.entry(target, policy: image.policy)
        if before?.outdated == nil, before?.latest == nil, before?.lastError == nil { isPending = true }
    }

    private mutating func note(_ askedAt: Timestamp, ofVersion: Bool = false) {
        if let time = clock.nextCheck(after: askedAt, isHinted: isHinted, ofVersion: ofVersion) { wake(at: time) }
    }

    mutating func wake(at time: Timestamp) { wakeUp = wakeUp.map { min($0, time) } ?? time }

    /// Since when a tag, or a digest of it, is known.
    func firstSeen(_ tag: String, digest: Digest? = nil) -> Timestamp {
        let known = memory.versions(of: target).filter {
            $0.tag == tag && (digest == nil || $0.digest == digest?.description)
        }
        return known.compactMap(\.firstSeenTime).min() ?? Timestamp(secondsSinceEpoch: now.seconds)
    }

    /// False for what has not been seen for long enough; then it is looked at again when it has.
    mutating func isOldEnough(_ firstSeen: Timestamp) -> Bool {
        let time = firstSeen + spec.effectiveMinimumAge
        if time <= now { return true }
        wake(at: time)
        return false
    }
}

extension ImageWatchStatus.Failure {
    /// What somebody has to mend first; then by text, so that no two are equal.
    fileprivate func goesBefore(_ other: Self) -> Bool {
        (rank, reason, message) < (other.rank, other.reason, other.message)
    }

    private var rank: Int {
        ImageCheckReason.allCases.firstIndex { $0.rawValue == reason } ?? ImageCheckReason.allCases.count
    }
}

extension TagPolicy.Order {
    var type: ImageWatchSpec.PolicyType {
        switch self {
        case .semanticVersion: .semVer
        case .calendarVersion: .calVer
        case .numerical: .numerical
        case .alphabetical: .alphabetical
        case .digest: .digest
        }
    }
}
