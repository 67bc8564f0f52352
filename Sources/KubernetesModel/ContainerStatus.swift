// SPDX-License-Identifier: Apache-2.0
import JSONScan

/// How a container stands: what image the runtime says it runs, and its state.
package struct ContainerStatus: Hashable, Sendable {
    /// As the runtime reports it; see `ImageIDReading` for what may be believed.
    package var imageID = ""
    package var state = State.unknown

    package enum State: Hashable, Sendable {
        case unknown
        /// Not running yet; the reason is the kubelet's (`ImagePullBackOff`, `ContainerCreating`, …).
        case waiting(reason: String, message: String)
        case running
        case terminated(exitCode: Int64, reason: String)

        /// The container waits because its image cannot be had.
        package var isNotPullable: Bool {
            if case .waiting(let reason, _) = self { Self.pullFailures.contains(reason) } else { false }
        }

        /// The kubelet's reasons for that.
        private static let pullFailures: Set<String> = [
            "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
            "RegistryUnavailable",
        ]
    }

    /// Keeps of how the container stands whether its image can be had.
    mutating func trimToImage() {
        if state.isNotPullable, case .waiting(let reason, _) = state {
            state = .waiting(reason: reason, message: "")
        } else {
            state = .unknown
        }
    }

    package init(imageID: String = "", state: State = .unknown) {
        self.imageID = imageID
        self.state = state
    }

    static func read(from scanner: inout JSONScanner) throws(JSONError) -> (name: String, status: ContainerStatus) {
        var name = ""
        var status = ContainerStatus()
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "name": name = try scanner.readString()
            case "imageID": status.imageID = try scanner.readOptionalString() ?? ""
            case "state": status.state = try readState(from: &scanner)
            default: try scanner.skipValue()
            }
        }
        return (name, status)
    }

    private static func readState(from scanner: inout JSONScanner) throws(JSONError) -> State {
        var state = State.unknown
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "running":
                state = .running
                try scanner.skipValue()
            case "waiting":
                let detail = try StateDetail(from: &scanner)
                state = .waiting(reason: detail.reason, message: detail.message)
            case "terminated":
                let detail = try StateDetail(from: &scanner)
                state = .terminated(exitCode: detail.exitCode, reason: detail.reason)
            default: try scanner.skipValue()
            }
        }
        return state
    }
}

private struct StateDetail {
    var reason = ""
    var message = ""
    var exitCode: Int64 = 0

    init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "reason": reason = try scanner.readOptionalString() ?? ""
            case "message": message = try scanner.readOptionalString() ?? ""
            case "exitCode": exitCode = try scanner.readInteger()
            default: try scanner.skipValue()
            }
        }
    }
}
