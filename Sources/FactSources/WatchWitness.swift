// SPDX-License-Identifier: Apache-2.0
import Essentials
import Exposition
import ImageWatchController
import KubernetesModel
import Planning
import Synchronization

/// Answers `/metrics/diun`: counts what registries were asked, and says at each request what the watches' statuses say now.
package final class WatchWitness: Sendable {
    private struct Counts {
        var requests = 0
        var errors = 0
        var authenticationErrors = 0
        var rateLimitHits = 0
    }

    private struct Deliveries {
        var sent = 0
        var failed = 0
    }

    private struct State {
        var registries: [String: Counts] = [:]
        var deliveries: [String: Deliveries] = [:]
        var checks = 0
        var updates = 0
        var lastCheck: Timestamp?
        /// What was newest when the page was last asked for; nil before the first time.
        var news: [String: String]?
        var leftOut = 0
    }

    /// Registries with counters of their own; those beyond share one.
    private static let maximumRegistries = 200
    /// Likewise.
    private static let maximumChannels = 1_000
    private let state = Mutex(State())

    package init() {}

    /// A request on behalf of a registry has ended: with a status, or without one.
    package func requested(_ registry: String, status: Int?) {
        count(registry) { counts in
            counts.requests += 1
            switch status ?? 500 {
            case 408, 500...: counts.errors += 1
            case 429: counts.rateLimitHits += 1
            default: break
            }
        }
    }

    /// A registry did not answer to anybody we are.
    package func refused(_ registry: String) { count(registry) { $0.authenticationErrors += 1 } }

    /// A registry has answered what a watch asked.
    package func checked(at time: Timestamp) {
        state.withLock { state in
            state.checks += 1
            state.lastCheck = max(state.lastCheck ?? time, time)
        }
    }

    /// A channel has tried to send a message.
    package func delivered(by channel: ObjectKey, _ isAccepted: Bool) {
        state.withLock { state in
            let name = "\(channel)"
            let isKnown = state.deliveries[name] != nil
            let key = isKnown || state.deliveries.count < Self.maximumChannels ? name : "other"
            if isAccepted {
                state.deliveries[key, default: Deliveries()].sent += 1
            } else {
                state.deliveries[key, default: Deliveries()].failed += 1
            }
        }
    }

    private func count(_ registry: String, _ change: (inout Counts) -> Void) {
        state.withLock { state in
            let isKnown = state.registries[registry] != nil
            let name = isKnown || state.registries.count < Self.maximumRegistries ? registry : "other"
            change(&state.registries[name, default: Counts()])
        }
    }

    /// The page. Gauges appear on the replica that leads, so that nothing is there twice; counters on every one.
    package func text(of world: World, isLeading: Bool) -> String {
        let gauges = WatchGauges(of: world)
        var families = isLeading ? gauges.families : []
        let state = self.state.withLock { state in
            if isLeading {
                if let before = state.news { state.updates += gauges.news.count { before[$0.key] != $0.value } }
                state.news = gauges.news
                state.leftOut += gauges.leftOut
            }
            // A counter that is not there before its first event hides it.
            for channel in gauges.channels.prefix(Self.maximumChannels) where state.deliveries[channel] == nil {
                state.deliveries[channel] = Deliveries()
            }
            return state
        }
        if isLeading, let time = state.lastCheck ?? gauges.newestWatch {
            families.append(MetricFamily(DiunCatalog.lastCheck, value: Double(time.seconds)))
        }
        families += [
            MetricFamily(DiunCatalog.checks, value: Double(state.checks)),
            MetricFamily(DiunCatalog.updates, value: Double(state.updates)),
            MetricFamily(DiunCatalog.leftOut, value: Double(state.leftOut)),
        ]
        let counters: [(MetricDescription, (Counts) -> Int)] = [
            (DiunCatalog.requests, \.requests), (DiunCatalog.errors, \.errors),
            (DiunCatalog.authenticationErrors, \.authenticationErrors), (DiunCatalog.rateLimitHits, \.rateLimitHits),
        ]
        for (description, value) in counters {
            var family = MetricFamily(description)
            for (registry, counts) in state.registries {
                family.set(Double(value(counts)), [LabelValue.clean(registry)])
            }
            families.append(family)
        }
        let deliveries: [(MetricDescription, (Deliveries) -> Int)] = [
            (DiunCatalog.sent, \.sent), (DiunCatalog.sendErrors, \.failed),
        ]
        for (description, value) in deliveries {
            var family = MetricFamily(description)
            for (channel, counts) in state.deliveries { family.set(Double(value(counts)), [LabelValue.clean(channel)]) }
            families.append(family)
        }
        var text = ExpositionText()
        for family in families.sorted(by: { $0.description.name < $1.description.name }) { text.add(family) }
        return text.text
    }
}
