// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// Reads the frames of some units out of a log, fed in pieces of any size.
///
/// Lines that are no frame's are passed over. Frames of units that were not asked for are passed over too: a log says nothing
/// about images that its Job was not made for. Memory is bounded by one frame and the results of the units.
package struct FrameReader {
    /// What came of a unit: a result that can be believed, or why there is none.
    package typealias Outcome = Result<UnitResult, FrameError>

    private let units: Set<String>
    private var outcomes: [String: Outcome] = [:]
    private var line: [UInt8] = []
    private var isLineTooLong = false
    private var open: OpenFrame?

    /// A reader for the frames of `units`.
    package init(units: some Sequence<String>) { self.units = Set(units) }

    /// Reads on, wherever the pieces are cut.
    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let feed = rest.firstIndex(of: UInt8(ascii: "\n")) {
            extendLine(rest[..<feed])
            endLine()
            rest = rest[(feed + 1)...]
        }
        extendLine(rest)
    }

    /// Reads on, wherever the pieces are cut.
    package mutating func append(_ bytes: [UInt8]) { append(bytes[...]) }

    private mutating func extendLine(_ bytes: ArraySlice<UInt8>) {
        let room = Frame.maximumLineBytes - line.count
        line += bytes.prefix(room)
        if bytes.count > room { isLineTooLong = true }
    }

    /// The end of the log: an outcome for every unit.
    package mutating func finish() -> [String: Outcome] {
        // A line without its end may be cut anywhere; only a whole one counts.
        close(with: .cut)
        var result: [String: Outcome] = [:]
        for unit in units { result[unit] = outcomes[unit] ?? .failure(.missing) }
        return result
    }

    private mutating func endLine() {
        defer {
            line.removeAll(keepingCapacity: true)
            isLineTooLong = false
        }
        guard line.starts(with: Frame.mark.utf8) else { return }
        guard !isLineTooLong else { return close(with: .malformed) }
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let version = words[0].dropFirst(Frame.mark.utf8.count)
        guard version.elementsEqual(Frame.version.utf8) else { return readUnknownVersion(version, words) }
        switch words.count > 1 ? String(decoding: words[1], as: UTF8.self) : "" {
        case "begin": begin(words)
        case "data": readData(words)
        case "end": end(words)
        default: close(with: .malformed)
        }
    }

    private mutating func readUnknownVersion(_ version: ArraySlice<UInt8>, _ words: [ArraySlice<UInt8>]) {
        close(with: .malformed)
        guard words.count > 2, words[1].elementsEqual("begin".utf8) else { return }
        let text = CleanText.stripped(String(truncating: Array(version), to: 32))
        record(.failure(.unknownVersion(text)), for: String(decoding: words[2], as: UTF8.self))
    }

    private mutating func begin(_ words: [ArraySlice<UInt8>]) {
        // A frame inside of another: the outer one has no end.
        close(with: .cut)
        let texts = words.map { String(decoding: $0, as: UTF8.self) }
        guard texts.count == 8 else {
            if texts.count > 2 { record(.failure(.malformed), for: texts[2]) }
            return
        }
        let unit = texts[2]
        guard units.contains(unit) else { return }
        guard let length = Self.number(texts[5]), let lines = Self.number(texts[6]), texts[7].utf8.count == 64,
            lines == (length + Frame.bytesOfDataLine - 1) / Frame.bytesOfDataLine
        else { return record(.failure(.malformed), for: unit) }
        guard length <= Frame.maximumPayloadBytes else { return record(.failure(.tooLarge), for: unit) }
        open = OpenFrame(
            unit: unit, header: texts[2...6].joined(separator: " "), outcome: texts[3], exit: texts[4], length: length,
            lines: lines, digest: texts[7])
    }

    /// A number as the courier writes it: digits alone, no leading zero.
    private static func number(_ text: String) -> Int? {
        guard let value = Int(text), value >= 0, String(value) == text else { return nil }
        return min(value, 1 << 40)
    }

    private mutating func readData(_ words: [ArraySlice<UInt8>]) {
        guard let frame = open else { return }
        guard words.count == 4, let index = Self.number(String(decoding: words[2], as: UTF8.self)),
            let bytes = Base64.decode(words[3])
        else { return close(with: .malformed) }
        guard index == frame.read, index < frame.lines else { return close(with: .cut) }
        guard bytes.count == min(Frame.bytesOfDataLine, frame.length - frame.payload.count) else {
            return close(with: .malformed)
        }
        open?.payload += bytes
        open?.read += 1
    }

    private mutating func end(_ words: [ArraySlice<UInt8>]) {
        guard let frame = open else { return }
        let texts = words.map { String(decoding: $0, as: UTF8.self) }
        guard texts.count == 4, texts[2] == frame.unit, texts[3] == frame.digest else { return close(with: .malformed) }
        guard frame.read == frame.lines, frame.payload.count == frame.length else { return close(with: .cut) }
        open = nil
        do throws(FrameError) {
            record(.success(try frame.result()), for: frame.unit)
        } catch {
            record(.failure(error), for: frame.unit)
        }
    }

    /// Gives up the open frame, if any.
    private mutating func close(with error: FrameError) {
        guard let frame = open else { return }
        open = nil
        record(.failure(error), for: frame.unit)
    }

    private mutating func record(_ outcome: Outcome, for unit: String) {
        guard units.contains(unit) else { return }
        outcomes[unit] = outcomes[unit] == nil ? outcome : .failure(.repeated)
    }
}

/// A frame that has begun.
private struct OpenFrame {
    var unit: String
    /// What the digest covers of `begin`.
    var header: String
    var outcome: String
    var exit: String
    var length: Int
    var lines: Int
    var digest: String
    var payload: [UInt8] = []
    /// How many data lines have been read.
    var read = 0

    func result() throws(FrameError) -> UnitResult {
        guard Frame.digest(header: header, payload: payload) == digest else { throw .wrongDigest }
        let content: [UInt8]
        do throws(GzipError) {
            content = try Gzip.decompress(payload, limit: Frame.maximumContentBytes)
        } catch .tooLarge {
            throw .tooLarge
        } catch {
            throw .unreadable("it is no gzip")
        }
        let result: UnitResult
        do throws(JSONError) {
            var scanner = JSONScanner(content, limits: JSONLimits(maximumDepth: 16))
            result = try UnitResult(from: &scanner)
            try scanner.finish()
        } catch {
            throw .unreadable(error.description)
        }
        guard result.outcomeWord == outcome, result.exitWord == exit else { throw .malformed }
        return result
    }
}
