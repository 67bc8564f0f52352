// SPDX-License-Identifier: Apache-2.0

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1).
package enum HMAC {
    private static let blockSize = 64

    /// The 32 bytes over `message` under `key`, of any length.
    package static func sha256(_ message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        var block = key.count > blockSize ? SHA256.hash(key) : key
        block += [UInt8](repeating: 0, count: blockSize - block.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        inner.update(message)
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5C })
        outer.update(inner.finalize())
        return outer.finalize()
    }
}
