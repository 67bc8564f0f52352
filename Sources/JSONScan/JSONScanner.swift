// SPDX-License-Identifier: Apache-2.0

/// A pull scanner over the bytes of a JSON document (RFC 8259): what nobody asks for is checked and skipped, never built.
///
/// A caller reads exactly one value wherever one stands; members and elements come through closures, which read theirs.
/// Text that is no UTF-8, and escapes of lone surrogates, become U+FFFD. After an error a scanner is of no further use.
package struct JSONScanner {
    private let storage: Storage
    private let limits: JSONLimits
    private let end: Int
    private let isTooLarge: Bool
    private var depth = 0
    /// The next byte to be read, from the start of the buffer.
    package private(set) var offset: Int

    private enum Storage {
        case array([UInt8])
        case region(ByteRegion)
    }

    /// Reads `range` of `bytes` (all by default; what of it lies outside is left away).
    package init(_ bytes: [UInt8], in range: Range<Int>? = nil, limits: JSONLimits = .default) {
        let range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
        storage = .array(bytes)
        self.limits = limits
        offset = range.lowerBound
        end = range.upperBound
        isTooLarge = range.count > limits.maximumBytes
    }

    /// Reads all of `region`.
    package init(_ region: ByteRegion, limits: JSONLimits = .default) {
        storage = .region(region)
        self.limits = limits
        offset = 0
        end = region.count
        isTooLarge = region.count > limits.maximumBytes
    }

    @inline(__always) private func withView<Result, Failure: Error>(
        _ body: (ByteView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .array(let bytes):
            try bytes.withUnsafeBufferPointer { buffer throws(Failure) in
                try body(ByteView(UnsafeRawBufferPointer(buffer), end: end))
            }
        case .region(let region):
            try region.withUnsafeBytes { buffer throws(Failure) in try body(ByteView(buffer, end: end)) }
        }
    }

    /// Runs one step of the grammar, which moves the offset.
    @inline(__always) mutating func step<Result>(
        _ body: (ByteView, inout Int) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        if isTooLarge {
            throw JSONError(offset: offset, reason: "the document is larger than \(limits.maximumBytes) bytes")
        }
        var index = offset
        let result = try withView { view throws(JSONError) in
            view.skipSpace(&index)
            return try body(view, &index)
        }
        offset = index
        return result
    }
}

// MARK: Containers

