// SPDX-License-Identifier: Apache-2.0

extension ByteView {
    /// Walks over one value of any kind. It is checked as strictly as one that is read, and `depth` counts what it lies in.
    func skipValue(_ index: inout Int, depth: Int, maximumDepth: Int) throws(JSONError) {
        var open = OpenContainers()
        while true {
            skipSpace(&index)
            var isComplete = true
            switch self[index] {
            case UInt8(ascii: "\""):
                index &+= 1
                var hasEscapes = false
                try skipString(&index, hasEscapes: &hasEscapes)
            case UInt8(ascii: "{"):
                try open.push(isObject: true, at: index, depth: depth, maximumDepth: maximumDepth)
                index &+= 1
                skipSpace(&index)
                if self[index] != UInt8(ascii: "}") {
                    try skipName(&index)
                    isComplete = false
                }
            case UInt8(ascii: "["):
                try open.push(isObject: false, at: index, depth: depth, maximumDepth: maximumDepth)
                index &+= 1
                skipSpace(&index)
                isComplete = self[index] == UInt8(ascii: "]")
            case UInt8(ascii: "t"): try skipWord(&index, "true")
            case UInt8(ascii: "f"): try skipWord(&index, "false")
            case UInt8(ascii: "n"): try skipWord(&index, "null")
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try skipNumber(&index)
            default: throw unexpected(at: index, "expected a value", found: true)
            }
            if isComplete, try !closes(&index, &open) { return }
        }
    }

    /// After a value: true when another one follows inside, false when the outermost is complete.
    @inline(__always) private func closes(_ index: inout Int, _ open: inout OpenContainers) throws(JSONError) -> Bool {
        while open.count > 0 {
            skipSpace(&index)
            let isObject = open.isObject
            switch self[index] {
            case UInt8(ascii: ","):
                index &+= 1
                if isObject {
                    skipSpace(&index)
                    try skipName(&index)
                }
                return true
            case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
                index &+= 1
                open.pop()
            default: throw unexpected(at: index, isObject ? "expected ',' or '}'" : "expected ',' or ']'", found: true)
            }
        }
        return false
    }

    @inline(__always) private func skipName(_ index: inout Int) throws(JSONError) {
        guard self[index] == UInt8(ascii: "\"") else {
            throw unexpected(at: index, "expected a member's name", found: true)
        }
        index &+= 1
        var hasEscapes = false
        try skipString(&index, hasEscapes: &hasEscapes)
        skipSpace(&index)
        guard self[index] == UInt8(ascii: ":") else { throw unexpected(at: index, "expected ':'", found: true) }
        index &+= 1
    }
}

/// Which of the open containers are objects: a bit each, in place, so that skipping needs neither heap nor recursion.
private struct OpenContainers {
    private(set) var count = 0
    private var bits = InlineArray<8, UInt64>(repeating: 0)

    @inline(__always) var isObject: Bool {
        let top = count &- 1
        return bits[top >> 6] & (1 << UInt64(top & 63)) != 0
    }

    @inline(__always) mutating func push(isObject: Bool, at index: Int, depth: Int, maximumDepth: Int) throws(JSONError)
    {
        guard depth &+ count < min(maximumDepth, JSONLimits.deepest) else { throw .tooDeep(at: index, maximumDepth) }
        let bit: UInt64 = 1 << UInt64(count & 63)
        if isObject { bits[count >> 6] |= bit } else { bits[count >> 6] &= ~bit }
        count &+= 1
    }

    @inline(__always) mutating func pop() { count &-= 1 }
}
