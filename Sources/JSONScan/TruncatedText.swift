// SPDX-License-Identifier: Apache-2.0

extension String {
    /// At most `count` bytes of text from the start of `bytes`, cut between scalars; bytes that are no UTF-8 become U+FFFD.
    package init(truncating bytes: [UInt8], to count: Int) {
        let count = Swift.max(count, 0)
        var cut = Swift.min(count, bytes.count)
        // Not inside of a scalar: continuation bytes, at most three, go back to their first byte.
        while cut < bytes.count, cut > 0, bytes[cut] & 0xC0 == 0x80, count - cut < 3 { cut -= 1 }
        var text = String(decoding: bytes[..<cut], as: UTF8.self)
        // U+FFFD is longer than the byte that it stands for.
        while text.utf8.count > count { text.unicodeScalars.removeLast() }
        self = text
    }
}