extension JSONScanner {
    /// Reads an object, handing each member's name to `member`, which reads the value. A value that it leaves untouched is
    /// skipped. `null` counts as absent: no call. A name that comes twice is handed over twice.
    package mutating func readObject(
        _ member: (JSONKey, inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard try open(UInt8(ascii: "{"), "an object") else { return }
        var isFirst = true
        while let key = try nextKey(isFirst: isFirst) {
            isFirst = false
            let start = offset
            do throws(JSONError) {
                try member(key, &self)
                if offset == start { try skipValue() }
            } catch {
                throw error.inMember(key.string)
            }
        }
        depth -= 1
    }

    /// Reads an array, calling `element` in front of each element, which it reads. One that it leaves untouched is skipped.
    /// `null` counts as absent: no call.
    package mutating func readArray(
        _ element: (inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard try open(UInt8(ascii: "["), "an array") else { return }
        var index = 0
        while try hasNextElement(isFirst: index == 0) {
            let start = offset
            do throws(JSONError) {
                try element(&self)
                if offset == start { try skipValue() }
            } catch {
                throw error.inElement(index)
            }
            index += 1
        }
        depth -= 1
    }

    /// Steps into a container; false when `null` stands there instead.
    @inline(__always) private mutating func open(_ bracket: UInt8, _ kind: StaticString) throws(JSONError) -> Bool {
        let (depth, maximum) = (depth, limits.maximumDepth)
        let isOpen = try step { view, index throws(JSONError) in
            if view[index] == bracket {
                guard depth < maximum else { throw .tooDeep(at: index, maximum) }
                index &+= 1
                return true
            }
            try Self.expectNull(view, &index, insteadOf: kind)
            return false
        }
        if isOpen { self.depth += 1 }
        return isOpen
    }

    /// The name of the next member, the scanner then standing at its value; nil after the closing brace.
    @inline(__always) private mutating func nextKey(isFirst: Bool) throws(JSONError) -> JSONKey? {
        try step { view, index throws(JSONError) in
            if view[index] == UInt8(ascii: "}") {
                index &+= 1
                return nil
            }
            if !isFirst {
                guard view[index] == UInt8(ascii: ",") else {
                    throw view.unexpected(at: index, "expected ',' or '}'", found: true)
                }
                index &+= 1
                view.skipSpace(&index)
            }
            guard view[index] == UInt8(ascii: "\"") else {
                throw view.unexpected(at: index, "expected a member's name", found: true)
            }
            index &+= 1
            let start = index
            var hasEscapes = false
            try view.skipString(&index, hasEscapes: &hasEscapes)
            let name = start..<(index &- 1)
            view.skipSpace(&index)
            guard view[index] == UInt8(ascii: ":") else {
                throw view.unexpected(at: index, "expected ':'", found: true)
            }
            index &+= 1
            view.skipSpace(&index)
            return hasEscapes ? JSONKey(resolved: view.resolved(name)) : JSONKey(view, name)
        }
    }

    @inline(__always) private mutating func hasNextElement(isFirst: Bool) throws(JSONError) -> Bool {
        try step { view, index throws(JSONError) in
            if view[index] == UInt8(ascii: "]") {
                index &+= 1
                return false
            }
            if !isFirst {
                guard view[index] == UInt8(ascii: ",") else {
                    throw view.unexpected(at: index, "expected ',' or ']'", found: true)
                }
                index &+= 1
                view.skipSpace(&index)
                // A closing bracket after a comma is no element.
                if view[index] == UInt8(ascii: "]") {
                    throw view.unexpected(at: index, "expected a value", found: true)
                }
            }
            return true
        }
    }

    private static func expectNull(_ view: ByteView, _ index: inout Int, insteadOf kind: StaticString) throws(JSONError)
    {
        guard view[index] == UInt8(ascii: "n") else {
            throw JSONError(offset: min(index, view.end), reason: "expected \(kind), found \(view.kind(at: index))")
        }
        try view.skipWord(&index, "null")
    }
}

// MARK: Anything

extension JSONScanner {
    /// Whether the next value is `null`; it is not read.
    package mutating func isNextNull() throws(JSONError) -> Bool {
        try step { view, index throws(JSONError) in view[index] == UInt8(ascii: "n") }
    }

    /// Walks over a value of any kind, checked as strictly as if it were read.
    package mutating func skipValue() throws(JSONError) {
        let (depth, maximum) = (depth, limits.maximumDepth)
        try step { view, index throws(JSONError) in
            try view.skipValue(&index, depth: depth, maximumDepth: maximum)
        }
    }

    /// Walks over a value and gives its bytes as written. The slice shares the buffer of an array and copies from a region.
    package mutating func captureValue() throws(JSONError) -> ArraySlice<UInt8> {
        let (depth, maximum) = (depth, limits.maximumDepth)
        let start = try step { view, index throws(JSONError) in
            let start = index
            try view.skipValue(&index, depth: depth, maximumDepth: maximum)
            return start
        }
        return switch storage {
        case .array(let bytes): bytes[start..<offset]
        case .region: withView { $0.array(start..<offset) }[...]
        }
    }

    /// Whether only white space is left.
    package var isAtEnd: Bool {
        var index = offset
        withView { $0.skipSpace(&index) }
        return index >= end
    }

    /// The end of the document: only white space may follow.
    package mutating func finish() throws(JSONError) {
        try step { view, index throws(JSONError) in
            if index < view.end { throw view.unexpected(at: index, "expected the end of the document", found: true) }
        }
    }

    /// The kind of the next value by its first byte, and the text of a number: what `readValue` is made of.
    enum Token { case null, bool(Bool), integer(Int64), number(String), string(String), array, object }

    mutating func readToken() throws(JSONError) -> Token {
        try step { view, index throws(JSONError) in
            let start = index
            switch view[index] {
            case UInt8(ascii: "{"): return .object
            case UInt8(ascii: "["): return .array
            case UInt8(ascii: "\""): return .string(try Self.string(view, &index))
            case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try Self.bool(view, &index))
            case UInt8(ascii: "n"):
                try view.skipWord(&index, "null")
                return .null
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let isInteger = try view.skipNumber(&index)
                if isInteger, let value = view.integer(start..<index) { return .integer(value) }
                return .number(view.string(start..<index))
            default: throw view.unexpected(at: index, "expected a value", found: true)
            }
        }
    }

    var maximumValues: Int { limits.maximumValues }
}
