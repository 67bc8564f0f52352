// SPDX-License-Identifier: Apache-2.0
import CZlib

/// Why bytes could not be decompressed.
package enum GzipError: Error, Equatable, Sendable {
    /// No gzip, cut, altered, or followed by something else.
    case corrupt
    /// More than the limit of decompressed bytes.
    case tooLarge(limit: Int)
}

/// Whole buffers in gzip form (RFC 1952), one member, without a name or a time, so that equal input gives equal output.
package enum Gzip {
    /// The compressed form of up to 4 GiB.
    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let bound = czlib_bound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            // The bound makes "too large" impossible; without memory nothing is written, which no reader takes for a member.
            count = bytes.withUnsafeBufferPointer { source in
                max(0, Int(czlib_compress(source.baseAddress, source.count, buffer.baseAddress, buffer.count)))
            }
        }
    }

    /// The content of one member that must be all of `bytes`, at most `limit` bytes of it. A bomb costs `limit` at most.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        guard bytes.count >= 18, bytes.starts(with: [0x1F, 0x8B, 8]) else { throw .corrupt }
        // The trailer tells the size; it is believed only as far as the limit, and a lie is corrupt.
        let told = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard told <= limit else { throw .tooLarge(limit: limit) }
        var status: Int64 = 0
        let content = [UInt8](unsafeUninitializedCapacity: told + 1) { buffer, count in
            status = bytes.withUnsafeBufferPointer { source in
                czlib_decompress(source.baseAddress, source.count, buffer.baseAddress, buffer.count)
            }
            count = max(0, Int(status))
        }
        guard status >= 0 else { throw .corrupt }
        return content
    }
}
