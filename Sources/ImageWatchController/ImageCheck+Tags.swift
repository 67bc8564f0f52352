// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import OCIModel

/// Reasons beside `TagRejection` that a newer tag does not count.
enum CandidateRejection: String, CaseIterable {
    case tooYoung = "TooYoung"
    case platformMissing = "PlatformMissing"
    case notAnImage = "NotAnImage"
    /// In the list, but without content.
    case withoutContent = "WithoutContent"
}

extension ImageCheck {
    /// What one of the newer tags comes to.
    private enum Verdict {
        case counts(Digest)
        case rejected(CandidateRejection)
        case open
    }

    /// Looks for a newer tag, and at whether the one that runs is still what it was.
    mutating func checkTags() {
        let before = memory.entry(target, policy: image.policy)
        let list = tags()
        let isListed = list != nil
        let choice = choice(of: list.map(TagChoice.Tags.listed) ?? .remembered(memory.versions(of: target).map(\.tag)))
        let selection = choice.selection
        if isListed {
            for (reason, count) in selection.rejected { image.rejected[reason.rawValue] = count }
            image.withdrawn = target.tag != nil && !choice.holdsRunning
        } else {
            image.rejected = before?.rejected ?? [:]
            image.withdrawn = before?.withdrawn ?? false
        }
        if target.tag == nil {
            showNewest(selection, isListed: isListed, before)
            return
        }
        var isDecided = isListed
        candidates: for tag in selection.candidates {
            let firstSeen = self.firstSeen(tag)
            switch verdict(on: tag, firstSeen) {
            case .counts(let digest):
                image.latest = .init(tag: tag, digest: digest.description, firstSeenTime: firstSeen)
                let runsAlready = target.digests.isEmpty ? false : covers(digest)
                image.outdated = runsAlready.map { !$0 } ?? before?.outdated
                checkRunningTag(canMove: image.outdated != true)
                return
            case .rejected(let reason):
                // Without a list, the counts of the last one stand.
                if isListed { image.rejected[reason.rawValue, default: 0] += 1 }
                image.candidates.append(.init(tag: tag, firstSeenTime: firstSeen))
            case .open:
                image.candidates.append(.init(tag: tag, firstSeenTime: firstSeen))
                isDecided = false
                break candidates
            }
        }
        if isDecided || (!isListed && selection.newer == 0 && !selection.ranked.isEmpty) {
            image.outdated = selection.obstacle == nil ? false : nil
            image.latest = image.running
        } else {
            image.outdated = before?.outdated
            image.latest = before?.latest
            image.candidates = before?.candidates ?? image.candidates
        }
        checkRunningTag(canMove: image.outdated != true)
    }

    /// Without a tag that runs, there is only something to show.
    private mutating func showNewest(_ selection: TagSelection, isListed: Bool, _ before: ImageWatchStatus.Image?) {
        guard isListed else {
            image.latest = before?.latest
            image.candidates = before?.candidates ?? []
            image.outdated = before?.outdated
            return
        }
        for tag in selection.ranked {
            let firstSeen = self.firstSeen(tag)
            guard isOldEnough(firstSeen) else {
                image.rejected[CandidateRejection.tooYoung.rawValue, default: 0] += 1
                image.candidates.append(.init(tag: tag, firstSeenTime: firstSeen))
                continue
            }
            image.latest = .init(tag: tag, firstSeenTime: firstSeen)
            if case .known(let digest) = self.digest(of: tag) { image.latest?.digest = digest.description }
            break
        }
        image.outdated = false
    }

    private mutating func verdict(on tag: String, _ firstSeen: Timestamp) -> Verdict {
        guard isOldEnough(firstSeen) else { return .rejected(.tooYoung) }
        let digest: Digest
        switch self.digest(of: tag) {
        case .known(let found): digest = found
        case .missing: return .rejected(.withoutContent)
        case .open: return .open
        }
        guard spec.requiresPlatforms, !target.platforms.isEmpty, !target.digests.contains(digest) else {
            return .counts(digest)
        }
        switch self.content(of: digest) {
        case .known(.artifact): return .rejected(.notAnImage)
        case .known(let content):
            return target.platforms.allSatisfy(content.runs) ? .counts(digest) : .rejected(.platformMissing)
        case .missing: return .rejected(.withoutContent)
        case .open: return .open
        }
    }

    /// Whether the tag that runs names other content than what runs. For one that looks like a version that is a breach; any
    /// other moves by its nature, and what it names now is the newer.
    private mutating func checkRunningTag(canMove: Bool) {
        let before = memory.entry(target, policy: image.policy)
        if target.isUndecided { image.moved = before?.moved ?? false }
        guard let tag = target.tag, !target.digests.isEmpty, !image.withdrawn else { return }
        guard case .known(let digest) = self.digest(of: tag), let isSame = covers(digest) else {
            image.moved = before?.moved ?? false
            return
        }
        if TagSelector.looksImmutable(tag) {
            image.moved = !isSame
        } else if !isSame, canMove {
            let firstSeen = self.firstSeen(tag, digest: digest)
            image.candidates.removeAll { $0.tag == tag }
            guard isOldEnough(firstSeen) else {
                image.candidates.append(.init(tag: tag, digest: digest.description, firstSeenTime: firstSeen))
                return
            }
            image.latest = .init(tag: tag, digest: digest.description, firstSeenTime: firstSeen)
            image.outdated = true
        }
    }

    // MARK: Content of a tag

    /// Looks whether the tag that runs names new content.
    mutating func checkContent() {
        let before = memory.entry(target, policy: image.policy)
        guard let tag = target.tag else {
            image.outdated = false
            return
        }
        image.outdated = before?.outdated
        image.latest = before?.latest
        let digest: Digest
        switch self.digest(of: tag) {
        case .known(let found): digest = found
        case .missing:
            image.withdrawn = true
            return
        case .open: return
        }
        if target.digests.isEmpty, target.isUndecided { return }
        // Where no digest tells what runs, nobody can say whether this is newer.
        if target.digests.isEmpty, !target.nameless.isEmpty {
            image.outdated = nil
            image.latest = .init(tag: tag, digest: digest.description)
            return
        }
        guard let isSame = covers(digest) else { return }
        if isSame {
            image.outdated = false
            image.latest = .init(tag: tag, digest: digest.description)
            return
        }
        let firstSeen = self.firstSeen(tag, digest: digest)
        func waits(_ reason: CandidateRejection) {
            image.rejected[reason.rawValue] = 1
            image.candidates = [.init(tag: tag, digest: digest.description, firstSeenTime: firstSeen)]
            image.latest = image.running
            image.outdated = false
        }
        guard isOldEnough(firstSeen) else { return waits(.tooYoung) }
        if spec.requiresPlatforms, case .known(let content) = self.content(of: digest),
            !target.platforms.allSatisfy(content.runs)
        {
            return waits(content == .artifact ? .notAnImage : .platformMissing)
        }
        image.latest = .init(tag: tag, digest: digest.description, firstSeenTime: firstSeen)
        image.outdated = true
    }
}
