// SPDX-License-Identifier: Apache-2.0
import Essentials
import FoundationEssentials
import Testing

@testable import JSONScan

/// Foundation's reading of a document, for comparison.
private indirect enum Oracle: Decodable, Equatable {
    case null, bool(Bool), number(Double), string(String), array([Oracle]), object([String: Oracle])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([Oracle].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: Oracle].self))
        }
    }

    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .number(Double(value))
        case .number(let text): self = .number(Double(text) ?? .nan)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map(Oracle.init))
        case .object(let members): self = .object(members.mapValues(Oracle.init))
        }
    }
}

@Suite struct `Against Foundation` {
    /// Where the two differ on purpose, so that such documents are not compared:
    /// we repair lone surrogates and broken UTF-8 (Foundation throws), keep numbers that no Double holds, and let the last
    /// of equal names win (Foundation: unspecified). Foundation guesses UTF-16 and UTF-32 from zero bytes, refuses the legal
    /// `0e5`, and takes the illegal `{"a":1,}`.
    private static func isComparable(_ document: [UInt8]) -> Bool {
        if document.contains(0) || String(validating: document, as: UTF8.self) == nil { return false }
        let text = String(decoding: document, as: UTF8.self).lowercased()
        return !text.contains("\\ud") && !text.hasPrefix("\u{FEFF}") && !hasZeroWithExponent(Array(text.utf8))
    }

    private static func hasZeroWithExponent(_ text: [UInt8]) -> Bool {
        text.indices.dropLast().contains { index in
            text[index] == UInt8(ascii: "0") && text[index + 1] == UInt8(ascii: "e")
                && (index == 0 || !"0123456789.".utf8.contains(text[index - 1]))
        }
    }

    private static func hasOnlyFiniteNumbersAndUniqueNames(_ document: [UInt8]) throws -> Bool {
        var scanner = JSONScanner(document)
        return try check(&scanner)
    }

    private static func check(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
        var good = true
        switch try scanner.readToken() {
        case .number(let text): good = Double(text).map { $0.isFinite } ?? false
        case .array: try scanner.readArray { (scanner) throws(JSONError) in if try !check(&scanner) { good = false } }
        case .object:
            var names: Set<String> = []
            try scanner.readObject { (key, scanner) throws(JSONError) in
                if !names.insert(key.string).inserted { good = false }
                if try !check(&scanner) { good = false }
            }
        default: break
        }
        return good
    }

    private static func compare(_ document: [UInt8], _ comment: Comment) throws -> Bool {
        let mine: JSONValue?
        do {
            mine = try JSONValue(parsing: document)
        } catch {
            if error.reason == "expected a member's name, found '}'" { return false }
            mine = nil
        }
        #expect(`The JSON grammar`.accepts(document) == (mine != nil), comment)
        guard isComparable(document) else { return false }
        if mine != nil, try !hasOnlyFiniteNumbersAndUniqueNames(document) { return false }
        let theirs = try? JSONDecoder().decode(Oracle.self, from: Data(document))
        #expect(mine.map(Oracle.init) == theirs, comment)
        return true
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `generated documents read the same`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 0xA11CE &+ seed)
        var compared = 0
        for round in 0..<150 {
            var writer = DocumentGenerator(generator: generator.fork())
            if try Self.compare(writer.document(), "seed \(seed), round \(round)") { compared += 1 }
        }
        #expect(compared > 50, "seed \(seed): too few documents were comparable")
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `mutated documents are accepted and refused alike`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 0xB0B &+ seed)
        var (accepted, refused) = (0, 0)
        for round in 0..<600 {
            var writer = DocumentGenerator(generator: generator.fork())
            var document = writer.document(size: 12)
            for _ in 0..<Int.random(in: 1...3, using: &generator) { mutate(&document, &generator) }
            if try Self.compare(document, "seed \(seed), round \(round): \(String(decoding: document, as: UTF8.self))")
            {
                if (try? JSONValue(parsing: document)) == nil { refused += 1 } else { accepted += 1 }
            }
        }
        #expect(accepted > 20 && refused > 200, "seed \(seed): \(accepted) accepted, \(refused) refused")
    }

    @Test func `a document cut anywhere is refused and nothing traps`() {
        var writer = DocumentGenerator(generator: SeededGenerator(seed: 7))
        let document = bytes("[") + writer.document(size: 60) + bytes("]")
        for cut in 0..<document.count {
            #expect(!`The JSON grammar`.accepts(Array(document[..<cut])), "cut at \(cut)")
            // The same cut as a range of the larger buffer must not see what lies behind it.
            var scanner = JSONScanner(document, in: 0..<cut)
            #expect((try? scanner.skipValue()) == nil, "cut at \(cut)")
        }
    }

    @Test func `random bytes never trap`() {
        var generator = SeededGenerator(seed: 99)
        let alphabet = bytes("{}[]\":,\\u0dn8tfe-+.E1 \n") + [0, 0x80, 0xFF]
        for _ in 0..<20_000 {
            let document = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator)!
            }
            _ = `The JSON grammar`.accepts(document)
        }
    }

    private func mutate(_ document: inout [UInt8], _ generator: inout SeededGenerator) {
        let alphabet = bytes("{}[]\":,\\u0n1tfe-+. é\n")
        guard !document.isEmpty else { return }
        let place = Int.random(in: 0..<document.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: document[place] = alphabet.randomElement(using: &generator)!
        case 1: document.insert(alphabet.randomElement(using: &generator)!, at: place)
        case 2: document.remove(at: place)
        default: document[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
    }
}
