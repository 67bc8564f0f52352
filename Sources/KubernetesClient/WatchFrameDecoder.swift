// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Cuts a watch stream into frames, wherever its chunks are cut: one JSON value a line, the last newline optional.
///
/// A frame over the limit is drained and reported, and the stream goes on behind it (as in client-go's length-limited
/// readers).
package struct WatchFrameDecoder: Sendable {
    package enum Frame: Equatable, Sendable {
        case whole([UInt8])
        /// Its size in bytes; the content is gone.
        case oversized(bytes: Int)
    }

    private let limit: Int
    private var chunk: [UInt8] = []
    private var position = 0
    /// The beginning of a frame whose end has not come yet.
    private var partial: [UInt8] = []
    /// Bytes already thrown away of a frame that is too long.
    private var drained = 0

    /// Frames of more than `limit` bytes are not kept.
    package init(limit: Int = 16 << 20) { self.limit = limit }

    /// Takes the next chunk; the frames of the one before must have been taken.
    package mutating func feed(_ bytes: [UInt8]) {
        if position < chunk.count {
            chunk.removeSubrange(..<position)
            chunk += bytes
        } else {
            chunk = bytes
        }
        position = 0
    }

    /// The next frame that is complete, nil when more bytes are needed. Blank lines are no frames.
    package mutating func next() -> Frame? {
        while position < chunk.count {
            guard let end = nextNewline() else {
                keep(chunk[position...])
                position = chunk.count
                return nil
            }
            let piece = chunk[position..<end]
            position = end + 1
            if let frame = complete(with: piece) { return frame }
        }
        return nil
    }

    /// The frame that the end of the stream completes, if any.
    package mutating func finish() -> Frame? { complete(with: []) }

    /// The first newline from `position` on; the C library looks at many bytes at once, and chunks can be megabytes.
    private func nextNewline() -> Int? {
        chunk.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, position < buffer.count else { return nil }
            guard let found = memchr(base + position, 0x0A, buffer.count - position) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func keep(_ piece: ArraySlice<UInt8>) {
        if drained > 0 || partial.count + piece.count > limit {
            drained += partial.count + piece.count
            partial = []
        } else {
            partial += piece
        }
    }

    private mutating func complete(with piece: ArraySlice<UInt8>) -> Frame? {
        if drained > 0 || partial.count + piece.count > limit {
            defer { (drained, partial) = (0, []) }
            return .oversized(bytes: drained + partial.count + piece.count)
        }
        defer { partial = [] }
        let frame = partial.isEmpty ? Array(piece) : partial + piece
        let isBlank = frame.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        return isBlank ? nil : .whole(frame)
    }
}
