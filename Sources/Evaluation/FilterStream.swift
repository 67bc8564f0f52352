// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// Answers a stream of lines: one line for each, in order, whatever it holds. A last line may lack its line feed.
package struct FilterStream {
    /// The longest line, in bytes, without its line feed.
    package static let maximumLineBytes = 4 << 20

    private let filter: Filter
    private var line: [UInt8] = []
    private var isTooLong = false

    package init(_ filter: Filter) { self.filter = filter }

    /// Reads on, wherever the pieces are cut, and gives the answers to the lines that have come to their end.
    package mutating func append(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var answers: [UInt8] = []
        var rest = bytes
        while let feed = rest.firstIndex(of: UInt8(ascii: "\n")) {
            extendLine(rest[..<feed])
            answers += endLine()
            rest = rest[(feed + 1)...]
        }
        extendLine(rest)
        return answers
    }

    /// The end of the input: the answer to a last line without its end.
    package mutating func finish() -> [UInt8] { line.isEmpty && !isTooLong ? [] : endLine() }

    private mutating func extendLine(_ bytes: ArraySlice<UInt8>) {
        let room = Self.maximumLineBytes - line.count
        line += bytes.prefix(room)
        if bytes.count > room { isTooLong = true }
    }

    private mutating func endLine() -> [UInt8] {
        let answer =
            isTooLong
            ? ["error": "the line is longer than \(Self.maximumLineBytes) bytes; shorten it"]
            : Self.answer(filter, line)
        line.removeAll(keepingCapacity: true)
        isTooLong = false
        return answer.canonicalBytes + [UInt8(ascii: "\n")]
    }

    private static func answer(_ filter: Filter, _ line: [UInt8]) -> JSONValue {
        do throws(JSONError) {
            var scanner = JSONScanner(line, limits: JSONLimits(maximumDepth: 64))
            let value = try scanner.readValue()
            try scanner.finish()
            return filter(value)
        } catch {
            return ["error": .string("no JSON: \(error.description)")]
        }
    }
}
