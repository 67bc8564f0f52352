// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Logging

/// Writes a line of JSON an entry: `time level logger message` and flat metadata. Control characters are escaped by the format.
struct JSONLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()
    let label: String
    let clock = SystemClock()

    /// No value of an entry is longer.
    private static let maximumLength = 2_000

    init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var entry: [String: JSONValue] = [:]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { _, new in new }) {
            entry[key] = .string(String("\(value)".prefix(Self.maximumLength)))
        }
        entry["time"] = .string(clock.now().rfc3339Micro)
        entry["level"] = .string(event.level.rawValue)
        entry["logger"] = .string(label)
        entry["message"] = .string(String("\(event.message)".prefix(Self.maximumLength)))
        StandardError.print(JSONValue.object(entry).canonicalText)
    }
}

/// The same for people: time, level, message, metadata; control characters escaped.
struct TextLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()
    let label: String
    let clock = SystemClock()

    init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { _, new in new }).sorted {
            $0.key < $1.key
        }
        .map { "\($0.key)=\(JSONValue.string("\($0.value)").canonicalText)" }
        let line =
            [clock.now().rfc3339, event.level.rawValue, JSONValue.string("\(event.message)").canonicalText] + pairs
        StandardError.print(line.joined(separator: " "))
    }
}
