// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

/// The notices of one object that are not delivered yet, the oldest first.
package struct Outbox: Hashable, Sendable {
    package private(set) var notices: [Notice] = []

    /// More than these are folded into counts.
    package static let maximumNotices = 20
    /// What has no room is not named, only counted.
    package static let byteLimit = 8 * 1024

    package init() {}

    /// What a status remembers; what cannot be read is not there.
    package init(json: JSONValue?) {
        notices = (json?.arrayValue ?? []).prefix(4 * Self.maximumNotices).compactMap(Notice.init(json:))
        fit(about: "")
    }

    /// Adds a notice for each channel. The same again is no second one.
    ///
    /// - Parameter subject: the uid of the object that it is about.
    package mutating func add(
        _ event: String, count: Int, subjects: [String], to channels: [String], about subject: String,
        at time: Timestamp
    ) {
        for channel in channels {
            var notice = Notice(
                about: subject, channel: channel, event: event, count: count, subjects: subjects, time: time)
            while !notice.subjects.isEmpty, bytes + notice.json.canonicalBytes.count > Self.byteLimit {
                notice.subjects.removeLast()
            }
            if !notices.contains(where: { $0.id == notice.id }) { notices.append(notice) }
        }
        fit(about: subject)
    }

    private var bytes: Int { notices.reduce(0) { $0 + $1.json.canonicalBytes.count + 1 } }

    /// Takes out what `isOver` says is over.
    package mutating func remove(where isOver: (Notice) -> Bool) { notices.removeAll(where: isOver) }

    /// Where there are too many, the two newest of the channel that has the most become one: how many, not which. The oldest may be
    /// under way, and would be told again under another id.
    private mutating func fit(about subject: String) {
        while notices.count > Self.maximumNotices {
            let counts = Dictionary(grouping: notices, by: \.channel).mapValues(\.count)
            guard let busiest = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { return }
            let places = notices.indices.filter { notices[$0].channel == busiest }.suffix(2)
            guard let first = places.first, let second = places.last, first != second else {
                // Every channel has one: there are more channels than a spec can name.
                notices.removeFirst()
                continue
            }
            let (one, other) = (notices[first], notices[second])
            notices[second] = Notice(
                about: subject, channel: busiest, event: one.event == other.event ? one.event : Notice.folded,
                count: min(one.count + other.count, 1 << 31), subjects: [], time: other.time)
            notices.remove(at: first)
        }
    }

    /// Absent when there is nothing to tell.
    package var json: JSONValue? { notices.isEmpty ? nil : .array(notices.map(\.json)) }

    /// For the status of a kind that tells things.
    static let schema = Schema.array(
        "What channels are still to be told of, the oldest first; they take it from here.",
        of: .object(
            "",
            [
                "id": .string("Names it; receivers see it, twice where a message is sent twice."),
                "channel": .string("Which channel."), "event": .string("What happened."),
                "count": .integer("How often: vulnerabilities, secrets, images."),
                "subjects": .array("Some of them, the worst first.", of: .string()),
                "time": .time("When."),
            ], required: ["id", "channel", "event", "count", "time"]))
}

/// A kind whose objects tell channels what happens to them.
package protocol Notifier: CustomResource {
    /// What its status says is still to be told.
    var observedOutbox: Outbox { get }
    /// An event for people: `3 new vulnerabilities`. Nil for one that the kind does not know.
    static func phrase(_ event: String, count: Int) -> String?
}

extension Notifier {
    package var observedOutbox: Outbox { Outbox(json: observedStatus?["outbox"]) }
}
