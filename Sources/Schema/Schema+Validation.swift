// SPDX-License-Identifier: Apache-2.0
import Essentials

extension Schema {
    /// What to do with members that the schema does not name.
    package enum UnknownFields: Sendable { case allowed, refused }

    /// Whose judgement is asked for.
    ///
    /// The API server lets a list through where a string with a format is asked for: `typeValidator.Validate` of
    /// k8s.io/kube-openapi `pkg/validation/validate` (and of go-openapi/validate before it). Whoever reads it refuses it.
    package enum Judge: Sendable { case reader, apiServer }

    /// Everything that is wrong with `value`, at most 32 things, in the order of the fields' names.
    ///
    /// Unknown members are what pruning is for; a file that a person writes has them refused instead.
    package func validate(
        _ value: JSONValue, path: String = "", unknownFields: UnknownFields = .allowed, as judge: Judge = .reader
    ) -> [SchemaViolation] {
        var validation = Validation(unknownFields: unknownFields, judge: judge)
        validation.check(value, against: self, at: FieldPath(path))
        return validation.violations
    }
}

private struct Validation {
    private static let limit = 32
    let unknownFields: Schema.UnknownFields
    let judge: Schema.Judge
    private(set) var violations: [SchemaViolation] = []

    init(unknownFields: Schema.UnknownFields, judge: Schema.Judge) {
        self.unknownFields = unknownFields
        self.judge = judge
    }

    mutating func check(_ value: JSONValue, against schema: Schema, at path: FieldPath) {
        if violations.count >= Self.limit { return }
        switch (schema.shape, value) {
        case (.anything, _): break
        case (.object(let rules), .object(let members)): check(members, against: rules, at: path)
        case (.map(let values, let maximum), .object(let members)):
            if let maximum, members.count > maximum {
                refuse(path, "Too many: \(members.count): must have at most \(maximum) items")
            }
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                check(member, against: values, at: path.entry(key))
            }
        case (.array(let rules), .array(let elements)): check(elements, against: rules, at: path)
        case (.string(let rules), .string(let text)): check(text, against: rules, at: path)
        case (.string(let rules), .array) where judge == .apiServer && rules.format != nil: break
        case (.integer(let minimum, let maximum), .integer(let number)):
            if let minimum, number < minimum {
                refuse(path, value, "\(path.text) in body should be greater than or equal to \(minimum)")
            }
            if let maximum, number > maximum {
                refuse(path, value, "\(path.text) in body should be less than or equal to \(maximum)")
            }
        case (.boolean, .bool), (.integerOrString, .integer): break
        case (.integerOrString(let pattern), .string(let text)):
            check(text, against: Schema.StringRules(pattern: pattern), at: path)
        default:
            let found = JSONValue.string(value.typeName).excerpt
            refuse(path, "Invalid value: \(found): \(path.text) in body must be of type \(schema.typeName): \(found)")
        }
    }

    private mutating func check(_ members: [String: JSONValue], against rules: Schema.ObjectRules, at path: FieldPath) {
        for name in rules.required.sorted() where members[name] == nil { refuse(path.member(name), "Required value") }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) {
            if let schema = rules.properties[key] {
                check(member, against: schema, at: path.member(key))
            } else if unknownFields == .refused, !rules.preservesUnknown {
                let known = rules.properties.keys.sorted().joined(separator: ", ")
                refuse(path.member(JSONValue.string(key).excerpt), "unknown field; remove it or use one of: \(known)")
            }
        }
    }

    private mutating func check(_ elements: [JSONValue], against rules: Schema.ArrayRules, at path: FieldPath) {
        if let maximum = rules.maximumCount, elements.count > maximum {
            return refuse(path, "Too many: \(elements.count): must have at most \(maximum) items")
        }
        var seen: Set<JSONValue> = []
        for (index, element) in elements.enumerated() {
            check(element, against: rules.items, at: path.element(index))
            let identity: JSONValue
            switch rules.list {
            case .atomic: continue
            case .set: identity = element
            case .map(let keys):
                identity = .compact(Dictionary(keys.map { ($0, element[$0]) }, uniquingKeysWith: { $1 }))
            }
            if !seen.insert(identity).inserted { refuse(path.element(index), "Duplicate value: \(identity.excerpt)") }
        }
    }

    private mutating func check(_ text: String, against rules: Schema.StringRules, at path: FieldPath) {
        let value = JSONValue.string(text)
        if !rules.allowed.isEmpty, !rules.allowed.contains(text) {
            let supported = rules.allowed.map { "\"\($0)\"" }.joined(separator: ", ")
            return refuse(path, "Unsupported value: \(value.excerpt): supported values: \(supported)")
        }
        let length = text.unicodeScalars.count
        if let minimum = rules.minimumLength, length < minimum {
            return refuse(path, value, "\(path.text) in body should be at least \(minimum) chars long")
        }
        if let maximum = rules.maximumLength, length > maximum {
            return refuse(path, "Too long: may not be more than \(maximum) bytes")
        }
        if rules.format == .dateTime, !Self.isInstant(text) {
            refuse(path, value, "\(path.text) in body must be of type date-time: \(value.excerpt)")
        }
        guard let source = rules.pattern else { return }
        guard let pattern = Pattern(source) else {
            return refuse(path, value, "the schema's own pattern '\(source)' cannot be read; report this as a defect")
        }
        if !pattern.matches(text) { refuse(path, value, "\(path.text) in body should match '\(source)'") }
    }

    /// RFC 3339 without its leap seconds, which the API server refuses.
    private static func isInstant(_ text: String) -> Bool {
        Timestamp(rfc3339: text) != nil && !text.utf8.dropFirst(17).prefix(2).elementsEqual("60".utf8)
    }

    private mutating func refuse(_ path: FieldPath, _ value: JSONValue, _ message: String) {
        refuse(path, "Invalid value: \(value.excerpt): \(message)")
    }

    private mutating func refuse(_ path: FieldPath, _ message: String) {
        if violations.count < Self.limit { violations.append(SchemaViolation(path: path.text, message: message)) }
    }
}

extension Schema {
    /// The type as OpenAPI names it.
    var typeName: String {
        switch shape {
        case .object, .map: "object"
        case .array: "array"
        case .string: "string"
        case .integer: "integer"
        case .boolean: "boolean"
        case .integerOrString: "integer or string"
        case .anything: "anything"
        }
    }
}
