// SPDX-License-Identifier: Apache-2.0
import Essentials
import Facts
import KubernetesModel
import Testing

struct JobEventsTests {
    private func event(_ message: String, second: Int64, isWarning: Bool = true) -> Event {
        var event = Event(metadata: ObjectMetadata(name: "e\(second)", namespace: "shop"))
        event.isWarning = isWarning
        event.reason = "FailedCreate"
        event.message = message
        event.lastTime = Timestamp(secondsSinceEpoch: second)
        return event
    }

    @Test func `the newest warning wins`() {
        let events = [event("old", second: 1), event("new", second: 3), event("normal", second: 9, isWarning: false)]
        #expect(JobEvents.Answer(events).warning == "FailedCreate: new")
        #expect(JobEvents.Answer([]).warning == nil && JobEvents.Answer([events[2]]).warning == nil)
    }

    @Test func `what anybody may have written fits into a status`() throws {
        let hostile = "a\u{1B}[31m\nb\u{202E}c\u{2028}d" + String(repeating: "ü", count: 5_000)
        let warning = try #require(JobEvents.Answer([event(hostile, second: 1)]).warning)
        #expect(warning.hasPrefix("FailedCreate: a [31m bc dü") && warning.hasSuffix("…"))
        #expect(
            warning.utf8.count <= 243 && !warning.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }
}
