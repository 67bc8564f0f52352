// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials

/// Something that a channel is to be told of, as long as it has not been: it stands in the status of the object that it is
/// about, written together with the change that it tells of, so that neither can be lost without the other.
package struct Notice: Hashable, Sendable {
    /// `msg_` and 24 hexadecimal digits; the receiver sees it, and the same one again when a message is sent twice.
    package var id: String
    /// The channel's name, as the spec has it.
    package var channel: String
    /// `NewCritical`, …
    package var event: String
    /// How many of what the event is about: vulnerabilities, secrets, images.
    package var count: Int
    /// Some of these, the worst first.
    package var subjects: [String]
    package var time: Timestamp

    package static let maximumSubjects = 10
    /// Bytes of one subject; what is longer is cut.
    package static let subjectLimit = 160
    /// Stands for several events that had no room one by one.
    package static let folded = "Several"

    /// - Parameter subject: what makes the id one of its own: the uid of the object that it is about.
    package init(
        about subject: String, channel: String, event: String, count: Int, subjects: [String], time: Timestamp
    ) {
        self.channel = channel
        self.event = event
        self.count = count
        self.subjects = subjects.prefix(Self.maximumSubjects).map { Self.cut($0) }
        self.time = Timestamp(secondsSinceEpoch: time.seconds)
        let identity = [subject, channel, event, "\(count)", self.time.rfc3339] + self.subjects
        id = "msg_" + SHA256.hex(identity.joined(separator: "\u{0}").utf8).prefix(24)
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > subjectLimit else { return text }
        var text = text
        while text.utf8.count > subjectLimit - 3 { text.removeLast() }
        return text + "…"
    }

    /// Nil when it is none; a status is written by us, but may be spoiled by others.
    package init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue, let channel = json["channel"]?.stringValue,
            let event = json["event"]?.stringValue, let count = json["count"]?.integerValue,
            let time = json["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:)), id.utf8.count <= 64
        else { return nil }
        self.id = id
        self.channel = channel
        self.event = event
        self.count = Int(max(0, min(count, 1 << 31)))
        subjects = (json["subjects"]?.arrayValue ?? []).compactMap(\.stringValue).prefix(Self.maximumSubjects)
            .map { Self.cut($0) }
        self.time = time
    }

    package var json: JSONValue {
        .compact([
            "id": .string(id), "channel": .string(channel), "event": .string(event), "count": .integer(Int64(count)),
            "subjects": subjects.isEmpty ? nil : .strings(subjects), "time": .string(time.rfc3339),
        ])
    }
}
