// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// An Event of the core group, as far as it says why something does not happen.
package struct Event: KubernetesObject {
    package static let resource = ResourceType.coreEvents

    package var metadata = ObjectMetadata()
    package var isWarning = false
    /// CamelCase: `FailedCreate`, `FailedScheduling`.
    package var reason = ""
    /// As its writer wrote it: any text.
    package var message = ""
    /// When it was last seen; of several fields the latest that is there.
    package var lastTime: Timestamp?

    package init(metadata: ObjectMetadata) { self.metadata = metadata }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "type": isWarning = try scanner.readOptionalString() == "Warning"
            case "reason": reason = try scanner.readOptionalString() ?? ""
            case "message": message = try scanner.readOptionalString() ?? ""
            case "lastTimestamp", "eventTime": see(try scanner.readOptionalString())
            case "series":
                // `null` is an empty object to the scanner.
                try scanner.readObject { (key, scanner) throws(JSONError) in
                    switch key {
                    case "lastObservedTime": see(try scanner.readOptionalString())
                    default: try scanner.skipValue()
                    }
                }
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func see(_ text: String?) {
        guard let time = text.flatMap(Timestamp.init(rfc3339:)) else { return }
        lastTime = lastTime.map { max($0, time) } ?? time
    }
}
