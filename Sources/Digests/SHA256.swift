// SPDX-License-Identifier: Apache-2.0
import CDigest

/// SHA-256 (FIPS 180-4), fed in pieces.
///
/// It is OpenSSL's: swift-crypto would compile a second BoringSSL of 369 files beside the one in swift-nio-ssl.
package struct SHA256: Sendable {
    private var state = cdigest_sha256()

    package init() { cdigest_sha256_init(&state) }

    /// Adds `bytes` to what is hashed.
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            cdigest_sha256_update(&state, buffer.baseAddress, buffer.count)
        }
        if done == nil { update(Array(bytes)) }
    }

    /// The 32 bytes of the digest of everything so far. More bytes may follow.
    package func finalize() -> [UInt8] {
        var spent = state
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            cdigest_sha256_final(&spent, buffer.baseAddress)
            count = 32
        }
    }

    /// The digest of `bytes`, 32 bytes.
    package static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// The digest of `bytes` as 64 lower-case hexadecimal digits.
    package static func hex(_ bytes: some Sequence<UInt8>) -> String { Hexadecimal.string(hash(bytes)) }
}
