// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel

/// What an object has to tell its channels: what they have settled goes, what is new comes. It is written with the status that
/// tells of the same, so that neither is lost without the other.
package struct NoticeLedger {
    package private(set) var outbox: Outbox
    package private(set) var assessments: [Assessment] = []
    package private(set) var events: [PlannedEvent] = []
    package private(set) var wakeUp: Timestamp?

    private let namespace: String
    private let uid: String
    private let world: World
    private let now: Timestamp

    /// How long a notice waits for a channel that is not there.
    package static let absence = Duration.seconds(86_400)

    /// Takes out what channels say is over, and what no channel will ever take.
    package init(_ source: some Notifier, in world: World, at now: Timestamp) {
        self.world = world
        self.now = now
        (namespace, uid) = (source.metadata.namespace, source.metadata.uid)
        outbox = source.observedOutbox
        var over: Set<String> = []
        for notice in outbox.notices {
            if let channel = world.channel(notice.channel, for: namespace) {
                if channel.settled.contains(where: { $0.id == notice.id }) { over.insert(notice.id) }
            } else if notice.time + Self.absence <= now {
                over.insert(notice.id)
                events.append(
                    PlannedEvent(
                        about: source, isWarning: true, reason: NotifyReason.channelNotFound.rawValue,
                        message: "\(notice.event) was not delivered: there is no channel \(notice.channel)",
                        identity: notice.id))
            } else {
                wake(at: notice.time + Self.absence)
            }
        }
        outbox.remove { over.contains($0.id) }
    }

    /// Says whether the channels of a spec are there.
    package mutating func assess(_ channels: [String]) {
        let missing = channels.filter { world.channel($0, for: namespace) == nil }
        let reason: NotifyReason = missing.isEmpty ? .channelsFound : .channelNotFound
        assessments.append(
            Assessment(
                "ChannelsFound", missing.isEmpty ? .true : .false, reason: reason.rawValue,
                message: missing.isEmpty
                    ? reason.explanation
                    : "spec.notify.channels: \(missing.joined(separator: ", ")) not found in namespace \(namespace), nor offered to it"
            ))
    }

    /// Has channels told of something; nothing where the count is zero.
    package mutating func tell(_ event: String, count: Int, subjects: [String], to channels: [String]) {
        guard count > 0 else { return }
        outbox.add(event, count: count, subjects: subjects, to: channels, about: uid, at: now)
    }

    package mutating func wake(at time: Timestamp) { wakeUp = wakeUp.map { min($0, time) } ?? time }
}

extension World {
    /// The channel that objects of a namespace mean by a name: one of their own, or one that the operator's namespace offers.
    package func channel(_ name: String, for namespace: String) -> Channel? {
        if let own = self[Channel.self].object(ObjectKey(namespace: namespace, name: name)) { return own }
        let root = configuration.operatorNamespace
        guard let offered = self[Channel.self].object(ObjectKey(namespace: root, name: name)),
            offered.serves(namespace, root: root)
        else { return nil }
        return offered
    }
}
