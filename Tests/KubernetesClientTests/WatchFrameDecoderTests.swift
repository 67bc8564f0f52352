// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import KubernetesClient

@Suite struct WatchFrameDecoderTests {
    private func frames(_ chunks: [[UInt8]], limit: Int = 1 << 20) -> [WatchFrameDecoder.Frame] {
        var decoder = WatchFrameDecoder(limit: limit)
        var frames: [WatchFrameDecoder.Frame] = []
        for chunk in chunks {
            decoder.feed(chunk)
            while let frame = decoder.next() { frames.append(frame) }
        }
        if let last = decoder.finish() { frames.append(last) }
        return frames
    }

    private func whole(_ texts: String...) -> [WatchFrameDecoder.Frame] { texts.map { .whole(Array($0.utf8)) } }

    @Test(arguments: ["{\"a\":1}\n{\"b\":2}\n", "{\"a\":1}\n{\"b\":2}", "\n{\"a\":1}\n\n \n{\"b\":2}\n\n"])
    func `frames are lines, the last newline is optional, blank lines are nothing`(text: String) {
        #expect(frames([Array(text.utf8)]) == whole("{\"a\":1}", "{\"b\":2}"))
    }

    @Test func `a carriage return before the newline stays inside JSON's white space`() {
        #expect(frames([Array("{}\r\n\r\n{}\r\n".utf8)]) == whole("{}\r", "{}\r"))
    }

    @Test func `nothing is no frame`() {
        #expect(frames([]) == [])
        #expect(frames([[], [], []]) == [])
    }

    @Test(arguments: 0..<50)
    func `chunks may be cut anywhere`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let lines = (0..<20).map { index in "{\"n\":\(index),\"t\":\"" + String(repeating: "é", count: index) + "\"}" }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        var chunks: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: seed < 10 ? 1...1 : 0...40, using: &generator))
            chunks.append(Array(bytes[start..<end]))
            start = end
        }
        #expect(frames(chunks) == lines.map { .whole(Array($0.utf8)) }, "seed \(seed)")
    }

    @Test(arguments: [1, 3, 7, 100])
    func `a frame over the limit is drained and the stream lives on`(size: Int) {
        let text =
            "{\"a\":1}\n" + String(repeating: "x", count: 40) + "\n{\"b\":2}\n" + String(repeating: "y", count: 11)
        let bytes = Array(text.utf8)
        let chunks = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        #expect(
            frames(chunks, limit: 10) == [
                .whole(Array("{\"a\":1}".utf8)), .oversized(bytes: 40), .whole(Array("{\"b\":2}".utf8)),
                .oversized(bytes: 11),
            ])
    }

    @Test func `a frame of exactly the limit is kept`() {
        #expect(
            frames([Array("1234567890\n12345678901\n".utf8)], limit: 10) == [
                .whole(Array("1234567890".utf8)), .oversized(bytes: 11),
            ])
    }
}
