// SPDX-License-Identifier: Apache-2.0

/// Why the frame of a unit cannot be believed. Whatever it is, nothing was found out about the image.
package enum FrameError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No frame for this unit in the whole log.
    case missing
    /// It began and did not end, or lines of it are missing.
    case cut
    /// A line of it is not as the courier writes them.
    case malformed
    /// Its digest is not that of its content: altered on the way, or forged.
    case wrongDigest
    /// A second frame for the same unit: which one is true cannot be told.
    case repeated
    /// Written by another version of the courier.
    case unknownVersion(String)
    /// Larger than a frame may be, packed or unpacked.
    case tooLarge
    /// Its content is no result: what is wrong, and where.
    case unreadable(String)

    package var description: String {
        switch self {
        case .missing: "the log has no frame for this image"
        case .cut: "the frame is cut: its end or some of its lines are missing"
        case .malformed: "the frame has a line that no courier writes"
        case .wrongDigest: "the frame's content does not have the digest that it names"
        case .repeated: "the log has more than one frame for this image"
        case .unknownVersion(let version): "the frame has version '\(version)', expected \(Frame.version)"
        case .tooLarge: "the frame is larger than a frame may be"
        case .unreadable(let detail): "the frame's content is no scan result: \(detail)"
        }
    }
}
