// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel
import Testing

@testable import Evaluation

@Suite struct FilterStreamTests {
    static let input = """
        {"image":"a"}
        no JSON

        {"image":"b"} x
        {"image":"B"}
        {"image":"c"}
        """
    static let output = """
        {"image":"docker.io/library/a"}
        {"error":"no JSON: expected a value (null?) (at byte 0)"}
        {"error":"no JSON: expected a value, but the document ends here (at byte 0)"}
        {"error":"no JSON: expected the end of the document, found 'x' (at byte 14)"}
        {"error":"image \\"B\\": the repository \\"library/B\\" must be lower case; write it so"}
        {"image":"docker.io/library/c"}

        """

    /// The complete name alone, so that the lines stay short.
    static let filter = Filter(
        "complete", "", input: [.init("image", "string", "")], output: [], examples: [],
        answer: { (input) throws(FilterError) in
            ["image": .string(try Filter.reference(input.string("image")).name)]
        })

    @Test(arguments: [1, 2, 7, 1_000])
    func `one line answers one line, wherever the pieces are cut`(size: Int) {
        var stream = FilterStream(Self.filter)
        var rest = Array(Self.input.utf8)[...]
        var answers: [UInt8] = []
        while !rest.isEmpty {
            answers += stream.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        answers += stream.finish()
        #expect(String(decoding: answers, as: UTF8.self) == Self.output)
        #expect(stream.finish().isEmpty)
    }

    @Test func `a line beyond the limit costs one answer and no memory`() {
        var stream = FilterStream(Self.filter)
        let piece = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        for _ in 0..<6 { #expect(stream.append(piece[...]).isEmpty) }
        let answers = stream.append(Array("\n{\"image\":\"a\"}\n".utf8)[...])
        #expect(
            String(decoding: answers, as: UTF8.self) == """
                {"error":"the line is longer than 4194304 bytes; shorten it"}
                {"image":"docker.io/library/a"}

                """)
    }
}
