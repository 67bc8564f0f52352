// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import JSONScan
import Testing

@testable import TrivyReport

@Suite struct `A frame` {
    static let failure = UnitResult.failed(
        ScanFailure(
            reason: .unauthorized, message: "no", exitCode: 1, stderrTail: "FATAL\nno \"access\"",
            usage: ScanUsage(milliseconds: 7, peakMemoryBytes: 8)))

    static func read(_ log: [UInt8], units: [String] = ["u"]) -> [String: FrameReader.Outcome] {
        var reader = FrameReader(units: units)
        reader.append(log)
        return reader.finish()
    }

    static func frame(_ unit: String = "u", _ result: UnitResult = failure) throws -> [UInt8] {
        try #require(Frame.encode(unit: unit, result))
    }

    @Test(arguments: ["vulnerable", "leaky", "clean"])
    func `carries a result`(name: String) throws {
        let result = UnitResult.scanned(try reduce(report(name)))
        #expect(Self.read(try Self.frame("u", result)) == ["u": .success(result)])
    }

    @Test(arguments: ScanFailure.Reason.allCases)
    func `carries a failure`(reason: ScanFailure.Reason) throws {
        let result = UnitResult.failed(ScanFailure(reason: reason, message: "m", signal: 9, stderrTail: "\u{7}é\n"))
        let read = Self.read(try Self.frame("u", result))["u"]
        // What a terminal would obey is written out.
        let expected = UnitResult.failed(ScanFailure(reason: reason, message: "m", signal: 9, stderrTail: "\\u{7}é\n"))
        #expect(read == .success(expected))
    }

    @Test func `is read in pieces of any size, among other lines`() throws {
        let second = UnitResult.scanned(largeResult(findings: 300))
        let log =
            bytes("2026-11-21T08:50:42Z\tINFO starting\n") + (try Self.frame("a")) + bytes("sidecar says hello\n\n")
            + (try Self.frame("b/c@sha256:00", second))
            + bytes("watchbill-fram\n\0\u{FF}\nlast words without a line feed")
        let expected: [String: FrameReader.Outcome] = [
            "a": .success(Self.failure), "b/c@sha256:00": .success(second), "other": .failure(.missing),
        ]
        for size in [1, 2, 7, 64, 1_000, log.count] {
            var reader = FrameReader(units: ["a", "b/c@sha256:00", "other"])
            for start in stride(from: 0, to: log.count, by: size) {
                reader.append(log[start..<min(start + size, log.count)])
            }
            #expect(reader.finish() == expected, "pieces of \(size)")
        }
    }

    @Test func `survives lines of others between its own`() throws {
        let lines = (try Self.frame("u", .scanned(largeResult(findings: 300)))).split(separator: 10)
        #expect(lines.count > 4)
        let noisy = Array(lines.joined(separator: bytes("\nWARN something\n")) + [10])
        #expect(Self.read(noisy) == ["u": .success(.scanned(largeResult(findings: 300)))])
    }

    @Test func `has lines of at most 8 KiB and names its unit`() throws {
        for line in try Self.frame("u", .scanned(largeResult(findings: 2_000))).split(separator: 10) {
            #expect(line.count <= 8192)
        }
        for unit in ["", "a b", "a\n", "é", String(repeating: "x", count: 201)] {
            #expect(Frame.encode(unit: unit, Self.failure) == nil)
        }
    }

