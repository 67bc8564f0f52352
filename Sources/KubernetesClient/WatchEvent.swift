// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

/// One event of a watch.
package enum WatchEvent {
    /// `object` stands at the object's beginning.
    case added(object: JSONScanner)
    case modified(object: JSONScanner)
    case deleted(object: JSONScanner)
    /// Everything up to this version has been sent. `endsInitialEvents` marks the end of a streamed list.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    /// The watch has failed; `isExpired` means list again.
    case error(APIStatus)
    /// A type that this program does not know; it says nothing about the version.
    case unknown(type: String)
    /// The frame is no event: what it said is lost, so list again.
    case unreadable(JSONError)
    /// The frame was longer than the limit: what it said is lost, so list again.
    case oversized(bytes: Int)
}

extension WatchEvent {
    init(_ frame: WatchFrameDecoder.Frame) {
        switch frame {
        case .oversized(let bytes): self = .oversized(bytes: bytes)
        case .whole(let bytes):
            do throws(JSONError) {
                self = try WatchEvent(reading: bytes)
            } catch {
                self = .unreadable(error)
            }
        }
    }

    private init(reading bytes: [UInt8]) throws(JSONError) {
        var scanner = JSONScanner(bytes)
        var type = ""
        var object: JSONScanner?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "type": type = try scanner.readString()
            case "object":
                object = scanner
                // Checks the grammar to the end, so that a cut or doubled frame is never half an event.
                try scanner.skipValue()
            default: try scanner.skipValue()
            }
        }
        try scanner.finish()
        guard var object else { throw JSONError(offset: 0, reason: "the event has no object") }
        switch type {
        case "ADDED": self = .added(object: object)
        case "MODIFIED": self = .modified(object: object)
        case "DELETED": self = .deleted(object: object)
        case "ERROR": self = .error(APIStatus(json: try object.readValue()))
        case "BOOKMARK":
            let metadata = try ObjectMetadata.ofObject(&object)
            self = .bookmark(
                resourceVersion: metadata.resourceVersion,
                endsInitialEvents: metadata.annotations["k8s.io/initial-events-end"] == "true")
        default: self = .unknown(type: shown(type, limit: 32))
        }
    }
}
