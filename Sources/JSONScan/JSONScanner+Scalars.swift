// SPDX-License-Identifier: Apache-2.0

extension JSONScanner {
    /// A string; `null` is an error.
    package mutating func readString() throws(JSONError) -> String {
        try step { view, index throws(JSONError) in try Self.string(view, &index) }
    }

    /// A string, nil for `null`.
    package mutating func readOptionalString() throws(JSONError) -> String? {
        try step { view, index throws(JSONError) in
            if view[index] == UInt8(ascii: "n") {
                try view.skipWord(&index, "null")
                return nil
            }
            return try Self.string(view, &index)
        }
    }

    /// A string of which at most `bytes` bytes of text are made, however long it is; cut between characters.
    package mutating func readString(upTo bytes: Int) throws(JSONError) -> String {
        try step { view, index throws(JSONError) in
            let (content, hasEscapes) = try Self.stringContent(view, &index)
            // An escape takes at most six bytes for each one that it stands for; what follows the cut shows where a scalar ends.
            let limit = min(max(bytes, 0), content.count)
            let wanted = min((limit + 4) * 6, content.count)
            let range = content.lowerBound..<(content.lowerBound + wanted)
            return String(truncating: hasEscapes ? view.resolved(range) : view.array(range), to: limit)
        }
    }

    /// An integer literal that fits 64 bits; one with a fraction or an exponent is refused, whatever its value.
    package mutating func readInteger() throws(JSONError) -> Int64 {
        try step { view, index throws(JSONError) in try Self.integer(view, &index) }
    }

    /// An integer, nil for `null`.
    package mutating func readOptionalInteger() throws(JSONError) -> Int64? {
        try step { view, index throws(JSONError) in
            if view[index] == UInt8(ascii: "n") {
                try view.skipWord(&index, "null")
                return nil
            }
            return try Self.integer(view, &index)
        }
    }

    /// `true` or `false`; `null` is an error.
    package mutating func readBool() throws(JSONError) -> Bool {
        try step { view, index throws(JSONError) in try Self.bool(view, &index) }
    }

    /// A boolean, nil for `null`.
    package mutating func readOptionalBool() throws(JSONError) -> Bool? {
        try step { view, index throws(JSONError) in
            if view[index] == UInt8(ascii: "n") {
                try view.skipWord(&index, "null")
                return nil
            }
            return try Self.bool(view, &index)
        }
    }

    @inline(__always) static func string(_ view: ByteView, _ index: inout Int) throws(JSONError) -> String {
        let (content, hasEscapes) = try stringContent(view, &index)
        return hasEscapes ? String(decoding: view.resolved(content), as: UTF8.self) : view.string(content)
    }

    @inline(__always) private static func stringContent(
        _ view: ByteView, _ index: inout Int
    ) throws(JSONError) -> (content: Range<Int>, hasEscapes: Bool) {
        guard view[index] == UInt8(ascii: "\"") else {
            throw JSONError(offset: min(index, view.end), reason: "expected a string, found \(view.kind(at: index))")
        }
        index &+= 1
        let start = index
        var hasEscapes = false
        try view.skipString(&index, hasEscapes: &hasEscapes)
        return (start..<(index &- 1), hasEscapes)
    }

    @inline(__always) private static func integer(_ view: ByteView, _ index: inout Int) throws(JSONError) -> Int64 {
        let start = index
        guard view[index] == UInt8(ascii: "-") || view[index] &- UInt8(ascii: "0") < 10 else {
            throw JSONError(offset: min(index, view.end), reason: "expected an integer, found \(view.kind(at: index))")
        }
        guard try view.skipNumber(&index) else {
            throw JSONError(offset: start, reason: "expected an integer, found a fraction or an exponent")
        }
        guard let value = view.integer(start..<index) else {
            throw JSONError(offset: start, reason: "expected an integer of 64 bits, found a larger one")
        }
        return value
    }

    static func bool(_ view: ByteView, _ index: inout Int) throws(JSONError) -> Bool {
        switch view[index] {
        case UInt8(ascii: "t"):
            try view.skipWord(&index, "true")
            return true
        case UInt8(ascii: "f"):
            try view.skipWord(&index, "false")
            return false
        default:
            throw JSONError(offset: min(index, view.end), reason: "expected a boolean, found \(view.kind(at: index))")
        }
    }
}
