// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `agrees with the vectors of the RFC`(plain: String, coded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == coded)
        #expect(Base64.decode(Array(coded.utf8)[...]) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg=", "Zg", "Zh==", "Zm9=", "====", "Zm9v=", "Z-9v", "Zm9v\n", "=m9v"])
    func `refuses what no encoder writes`(text: String) { #expect(Base64.decode(Array(text.utf8)[...]) == nil) }

    @Test func `both alphabets carry any bytes, and white space may break the lines of one`() {
        var generator = SeededGenerator(seed: 3)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
            let broken = Base64.encode(bytes).map { "\($0)\n " }.joined()
            #expect(Base64.decode(ignoringSpaceIn: broken) == bytes)
        }
    }
}
