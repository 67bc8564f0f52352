// SPDX-License-Identifier: Apache-2.0

/// An anchored pattern of a schema, matched in time linear in the text whatever the pattern.
///
/// Reads the subset `^…$` of: literals, `\` before any punctuation, classes (`[a-z0-9-]`, `[^/]`), `.`, groups, `|`, and
/// the quantifiers `*`, `+`, `?`, `{m}`, `{m,n}`. Texts are matched byte by byte, so classes name ASCII only.
/// Algorithm: Ken Thompson, "Regular Expression Search Algorithm" (1968).
package struct Pattern: Hashable, Sendable {
    private let program: [Instruction]
    /// A compiled pattern never has more instructions than this.
    static let limit = 4_000

    /// Nil when the pattern is not in the subset or would grow too large.
    package init?(_ source: String) {
        var parser = PatternParser(source)
        guard let program = parser.compile() else { return nil }
        self.program = program
    }

    /// True when the whole of `text` matches.
    package func matches(_ text: String) -> Bool {
        var current = PatternThreads(count: program.count)
        var next = PatternThreads(count: program.count)
        current.add(0, program)
        for byte in text.utf8 {
            next.removeAll()
            for position in current.positions {
                if case .byte(let set) = program[position], set.contains(byte) { next.add(position + 1, program) }
            }
            if next.positions.isEmpty { return false }
            swap(&current, &next)
        }
        return current.positions.contains { program[$0] == .match }
    }
}

enum Instruction: Hashable, Sendable {
    case byte(ByteSet)
    case jump(Int)
    case split(Int, Int)
    case match
}

/// A set of bytes as 256 bits.
struct ByteSet: Hashable, Sendable {
    private var words: [UInt64] = [0, 0, 0, 0]

    static var all: ByteSet { ByteSet().inverted }
    var inverted: ByteSet {
        var copy = self
        copy.words = words.map { ~$0 }
        return copy
    }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0 }
}

/// The positions of a program that are alive between two bytes.
private struct PatternThreads {
    private(set) var positions: [Int] = []
    private var isAlive: [Bool]

    init(count: Int) { isAlive = Array(repeating: false, count: count) }

    mutating func removeAll() {
        for position in isAlive.indices { isAlive[position] = false }
        positions.removeAll(keepingCapacity: true)
    }

    mutating func add(_ start: Int, _ program: [Instruction]) {
        var pending = [start]
        while let position = pending.popLast() {
            guard position < program.count, !isAlive[position] else { continue }
            isAlive[position] = true
            switch program[position] {
            case .jump(let target): pending.append(target)
            case .split(let first, let second): pending += [second, first]
            case .byte, .match: positions.append(position)
            }
        }
    }
}
