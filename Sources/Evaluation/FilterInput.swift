// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Why a filter gives no answer, for people.
struct FilterError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// The members of one input object, checked as they are asked for.
struct FilterInput: Sendable {
    private let members: [String: JSONValue]

    /// Members that the filter does not know are refused: a slip of the pen would otherwise pass for a default.
    init(_ value: JSONValue, of filter: Filter) throws(FilterError) {
        guard let members = value.objectValue else { throw FilterError("expected an object; write {…} on one line") }
        let known = filter.input.map(\.name)
        if let unknown = members.keys.filter({ !known.contains($0) }).min() {
            throw FilterError("\(Self.quoted(unknown)): is unknown; write \(known.joined(separator: ", "))")
        }
        self.members = members
    }

    func has(_ name: String) -> Bool { members[name].map { !$0.isNull } ?? false }

    func string(_ name: String) throws(FilterError) -> String {
        try read(name, "a string", \.stringValue)
    }

    func string(_ name: String, default value: String) throws(FilterError) -> String {
        has(name) ? try string(name) : value
    }

    func instant(_ name: String) throws(FilterError) -> Timestamp {
        try read(name, "an RFC 3339 instant such as 2026-03-29T01:00:00Z") {
            $0.stringValue.flatMap(Timestamp.init(rfc3339:))
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>, default value: Int) throws(FilterError) -> Int {
        guard has(name) else { return value }
        return try read(name, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            $0.integerValue.flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func strings(_ name: String) throws(FilterError) -> [String] {
        try read(name, "a list of strings") { value in
            guard let elements = value.arrayValue else { return nil }
            let strings = elements.compactMap(\.stringValue)
            return strings.count == elements.count ? strings : nil
        }
    }

    /// None where the member is absent.
    func optionalStrings(_ name: String) throws(FilterError) -> [String] { has(name) ? try strings(name) : [] }

    func objects(_ name: String) throws(FilterError) -> [JSONValue] {
        try read(name, "a list of objects") { value in
            value.arrayValue.flatMap { elements in elements.allSatisfy { $0.objectValue != nil } ? elements : nil }
        }
    }

    private func read<Value>(
        _ name: String, _ expected: String, _ reading: (JSONValue) -> Value?
    ) throws(FilterError) -> Value {
        guard let value = members[name], !value.isNull else {
            throw FilterError("\(name): is missing; write \(expected)")
        }
        guard let result = reading(value) else {
            throw FilterError("\(name): \(Self.quoted(value.canonicalText)) is not valid; write \(expected)")
        }
        return result
    }

    private static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(80).map { $0.escaped(asASCII: true) }.joined()
        return "`\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")`"
    }
}
