// SPDX-License-Identifier: Apache-2.0

/// The end of what a program wrote: enough to tell why it failed, however much it wrote.
struct StderrTail {
    private static let kept = 16 * 1024
    private var bytes: [UInt8] = []

    mutating func append(_ piece: some Collection<UInt8>) {
        bytes += piece
        // Twice the size before it is cut, so that each byte is moved once.
        if bytes.count > 2 * Self.kept { bytes.removeFirst(bytes.count - Self.kept) }
    }

    /// The last 16 KiB; bytes that are no UTF-8 become U+FFFD.
    var text: String { String(decoding: bytes.suffix(Self.kept), as: UTF8.self) }
}