    @Test func `degrades to the worst, with the numbers of all`() throws {
        let large = largeResult(findings: 20_000)
        let frame = try Self.frame("u", .scanned(large))
        #expect(frame.count <= Frame.maximumBytes)
        guard case .scanned(let read)? = try Self.read(frame)["u"]?.get() else {
            Issue.record("no result")
            return
        }
        #expect(read.isTruncated && read.totals == large.totals && read.totalFindings == 20_000)
        #expect(read.findings.count > 1_000 && read.findings == Array(large.findings.prefix(read.findings.count)))

        var secrets = ScanResult()
        secrets.secrets = largeResult(findings: 9_000).findings.map { finding in
            let path = String(repeating: finding.title ?? "", count: 6)
            return SecretFinding(rule: finding.id, severity: .high, path: String(path.prefix(500)), line: 1)
        }
        secrets.totals.secrets.high = 9_000
        guard case .scanned(let few)? = try Self.read(try Self.frame("u", .scanned(secrets)))["u"]?.get() else {
            Issue.record("no result")
            return
        }
        #expect(few.totals.secrets.high == 9_000 && few.secrets.count < 9_000 && few.isTruncated)
    }

    @Test func `cut at any byte is no result`() throws {
        let frame = try Self.frame()
        for cut in 0..<frame.count {
            for rest in [[], bytes("\n"), bytes("\nother line\n")] {
                // The line feed at the very end is the one byte that nothing is lost with.
                if cut == frame.count - 1, !rest.isEmpty { continue }
                let outcome = Self.read(Array(frame[..<cut]) + rest)["u"]
                #expect(throws: FrameError.self, "cut at \(cut)") { try outcome?.get() }
            }
        }
    }

    @Test func `with any byte changed is no result`() throws {
        let frame = try Self.frame()
        for place in frame.indices {
            for bit in 0..<8 {
                var altered = frame
                altered[place] ^= 1 << UInt8(bit)
                let outcome = Self.read(altered)["u"]
                #expect(throws: FrameError.self, "bit \(bit) of byte \(place)") { try outcome?.get() }
            }
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `mutated is an error or the same result, never another`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 0xF4A3E &+ seed)
        let units = ["a", "b"]
        let results = ["a": Self.failure, "b": UnitResult.scanned(try reduce(report("leaky")))]
        let log = try Self.frame("a", results["a"]!) + Self.frame("b", results["b"]!)
        var survivors = 0
        for round in 0..<1_000 {
            var altered = log
            for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&altered, &generator) }
            for (unit, outcome) in Self.read(altered, units: units) {
                if case .success(let result) = outcome {
                    survivors += 1
                    #expect(result == results[unit], "seed \(seed), round \(round)")
                }
            }
        }
        #expect(survivors > 0, "seed \(seed)")
    }

    private func mutate(_ log: inout [UInt8], _ generator: inout SeededGenerator) {
        let place = Int.random(in: 0..<log.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: log[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: log.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 2: log.remove(at: place)
        case 3: log.removeSubrange(place..<min(place + Int.random(in: 0...300, using: &generator), log.count))
        case 4:
            let piece = log[place..<min(place + Int.random(in: 0...300, using: &generator), log.count)]
            log.insert(contentsOf: piece, at: Int.random(in: 0..<log.count, using: &generator))
        default:
            let lines = log.split(separator: 10, omittingEmptySubsequences: false).shuffled(using: &generator)
            log = Array(lines.joined(separator: [10]))
        }
        if log.isEmpty { log = [10] }
    }
}

