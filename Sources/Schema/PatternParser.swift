// SPDX-License-Identifier: Apache-2.0

/// Compiles a pattern to instructions whose targets are relative to nothing: a piece is moved when it is placed.
struct PatternParser {
    private typealias Piece = [Instruction]
    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(_ source: String) { bytes = Array(source.utf8) }

    /// The program of the whole pattern, nil when it is not in the subset.
    mutating func compile() -> [Instruction]? {
        guard take("^"), let piece = alternatives(), take("$"), index == bytes.count else { return nil }
        return piece + [.match]
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: wanted) else { return false }
        index += 1
        return true
    }

    private mutating func alternatives() -> Piece? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 16, var piece = sequence() else { return nil }
        while take("|") {
            guard let other = sequence() else { return nil }
            let first = piece.count
            piece =
                [.split(1, first + 2)] + Self.moved(piece, by: 1) + [.jump(first + 2 + other.count)]
                + Self.moved(other, by: first + 2)
            if piece.count > Pattern.limit { return nil }
        }
        return piece
    }

    private mutating func sequence() -> Piece? {
        var piece: Piece = []
        while let byte = current, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")"), byte != UInt8(ascii: "$") {
            guard let atom = atom(), let repeated = quantified(atom) else { return nil }
            piece += Self.moved(repeated, by: piece.count)
            if piece.count > Pattern.limit { return nil }
        }
        return piece
    }

    private mutating func atom() -> Piece? {
        guard let byte = current else { return nil }
        index += 1
        switch byte {
        case UInt8(ascii: "("):
            guard let inner = alternatives(), take(")") else { return nil }
            return inner
        case UInt8(ascii: "["): return characterClass()
        case UInt8(ascii: "."): return [.byte(.all)]
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: "]"),
            UInt8(ascii: "^"):
            return nil
        case UInt8(ascii: "\\"):
            guard let escaped = punctuation() else { return nil }
            return [.byte(Self.one(escaped))]
        default: return byte < 0x80 ? [.byte(Self.one(byte))] : nil
        }
    }

    /// The byte behind a backslash; letters and digits would be classes and references, which are not in the subset.
    private mutating func punctuation() -> UInt8? {
        guard let byte = current, byte > 0x20, byte < 0x7F, !Self.isWord(byte) else { return nil }
        index += 1
        return byte
    }

    private mutating func characterClass() -> Piece? {
        var set = ByteSet()
        let isInverted = take("^")
        while let byte = current, byte != UInt8(ascii: "]") {
            guard let low = classByte() else { return nil }
            var high = low
            if current == UInt8(ascii: "-"), index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "]") {
                index += 1
                guard let upper = classByte(), upper >= low else { return nil }
                high = upper
            }
            set.insert(low...high)
        }
        guard take("]") else { return nil }
        return [.byte(isInverted ? set.inverted : set)]
    }

    private mutating func classByte() -> UInt8? {
        guard let byte = current, byte < 0x80, byte != UInt8(ascii: "[") else { return nil }
        index += 1
        return byte == UInt8(ascii: "\\") ? punctuation() : byte
    }

    private mutating func quantified(_ atom: Piece) -> Piece? {
        if take("*") { return Self.star(atom) }
        if take("+") { return atom + Self.moved(Self.star(atom), by: atom.count) }
        if take("?") { return Self.optional(atom) }
        guard take("{") else { return atom }
        guard let minimum = number() else { return nil }
        var maximum = minimum
        if take(",") {
            guard let upper = number() else { return nil }
            maximum = upper
        }
        guard take("}"), maximum >= minimum, maximum * (atom.count + 1) <= Pattern.limit else { return nil }
        var piece: Piece = []
        for _ in 0..<minimum { piece += Self.moved(atom, by: piece.count) }
        for _ in minimum..<maximum { piece += Self.moved(Self.optional(atom), by: piece.count) }
        return piece
    }

    private mutating func number() -> Int? {
        var value = 0
        let start = index
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 100_000)
            index += 1
        }
        return index > start ? value : nil
    }

    private static func star(_ piece: Piece) -> Piece {
        [.split(1, piece.count + 2)] + moved(piece, by: 1) + [.jump(0)]
    }

    private static func optional(_ piece: Piece) -> Piece { [.split(1, piece.count + 1)] + moved(piece, by: 1) }

    private static func moved(_ piece: Piece, by distance: Int) -> Piece {
        piece.map { instruction in
            switch instruction {
            case .jump(let target): .jump(target + distance)
            case .split(let first, let second): .split(first + distance, second + distance)
            case .byte, .match: instruction
            }
        }
    }

    private static func one(_ byte: UInt8) -> ByteSet {
        var set = ByteSet()
        set.insert(byte...byte)
        return set
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
