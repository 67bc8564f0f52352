// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning

/// Something that a channel may want to know of one image.
struct ImageNews: Hashable {
    var event: ImageWatchSpec.NoticeEvent
    /// `registry/app:1.0 → 1.1 (Deployment web)`
    var subject: String
}

extension ImageCheck {
    /// What is known now and was not when the status was written. What the first comparison finds is news only on wish.
    ///
    /// - Parameter waits: a newer version is told when it is known what it would fix, or when that has taken too long.
    mutating func takeNews(waits: Bool) -> [ImageNews] {
        let before = memory.entry(target, policy: image.policy)
        let isFirst = before?.outdated == nil && omittedNewest == nil
        var news: [ImageNews] = []
        func add(_ event: ImageWatchSpec.NoticeEvent, _ text: String) {
            news.append(ImageNews(event: event, subject: text + users))
        }
        if let latest = newToTell(waits: waits) {
            let advice = image.advice.map { ": \($0.sentence)" } ?? ""
            if latest.tag == image.running?.tag {
                add(.digestChanged, image.image + advice)
            } else {
                add(.newVersion, "\(image.image) → \(latest.tag)\(advice)")
            }
            if image.adviceDueTime != nil { held = news.popLast() }
        }
        let tells = !isFirst || spec.notify?.tellsFirstSight == true
        if image.moved, tells, before?.moved != true { add(.tagMoved, image.image) }
        if image.withdrawn, tells, before?.withdrawn != true { add(.withdrawn, image.image) }
        return news
    }

    /// The newer version that is to be told of, now or later. One that waits stands in the status with the time until when, because
    /// from now on it is no longer new.
    private mutating func newToTell(waits: Bool) -> ImageWatchStatus.Version? {
        let due = image.latest.flatMap { memory.adviceDueTime(of: $0, target, policy: image.policy) }
        image.adviceDueTime = nil
        guard image.outdated == true, let latest = image.latest, due != nil || isNew(latest) else { return nil }
        let until = due ?? Timestamp(secondsSinceEpoch: (now + WatchQualification.patience).seconds)
        if waits, now < until {
            image.adviceDueTime = until
            wake(at: until)
        }
        return latest
    }

    /// A rollout changes the tag that runs, and with it the entry; so what is known is looked for in all of the repository. A
    /// version that is the newest because a newer one was withdrawn is none that anybody waits for.
    private func isNew(_ latest: ImageWatchStatus.Version) -> Bool {
        let known = memory.newest(of: target, policy: image.policy)
        if known.isEmpty, let omittedNewest { return omittedNewest != latest.code }
        guard !known.isEmpty else { return spec.notify?.tellsFirstSight == true }
        return known.allSatisfy { old in
            if old.tag == latest.tag {
                // Of a version, the tag says all; of others, the content does.
                return latest.tag == image.running?.tag && old.digest != latest.digest
            }
            if latest.tag == image.running?.tag { return true }
            return choice(of: .remembered([old.tag, latest.tag]), running: old.tag).selection.candidates.contains(
                latest.tag)
        }
    }

    private var omittedNewest: UInt32? { memory.omittedNewest(of: target, policy: image.policy) }

    private var users: String {
        guard let first = image.usedBy.first else { return "" }
        let more = image.usedBy.count > 1 ? " and \(image.usedBy.count - 1) more" : ""
        return " (\(first.namespace.map { "\($0)/" } ?? "")\(first.kind) \(first.name)\(more))"
    }
}