@Suite struct `A frame that is not to be believed` {
    private func lines(_ frame: [UInt8]) -> [String] {
        String(decoding: frame, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    private func read(_ lines: [String], units: [String] = ["u"]) -> FrameReader.Outcome? {
        `A frame`.read(bytes(lines.map { $0 + "\n" }.joined()), units: units)["u"]
    }
    /// A frame with a right digest around any payload.
    private func sealed(_ payload: [UInt8], outcome: String = "scanned", exit: String = "0") -> [String] {
        let count = (payload.count + Frame.bytesOfDataLine - 1) / Frame.bytesOfDataLine
        let header = "u \(outcome) \(exit) \(payload.count) \(count)"
        let digest = Frame.digest(header: header, payload: payload)
        let data = (0..<count).map { index in
            let piece = payload[
                (index * Frame.bytesOfDataLine)..<min((index + 1) * Frame.bytesOfDataLine, payload.count)]
            return "watchbill-frame/1 data \(index) \(String(decoding: Base64.encode(piece), as: UTF8.self))"
        }
        return ["watchbill-frame/1 begin \(header) \(digest)"] + data + ["watchbill-frame/1 end u \(digest)"]
    }

    @Test func `comes twice`() throws {
        let frame = lines(try `A frame`.frame())
        #expect(read(frame + frame) == .failure(.repeated))
        #expect(read(Array(frame.dropLast()) + frame) == .failure(.repeated))
        #expect(read(frame + ["watchbill-frame/2 begin u x"]) == .failure(.repeated))
    }

    @Test func `is mixed with another`() throws {
        let (a, b) = (lines(try `A frame`.frame("a")), lines(try `A frame`.frame("u")))
        let mixed = zip(a, b).flatMap { [$0, $1] }
        let outcomes = `A frame`.read(bytes(mixed.map { $0 + "\n" }.joined()), units: ["a", "u"])
        for outcome in outcomes.values { #expect(throws: FrameError.self) { try outcome.get() } }
        #expect(outcomes.count == 2)
    }

    @Test func `lacks a line or has them in another order`() throws {
        let frame = lines(try `A frame`.frame("u", .scanned(largeResult(findings: 300))))
        #expect(frame.count > 4)
        for index in frame.indices {
            var without = frame
            without.remove(at: index)
            #expect(throws: FrameError.self, "line \(index)") { try read(without)?.get() }
            // An end after the end says nothing new.
            if index == frame.count - 1 { continue }
            var doubled = frame
            doubled.insert(frame[index], at: index)
            #expect(throws: FrameError.self, "line \(index)") { try read(doubled)?.get() }
        }
        var swapped = frame
        swapped.swapAt(1, 2)
        #expect(read(swapped) == .failure(.cut))
    }

    @Test func `is of another version`() throws {
        let frame = lines(try `A frame`.frame()).map { $0.replacing("frame/1", with: "frame/2") }
        #expect(read(frame) == .failure(.unknownVersion("2")))
    }

    @Test func `has a digest that is not its own`() throws {
        let good = sealed(Gzip.compress(UnitResult.scanned(ScanResult()).json.canonicalBytes))
        #expect(read(good) == .success(.scanned(ScanResult())))
        let other = sealed(Gzip.compress(`A frame`.failure.json.canonicalBytes))
        #expect(
            read([good[0], other[1], good[2]]).map { $0 == .failure(.wrongDigest) || $0 == .failure(.malformed) }
                == true)
        let digest = String(repeating: "0", count: 64)
        let forged = good.map { line in line.hasPrefix("watchbill-frame/1 data") ? line : line.dropLast(64) + digest }
        #expect(read(forged) == .failure(.wrongDigest))
    }

    @Test(arguments: [
        "", "{}", "null", "[]", #"{"scanned":{}}"#, #"{"scanned":null}"#, #"{"other":{}}"#,
        #"{"scanned":{"totals":{}},"failed":{}}"#,
        #"{"scanned":{"totals":{}}}x"#, #"{"scanned":{"totals":{},"findings":[{"severity":"Bad"}]}}"#, "\u{0}",
        #"{"scanned":{"totals":{},"findings":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}}"#,
    ])
    func `holds something else`(content: String) {
        let outcome = read(sealed(Gzip.compress(bytes(content))))
        guard case .failure(.unreadable) = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
    }

    @Test func `says another outcome than it holds`() {
        let payload = Gzip.compress(`A frame`.failure.json.canonicalBytes)
        #expect(read(sealed(payload, outcome: "failed", exit: "1")) == .success(`A frame`.failure))
        #expect(read(sealed(payload, outcome: "scanned", exit: "1")) == .failure(.malformed))
        #expect(read(sealed(payload, outcome: "failed", exit: "0")) == .failure(.malformed))
        #expect(read(sealed(bytes("no gzip at all, only text"))) == .failure(.unreadable("it is no gzip")))
    }

    @Test func `is a bomb`() {
        let bomb = Gzip.compress([UInt8](repeating: 0x20, count: Frame.maximumContentBytes + 1))
        #expect(bomb.count < 20_000)
        #expect(read(sealed(bomb)) == .failure(.tooLarge))
        // A trailer that lies about the size.
        var lying = bomb
        lying.replaceSubrange((lying.count - 4)..<lying.count, with: [16, 0, 0, 0])
        #expect(read(sealed(lying)) == .failure(.unreadable("it is no gzip")))
        let header = "u scanned 0 99999999 16667"
        #expect(read(["watchbill-frame/1 begin \(header) \(String(repeating: "0", count: 64))"]) == .failure(.tooLarge))
    }

    @Test func `has a line without end`() throws {
        var reader = FrameReader(units: ["u"])
        reader.append(
            bytes(
                "watchbill-frame/1 begin u failed 1 60 1 \(String(repeating: "a", count: 64))\nwatchbill-frame/1 data 0 "
            ))
        for _ in 0..<100 { reader.append([UInt8](repeating: 0x41, count: 10_000)) }
        reader.append([10])
        #expect(reader.finish()["u"] == .failure(.malformed))
    }

    @Test func `is of a unit that nobody asked for`() throws {
        let frame = lines(try `A frame`.frame("stranger"))
        #expect(read(frame) == .failure(.missing))
        #expect(`A frame`.read(bytes(frame.joined(separator: "\n") + "\n"), units: []) == [:])
    }
}

@Suite struct `Base64 and gzip` {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `agree with RFC 4648`(plain: String, encoded: String) {
        #expect(Base64.encode(bytes(plain)[...]) == bytes(encoded))
        #expect(Base64.decode(bytes(encoded)[...]) == bytes(plain))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm-v", "Zm=v"])
    func `refuse what is not written so`(text: String) { #expect(Base64.decode(bytes(text)[...]) == nil) }

    @Test func `go there and back`() throws {
        var generator = SeededGenerator(seed: 3)
        for count in [0, 1, 2, 3, 100, 70_000] {
            let content = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base64.decode(Base64.encode(content[...])[...]) == content)
            #expect(try Gzip.decompress(Gzip.compress(content), limit: count) == content)
            if count > 0 {
                #expect(throws: GzipError.tooLarge(limit: count - 1)) {
                    try Gzip.decompress(Gzip.compress(content), limit: count - 1)
                }
            }
            #expect(throws: GzipError.self) { try Gzip.decompress(Gzip.compress(content) + [0], limit: 1 << 20) }
            #expect(throws: GzipError.self) {
                try Gzip.decompress(Array(Gzip.compress(content).dropLast()), limit: 1 << 20)
            }
        }
    }
}

@Suite struct `Frames that share a log` {
    @Test(arguments: [1, 16, 17, 20, 50, 64])
    func `stay below what the kubelet keeps, each with all numbers`(count: Int) throws {
        let limit = Frame.maximumBytes(sharing: count)
        let large = UnitResult.scanned(largeResult(findings: 5_000))
        let frame = try #require(Frame.encode(unit: "u", large, upTo: limit))
        #expect(frame.count <= limit && frame.count * count <= Frame.maximumLogBytes)
        var reader = FrameReader(units: ["u"])
        reader.append(frame)
        guard case .success(.scanned(let result))? = reader.finish()["u"] else {
            Issue.record("unreadable")
            return
        }
        #expect(result.totals.vulnerabilities.high == 5_000 && result.findings.count > 400)
    }

    @Test func `no frame is smaller than its numbers`() {
        #expect(Frame.encode(unit: "u", .scanned(largeResult(findings: 10)), upTo: 100) == nil)
        #expect(Frame.maximumBytes(sharing: 0) == Frame.maximumBytes && Frame.maximumBytes(sharing: -1) > 0)
    }
}
