// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A container's output as lines of the CRI log format: `TIME STREAM F|P TEXT`.
///
/// Source: `kubernetes/design-proposals`, "CRI: Log management"; a line longer than 16 KiB is cut into partial ones.
package struct LogLines: Sendable {
    package enum Stream: String, Sendable, CaseIterable { case stdout, stderr }

    /// Longest piece of one line.
    package static let pieceLimit = 16 << 10
    private let stream: Stream
    private var rest: [UInt8] = []

    package init(_ stream: Stream) { self.stream = stream }

    /// Takes output as it came and gives the lines that it completes.
    package mutating func add(_ bytes: some Collection<UInt8>, at now: Timestamp) -> [UInt8] {
        let prefix = Array("\(now.rfc3339Micro) \(stream.rawValue) ".utf8)
        var lines: [UInt8] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines += prefix + Array("F ".utf8) + rest + [byte]
                rest.removeAll(keepingCapacity: true)
            } else {
                rest.append(byte)
                if rest.count == Self.pieceLimit {
                    lines += prefix + Array("P ".utf8) + rest + [UInt8(ascii: "\n")]
                    rest.removeAll(keepingCapacity: true)
                }
            }
        }
        return lines
    }

    /// The end of output: what has no end of line gets one.
    package mutating func finish(at now: Timestamp) -> [UInt8] {
        guard !rest.isEmpty else { return [] }
        return add([UInt8(ascii: "\n")], at: now)
    }
}
