// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Digests

@Suite struct `SHA-256` {
    /// FIPS 180-4 examples and NIST CAVP SHA256ShortMsg; the million is from the NIST example values.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func `agrees with the published vectors`(message: String, digest: String) {
        #expect(SHA256.hex(Array(message.utf8)) == digest)
    }

    @Test func `does not care where the pieces are cut`() {
        let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let whole = SHA256.hash(message)
        for cut in 0...message.count {
            var hash = SHA256()
            hash.update(message[..<cut])
            hash.update(message[cut...].lazy.map { $0 })
            #expect(hash.finalize() == whole, "cut at \(cut)")
        }
    }

    @Test func `goes on after a digest was taken`() {
        var hash = SHA256()
        hash.update("a".utf8)
        _ = hash.finalize()
        hash.update("bc".utf8)
        #expect(Hexadecimal.string(hash.finalize()) == SHA256.hex("abc".utf8))
    }

    @Test func `reads hexadecimal back and refuses the rest`() {
        let all = (UInt8.min...UInt8.max).map { $0 }
        #expect(Hexadecimal.bytes(Hexadecimal.string(all)) == all)
        #expect(Hexadecimal.bytes("AbC0") == [0xAB, 0xC0])
        #expect(Hexadecimal.bytes("") == [])
        for text in ["a", "0g", "0x10", " 10", "1é"] { #expect(Hexadecimal.bytes(text) == nil, "\(text)") }
    }
}
