// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// What a watch has to tell its channels: one notice for each kind of news and pass, however many images it is about.
struct WatchNotices {
    private(set) var ledger: NoticeLedger
    private(set) var toldFailing: Set<String>

    /// A registry that is away for a moment wakes nobody.
    static let patience = Duration.seconds(600)
    /// How many images that failed are remembered.
    static let memory = 100

    /// Nothing new is looked for; what is delivered goes.
    init(remembering watch: ImageWatch, in world: World, at now: Timestamp) {
        ledger = NoticeLedger(watch, in: world, at: now)
        toldFailing = watch.observedToldFailing
    }

    init(_ watch: ImageWatch, _ survey: WatchSurvey, in world: World, at now: Timestamp) {
        self.init(remembering: watch, in: world, at: now)
        guard let notify = watch.spec.notify, !notify.channels.isEmpty else {
            toldFailing = []
            return
        }
        ledger.assess(notify.channels)
        for event in ImageWatchSpec.NoticeEvent.allCases where notify.effectiveEvents.contains(event) {
            let subjects = survey.news.filter { $0.event == event }.map(\.subject)
            ledger.tell(event.rawValue, count: subjects.count, subjects: subjects, to: notify.channels)
        }
        tellFailures(watch, survey, notify, now)
    }

    /// Failing images are told of when images have failed for a while, each once until it is compared again. One that does not run
    /// at the moment, as a CronJob's, has not healed.
    private mutating func tellFailures(
        _ watch: ImageWatch, _ survey: WatchSurvey, _ notify: ImageWatchSpec.Notify, _ now: Timestamp
    ) {
        func fingerprint(_ image: ImageWatchStatus.Image) -> String { ImageWatchStatus.fingerprint(of: image.image) }
        toldFailing.subtract(survey.images.filter { $0.lastError == nil && $0.outdated != nil }.map(fingerprint))
        let failing = survey.images.filter { $0.lastError != nil }
        let present = Set(failing.map(fingerprint))
        var news = failing.filter { !toldFailing.contains(fingerprint($0)) }
        // Those that do not run make room. What there is no room for is not told: it would be news again in the next pass.
        let absent = toldFailing.subtracting(present).sorted()
        toldFailing.subtract(absent.prefix(max(0, toldFailing.count + news.count - Self.memory)))
        news = Array(news.prefix(max(0, Self.memory - toldFailing.count)))
        guard !news.isEmpty, notify.effectiveEvents.contains(.checkFailed),
            let health = watch.conditions.first(where: { $0.type == WatchSurvey.healthCondition }),
            health.status == .false, let since = health.lastTransitionTime
        else { return }
        guard since + Self.patience <= now else { return ledger.wake(at: since + Self.patience) }
        ledger.tell(
            ImageWatchSpec.NoticeEvent.checkFailed.rawValue, count: news.count,
            subjects: news.map { "\($0.image): \($0.lastError?.reason ?? "")" }.sorted(), to: notify.channels)
        toldFailing.formUnion(news.map(fingerprint))
    }
}
