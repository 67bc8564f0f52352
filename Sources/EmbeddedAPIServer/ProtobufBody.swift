// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// Reads the protobuf form in which kubectl sends what it creates, as JSON.
///
/// Form: the bytes `k8s\0`, then `runtime.Unknown` around the object (k8s.io/apimachinery `serializer/protobuf`). Fields get their
/// names and types from the kind's schema; a zero that is no pointer's is left out, as JSON's `omitempty` leaves it out.
struct ProtobufBody {
    static let mediaType = "application/vnd.kubernetes.protobuf"
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]
    private static let longestPath = 64

    private let schemas: BuiltInSchemas

    init(_ schemas: BuiltInSchemas) { self.schemas = schemas }

    /// The object in `body`; throws 400 for what is cut or wrong and 415 for a kind that is not known in this form.
    func object(_ body: [UInt8]) throws(APIFailure) -> JSONValue {
        guard body.starts(with: Self.magic) else { throw Self.broken }
        var envelope = ProtobufReader(body[4...])
        var apiVersion = ""
        var kind = ""
        var raw = ArraySlice<UInt8>()
        while let (number, value) = try envelope.next() {
            switch (number, value) {
            case (1, .bytes(let bytes)):
                var type = ProtobufReader(bytes)
                while let (number, value) = try type.next() {
                    guard case .bytes(let text) = value else { continue }
                    if number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
                    if number == 2 { kind = String(decoding: text, as: UTF8.self) }
                }
            case (2, .bytes(let bytes)): raw = bytes
            default: continue
            }
        }
        let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
        let group = parts.count == 2 ? parts[0] : ""
        let name =
            kind == "DeleteOptions"
            ? "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"
            : schemas.name(group: group, version: parts.last ?? "", kind: kind)
        guard let name, let schema = schemas.definitions[name], schema["x-protobuf"] != nil else {
            throw APIFailure(
                415, "UnsupportedMediaType", "\(kind) of \(apiVersion) is not known in the protobuf form", details: [:])
        }
        var object = try message(raw, schema, depth: 0)
        object["apiVersion"] = .string(apiVersion)
        object["kind"] = .string(kind)
        return object
    }

    private static let broken = APIFailure.badRequest("the body is no object in the protobuf form")

    private func message(_ bytes: ArraySlice<UInt8>, _ schema: JSONValue, depth: Int) throws(APIFailure) -> JSONValue {
        var members: [String: JSONValue] = [:]
        try read(bytes, schema["x-protobuf"] ?? [:], schema["properties"] ?? [:], into: &members, depth: depth)
        return .object(members)
    }

    private func read(
        _ bytes: ArraySlice<UInt8>, _ numbers: JSONValue, _ properties: JSONValue,
        into members: inout [String: JSONValue], depth: Int
    ) throws(APIFailure) {
        guard depth < Self.longestPath else { throw Self.broken }
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard let field = numbers[String(number)] else { continue }
            guard let text = field.stringValue else {
                // A struct that JSON flattens into the one around it.
                guard case .bytes(let inner) = value else { throw Self.broken }
                try read(inner, field, properties, into: &members, depth: depth + 1)
                continue
            }
            let isPointer = text.hasSuffix("*")
            let name = isPointer ? String(text.dropLast()) : text
            guard let property = properties[name] else { continue }
            try add(value, property, isPointer: isPointer, to: &members[name], depth: depth + 1)
        }
    }

    private func add(
        _ value: ProtobufReader.Value, _ property: JSONValue, isPointer: Bool, to member: inout JSONValue?, depth: Int
    ) throws(APIFailure) {
        if property["type"] == "array" {
            guard let item = try scalar(value, property["items"] ?? [:], keepsZero: true, depth: depth) else { return }
            member = .array((member?.arrayValue ?? []) + [item])
        } else if let values = property["additionalProperties"] {
            guard case .bytes(let bytes) = value else { throw Self.broken }
            var entry = ProtobufReader(bytes)
            var key = ""
            var content: JSONValue?
            while let (number, value) = try entry.next() {
                if number == 1, case .bytes(let text) = value { key = String(decoding: text, as: UTF8.self) }
                if number == 2 { content = try scalar(value, values, keepsZero: true, depth: depth) }
            }
            var members = member?.objectValue ?? [:]
            members[key] = content ?? (values["format"] == "byte" || values["type"] == "string" ? "" : [:])
            member = .object(members)
        } else if let read = try scalar(value, property, keepsZero: isPointer, depth: depth) {
            member = read
        }
    }

    /// One value; nil where its zero stands for nothing.
    private func scalar(
        _ value: ProtobufReader.Value, _ property: JSONValue, keepsZero: Bool, depth: Int
    ) throws(APIFailure) -> JSONValue? {
        let schema = schemas.resolved(property)
        switch value {
        case .number(let bits):
            let number = Int64(bitPattern: bits)
            guard keepsZero || number != 0 else { return nil }
            return schema["type"] == "boolean" ? .bool(number != 0) : .integer(number)
        case .double(let bits):
            let number = Double(bitPattern: bits)
            return keepsZero || number != 0 ? .number("\(number)") : nil
        case .bytes(let bytes):
            let kind = BuiltInSchemas.reference(property)?.split(separator: ".").last ?? ""
            switch kind {
            case "Time": return try time(bytes).map { .string($0.rfc3339) }
            case "MicroTime": return try time(bytes).map { .string($0.rfc3339Micro) }
            case "Quantity":
                guard let text = try field(1, of: bytes) else { return nil }
                return .string(String(decoding: text, as: UTF8.self))
            case "IntOrString": return try integerOrString(bytes)
            case "FieldsV1", "RawExtension", "JSON":
                guard let text = try field(1, of: bytes), !text.isEmpty else { return nil }
                do throws(JSONError) { return try JSONValue(parsing: Array(text)) } catch { throw Self.broken }
            default: break
            }
            guard schema["type"] == "string" else { return try message(bytes, schema, depth: depth) }
            guard keepsZero || !bytes.isEmpty else { return nil }
            if schema["format"] == "byte" { return .string(Base64.encode(Array(bytes))) }
            guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.broken }
            return .string(text)
        }
    }

    private func field(_ wanted: Int, of bytes: ArraySlice<UInt8>) throws(APIFailure) -> ArraySlice<UInt8>? {
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            if number == wanted, case .bytes(let found) = value { return found }
        }
        return nil
    }

    /// Nil for Go's zero time, which is sent as nothing.
    private func time(_ bytes: ArraySlice<UInt8>) throws(APIFailure) -> Timestamp? {
        var reader = ProtobufReader(bytes)
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        while let (number, value) = try reader.next() {
            guard case .number(let bits) = value else { continue }
            if number == 1 { seconds = Int64(bitPattern: bits) }
            if number == 2 { nanoseconds = Int64(bitPattern: bits) }
        }
        guard seconds != 0 || nanoseconds != 0 else { return nil }
        // The years that RFC 3339 can say.
        guard (-62_135_596_800...253_402_300_799).contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
            throw Self.broken
        }
        return Timestamp(secondsSinceEpoch: seconds) + .nanoseconds(nanoseconds)
    }

    private func integerOrString(_ bytes: ArraySlice<UInt8>) throws(APIFailure) -> JSONValue {
        var reader = ProtobufReader(bytes)
        var isString = false
        var number: Int64 = 0
        var text = ""
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .number(let bits)): isString = bits == 1
            case (2, .number(let bits)): number = Int64(bitPattern: bits)
            case (3, .bytes(let bytes)): text = String(decoding: bytes, as: UTF8.self)
            default: continue
            }
        }
        return isString ? .string(text) : .integer(number)
    }
}

/// The fields of one protobuf message, in order.
struct ProtobufReader {
    enum Value {
        case number(UInt64)
        case double(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; nil at the end.
    mutating func next() throws(APIFailure) -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        guard let number = Int(exactly: tag >> 3), number > 0 else { throw Self.broken }
        switch tag & 7 {
        case 0: return (number, .number(try varint()))
        case 1: return (number, .double(try fixed(8)))
        case 2:
            guard let count = Int(exactly: try varint()), count <= rest.count else { throw Self.broken }
            defer { rest = rest.dropFirst(count) }
            return (number, .bytes(rest.prefix(count)))
        case 5: return (number, .number(try fixed(4)))
        default: throw Self.broken
        }
    }

    private static let broken = APIFailure.badRequest("the body is no object in the protobuf form")

    private mutating func varint() throws(APIFailure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst(), shift < 64 else { throw Self.broken }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Self.broken
    }

    private mutating func fixed(_ count: Int) throws(APIFailure) -> UInt64 {
        guard rest.count >= count else { throw Self.broken }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
