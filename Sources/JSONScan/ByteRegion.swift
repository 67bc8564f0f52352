// SPDX-License-Identifier: Apache-2.0

/// Memory that is no array, such as a mapped file, kept for as long as a scanner reads it.
package final class ByteRegion {
    private let start: UnsafeRawPointer?
    /// The size in bytes.
    package let count: Int
    private let release: () -> Void

    /// The maker promises that `buffer` stays readable and unchanged until `release` is called, once, by the last user.
    package init(_ buffer: UnsafeRawBufferPointer, release: @escaping () -> Void) {
        start = buffer.baseAddress
        count = buffer.count
        self.release = release
    }

    deinit { release() }

    /// Lends the bytes for the length of the call.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result = try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
        // The memory lives until here even when `body` was the last use of the region.
        withExtendedLifetime(self) {}
        return result
    }
}
