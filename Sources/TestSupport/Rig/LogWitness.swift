// SPDX-License-Identifier: Apache-2.0
import Logging
import Synchronization

/// Keeps every log line of a run, whatever its level.
package final class LogWitness: Sendable {
    private let content = Mutex<[String]>([])

    package init() {}

    /// Level, message and metadata of each entry, in order.
    package var lines: [String] { content.withLock { $0 } }

    package func logger(_ label: String) -> Logger { Logger(label: label) { _ in Handler(witness: self) } }

    private struct Handler: LogHandler {
        let witness: LogWitness
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.trace

        init(witness: LogWitness) { self.witness = witness }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let pairs = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map {
                "\($0.key)=\($0.value)"
            }
            let line = (["\(event.level)", "\(event.message)"] + pairs).joined(separator: " ")
            witness.content.withLock { $0.append(line) }
        }
    }
}
