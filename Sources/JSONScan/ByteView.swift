// SPDX-License-Identifier: Apache-2.0

/// A look at the bytes of a document, valid inside the closure that lends it.
///
/// A read beyond the end gives 0. No legal document has that byte anywhere, so the grammar itself refuses what is cut,
/// and no index can trap or reach foreign memory.
struct ByteView {
    private let base: UnsafeRawPointer?
    let end: Int

    /// The first `end` bytes of `buffer`.
    @inline(__always) init(_ buffer: UnsafeRawBufferPointer, end: Int) {
        base = buffer.baseAddress
        self.end = base == nil ? 0 : min(max(end, 0), buffer.count)
    }

    @inline(__always) subscript(index: Int) -> UInt8 {
        guard UInt(bitPattern: index) < UInt(bitPattern: end), let base else { return 0 }
        return base.load(fromByteOffset: index, as: UInt8.self)
    }

    /// Eight bytes, the first one lowest; nil when fewer are left.
    @inline(__always) func word(at index: Int) -> UInt64? {
        guard index >= 0, index <= end &- 8, let base else { return nil }
        return UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Up to 32 bytes as they lie in memory, zeros after them.
    func words(at index: Int, count: Int) -> (UInt64, UInt64, UInt64, UInt64) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { target in
            guard let base, index >= 0, count > 0, count <= target.count, index <= end &- count else { return }
            target.copyMemory(from: UnsafeRawBufferPointer(start: base + index, count: count))
        }
        return words
    }

    /// The bytes of `range` as far as they exist.
    @inline(__always) func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        let range = range.clamped(to: 0..<end)
        guard let base, !range.isEmpty else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    func array(_ range: Range<Int>) -> [UInt8] { [UInt8](slice(range)) }
}
