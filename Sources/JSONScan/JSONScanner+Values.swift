// SPDX-License-Identifier: Apache-2.0
import Essentials

extension JSONScanner {
    /// An object of strings; `null` is an empty one, and members that are `null` are left away.
    package mutating func readStringMap() throws(JSONError) -> [String: String] {
        var map: [String: String] = [:]
        try readObject { (key, scanner) throws(JSONError) in
            if let value = try scanner.readOptionalString() { map[key.string] = value }
        }
        return map
    }

    /// An array of strings; `null` is an empty one, and elements that are `null` are left away.
    package mutating func readStrings() throws(JSONError) -> [String] {
        var strings: [String] = []
        try readArray { (scanner) throws(JSONError) in
            if let value = try scanner.readOptionalString() { strings.append(value) }
        }
        return strings
    }

    /// Any value, complete. Of members with the same name the last one wins.
    package mutating func readValue() throws(JSONError) -> JSONValue {
        var left = maximumValues
        return try readValue(left: &left)
    }

    private mutating func readValue(left: inout Int) throws(JSONError) -> JSONValue {
        guard left > 0 else {
            throw JSONError(offset: offset, reason: "the document has more than \(maximumValues) values")
        }
        left -= 1
        switch try readToken() {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let text): return .number(text)
        case .string(let text): return .string(text)
        case .array:
            var elements: [JSONValue] = []
            try readArray { (scanner) throws(JSONError) in elements.append(try scanner.readValue(left: &left)) }
            return .array(elements)
        case .object:
            var members: [String: JSONValue] = [:]
            try readObject { (key, scanner) throws(JSONError) in
                members[key.string] = try scanner.readValue(left: &left)
            }
            return .object(members)
        }
    }
}

extension JSONValue {
    /// Parses a complete document.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
        var scanner = JSONScanner(bytes, limits: limits)
        self = try scanner.readValue()
        try scanner.finish()
    }
}
