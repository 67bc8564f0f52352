// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import Workloads

@Suite struct LogLinesTests {
    private let time = Timestamp(secondsSinceEpoch: 0)

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a line cut anywhere is one line`() {
        for cut in 0...6 {
            var lines = LogLines(.stdout)
            let bytes = Array("hello\n".utf8)
            let first = lines.add(bytes[..<cut], at: time)
            let second = lines.add(bytes[cut...], at: time)
            #expect(text(first + second) == "1970-01-01T00:00:00.000000Z stdout F hello\n")
        }
    }

    @Test func `what has no end of line gets one at the end`() {
        var lines = LogLines(.stderr)
        #expect(lines.add(Array("last".utf8), at: time).isEmpty)
        #expect(text(lines.finish(at: time)) == "1970-01-01T00:00:00.000000Z stderr F last\n")
        #expect(lines.finish(at: time).isEmpty)
    }

    @Test func `a long line is cut into partial ones of 16 KiB`() {
        var lines = LogLines(.stdout)
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: LogLines.pieceLimit + 1) + [UInt8(ascii: "\n")]
        let written = text(lines.add(bytes, at: time)).split(separator: "\n")
        #expect(written.map { $0.dropFirst(35).prefix(2) } == ["P ", "F "])
        #expect(written.map { $0.utf8.count - 37 } == [LogLines.pieceLimit, 1])
    }
}
