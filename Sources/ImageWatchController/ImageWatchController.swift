// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// Says in an ImageWatch's status what is newer than what runs. It asks registries and writes nothing else.
///
/// What runs is compared in every pass, so a rollout clears what it brings up to date without asking anybody again.
package enum ImageWatchController: Controller {
    package static let contract = Contract(
        reads: [
            WatchedKind(ImageWatch.self), WatchedKind(Pod.self), WatchedKind(Node.self), WatchedKind(Namespace.self),
            WatchedKind(ReplicaSetOwner.self), WatchedKind(JobOwner.self), WatchedKind(Channel.self),
            WatchedKind(ScanPolicy.self), WatchedKind(ScanReport.self), WatchedKind(ConfigMap.self, .operatorNamespace),
        ],
        facts: [RepositoryTags.self, TagDigest.self, ImageContent.self, HintsArrive.self, VEXDocuments.self],
        writes: [WriteGrant(ImageWatch.resource, subresource: "status", [.patch])])

    package static func plan(_ watch: ImageWatch, in world: World, at now: Timestamp) -> Plan {
        var status = ImageWatchStatus()
        status.lastHandledReconcileAt = watch.reconcileToken
        let terms = WatchTerms(watch)
        let clock: CheckClock
        do throws(WatchStall) {
            if let stall = world.derived(WatchProblem(terms: terms)).value { throw stall }
            clock = try CheckClock(watch, at: now)
        } catch {
            // What is known is not forgotten over a typing error.
            status.take(watch.observedImages)
            status.omitted = watch.observedOmitted
            let notices = WatchNotices(remembering: watch, in: world, at: now)
            return settled(.stalled(error.reason.rawValue, message: error.message), status, notices)
        }
        guard !watch.spec.isSuspended else {
            status.take(watch.observedImages)
            status.omitted = watch.observedOmitted
            return settled(
                .ready(ImageWatch.Reason.suspended.rawValue, message: ImageWatch.Reason.suspended.explanation), status,
                WatchNotices(remembering: watch, in: world, at: now))
        }
        var survey = WatchSurvey(watch, terms, clock, in: world, at: now)
        survey.build()
        status.take(survey.images)
        status.fit()
        survey.tellUnlisted(status.images)
        let accepted = ImageWatch.Reason.accepted
        let notices = WatchNotices(watch, survey, in: world, at: now)
        var plan = settled(.ready(accepted.rawValue, message: accepted.explanation), status, notices)
        plan.assessments = survey.assessments + notices.ledger.assessments
        plan.wants = survey.wants
        if let time = survey.wakeUp { plan.wake(at: time) }
        return plan
    }

    package static func looks(_ watch: ImageWatch, into namespace: String, of world: World) -> Bool {
        guard let selector = watch.spec.workloads?.namespaceSelector else { return false }
        guard let metadata = world[Namespace.self][ObjectKey(name: namespace)]?.metadata else { return true }
        return selector.matches(metadata.labels)
    }

    package static func slice(of world: World, for watch: ImageWatch, at now: Timestamp) -> World? {
        WatchSlice.of(world, for: watch, at: now)
    }

    private static func settled(_ outcome: Outcome, _ status: ImageWatchStatus, _ notices: WatchNotices) -> Plan {
        var plan = Plan(outcome)
        var status = status
        status.outbox = notices.ledger.outbox
        status.toldFailing = notices.toldFailing
        plan.status = status.json
        plan.events = notices.ledger.events
        if let time = notices.ledger.wakeUp { plan.wake(at: time) }
        return plan
    }
}

extension ImageWatchStatus {
    /// Lists images, the outdated ones first, and counts them.
    mutating func take(_ images: [Image]) {
        self.images = images.sorted { ($0.rank, $0.image, $0.policy) < ($1.rank, $1.image, $1.policy) }
        counts.monitored = images.count
        counts.outdated = images.count { $0.outdated == true }
        counts.failed = images.count { $0.lastError != nil }
    }
}

extension ImageWatchStatus.Image {
    fileprivate var rank: Int { outdated == true ? 0 : moved || withdrawn || lastError != nil ? 1 : 2 }
}
