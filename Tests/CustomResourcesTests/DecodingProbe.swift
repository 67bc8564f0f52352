// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Schema

/// Asks a `Decodable` type what it would read, by decoding it from a document that answers everything.
///
/// What comes out is a schema without bounds: the same names, types and optionality as the type has.
struct DecodingProbe {
    /// The shape of a type: comparable with a schema's after its bounds are taken off.
    indirect enum Shape: Equatable, CustomStringConvertible {
        case object([String: Member])
        case map(Shape)
        case array(Shape)
        case string, integer, boolean, integerOrString

        var description: String {
            switch self {
            case .object(let members):
                "{"
                    + members.sorted { $0.key < $1.key }.map {
                        "\($0.key)\($0.value.isRequired ? "" : "?"): \($0.value.shape)"
                    }
                    .joined(separator: ", ") + "}"
            case .map(let values): "[string: \(values)]"
            case .array(let items): "[\(items)]"
            case .string: "string"
            case .integer: "integer"
            case .boolean: "boolean"
            case .integerOrString: "integer or string"
            }
        }
    }

    struct Member: Equatable {
        var shape: Shape
        var isRequired: Bool
    }

    static func shape<Value: Decodable>(of type: Value.Type) throws -> Shape {
        let recorder = Recorder()
        _ = try Sample.value(Value.self, into: recorder)
        return recorder.shape
    }
}

extension Schema {
    /// The schema without descriptions, bounds and defaults.
    var probeShape: DecodingProbe.Shape? {
        switch shape {
        case .object(let rules):
            .object(
                rules.properties.reduce(into: [:]) { members, property in
                    guard let shape = property.value.probeShape else { return }
                    members[property.key] = .init(shape: shape, isRequired: rules.required.contains(property.key))
                })
        case .map(let values, _): values.probeShape.map { .map($0) }
        case .array(let rules): rules.items.probeShape.map { .array($0) }
        case .string: .string
        case .integer: .integer
        case .boolean: .boolean
        case .integerOrString: .integerOrString
        case .anything: nil
        }
    }
}

private final class Recorder {
    var shape = DecodingProbe.Shape.string
}

private struct ProbeDecoder: Decoder {
    let recorder: Recorder
    /// What every string is answered with.
    let text: String
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        recorder.shape = .object([:])
        return KeyedDecodingContainer(ProbeKeyed<Key>(recorder: recorder))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw ProbeError.notProbed("an unkeyed container")
    }
    func singleValueContainer() -> any SingleValueDecodingContainer { ProbeSingle(recorder: recorder, text: text) }
}

enum ProbeError: Error { case notProbed(String) }

/// The values that the probe answers with.
private enum Sample {
    /// Of each enumeration one that exists; the empty one for everything that takes any text.
    static let texts = [
        "", "Operator", "Vulnerability", "Unknown", "In", "Exists", "NoSchedule", "SemVer", "Normal", "Never",
        "Webhook", "NewCritical", "NewVersion",
        "2027-01-01T00:00:00Z",
    ]

    static func value<Value: Decodable>(_ type: Value.Type, into recorder: Recorder) throws -> Value {
        if let special = try collection(type, into: recorder) { return special }
        var failure: any Error = ProbeError.notProbed("\(type)")
        for text in texts {
            do {
                let value = try Value(from: ProbeDecoder(recorder: recorder, text: text))
                if type == Quantity.self { recorder.shape = .integerOrString }
                return value
            } catch DecodingError.dataCorrupted(let context) {
                failure = DecodingError.dataCorrupted(context)
            }
        }
        throw failure
    }

    /// Collections are not decoded by containers here, because an empty one would not say what is in it.
    static func collection<Value>(_ type: Value.Type, into recorder: Recorder) throws -> Value? {
        guard let collection = type as? any ProbedCollection.Type else { return nil }
        recorder.shape = try collection.probedShape()
        return collection.emptyValue as? Value
    }
}

private protocol ProbedCollection {
    static var emptyValue: Any { get }
    static func probedShape() throws -> DecodingProbe.Shape
}

extension Array: ProbedCollection where Element: Decodable {
    fileprivate static var emptyValue: Any { [Element]() }
    fileprivate static func probedShape() throws -> DecodingProbe.Shape {
        let recorder = Recorder()
        _ = try Sample.value(Element.self, into: recorder)
        return .array(recorder.shape)
    }
}

extension Dictionary: ProbedCollection where Key == String, Value: Decodable {
    fileprivate static var emptyValue: Any { [String: Value]() }
    fileprivate static func probedShape() throws -> DecodingProbe.Shape {
        let recorder = Recorder()
        _ = try Sample.value(Value.self, into: recorder)
        return .map(recorder.shape)
    }
}

private struct ProbeKeyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: Recorder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    private func record(_ key: Key, _ shape: DecodingProbe.Shape, isRequired: Bool) {
        guard case .object(var members) = recorder.shape else { return }
        members[key.stringValue] = .init(shape: shape, isRequired: isRequired)
        recorder.shape = .object(members)
    }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let inner = Recorder()
        let value = try Sample.value(type, into: inner)
        record(key, inner.shape, isRequired: true)
        return value
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        let inner = Recorder()
        let value = try Sample.value(type, into: inner)
        record(key, inner.shape, isRequired: false)
        return value
    }

    func decode(_ type: Bool.Type, forKey key: Key) -> Bool { record(key, .boolean, isRequired: true); return true }
    func decode(_ type: String.Type, forKey key: Key) -> String { record(key, .string, isRequired: true); return "" }
    func decode(_ type: Int.Type, forKey key: Key) -> Int { record(key, .integer, isRequired: true); return 0 }
    func decode(_ type: Int64.Type, forKey key: Key) -> Int64 { record(key, .integer, isRequired: true); return 0 }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) -> Bool? {
        record(key, .boolean, isRequired: false); return nil
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) -> String? {
        record(key, .string, isRequired: false); return nil
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) -> Int? {
        record(key, .integer, isRequired: false); return nil
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) -> Int64? {
        record(key, .integer, isRequired: false); return nil
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        throw ProbeError.notProbed("a nested container")
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw ProbeError.notProbed("a nested container")
    }
    func superDecoder() throws -> any Decoder { throw ProbeError.notProbed("a superclass") }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw ProbeError.notProbed("a superclass") }
}

private struct ProbeSingle: SingleValueDecodingContainer {
    let recorder: Recorder
    let text: String
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) -> Bool { recorder.shape = .boolean; return true }
    func decode(_ type: Int64.Type) -> Int64 { recorder.shape = .integer; return 1 }
    func decode(_ type: Int.Type) -> Int { recorder.shape = .integer; return 1 }
    func decode(_ type: String.Type) -> String { recorder.shape = .string; return text }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Sample.value(type, into: recorder) }
}
