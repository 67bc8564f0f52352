// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schema

/// One change at one place of a document.
struct SpecEdit: Sendable {
    /// The place: `spec.images[0]`.
    var path: String
    /// What is done there, for people.
    var word: String
    /// One of the many hostile texts.
    var isText = false
    /// From what stands at the place (nil: nothing) to what shall stand there.
    var change: @Sendable (JSONValue?) -> JSONValue?

    init(_ path: String, _ word: String, change: @escaping @Sendable (JSONValue?) -> JSONValue?) {
        self.path = path
        self.word = word
        self.change = change
    }

    init(_ path: String, _ value: JSONValue) {
        self.init(path, value.excerpt) { _ in value }
    }

    /// The same seen from the value around the place.
    func inside(_ around: @escaping @Sendable (JSONValue?, (JSONValue?) -> JSONValue?) -> JSONValue?) -> SpecEdit {
        let change = change
        var edit = SpecEdit(path, word) { around($0, change) }
        edit.isText = isText
        return edit
    }
}

extension Schema {
    /// Every change that is tried at this place and at all places below it.
    func edits(at path: String) -> [SpecEdit] {
        let absent = SpecEdit(path, "absent") { _ in nil }
        let texts = hostileTexts.map { value in
            var edit = SpecEdit(path, value)
            edit.isText = true
            return edit
        }
        return [absent] + strangers(at: path) + values.map { SpecEdit(path, $0) } + texts + inner(at: path)
    }

    // MARK: Below

    /// The changes of the members, elements or entries.
    func inner(at path: String) -> [SpecEdit] {
        let empty = sample()
        switch shape {
        case .object(let rules):
            return rules.properties.sorted { $0.key < $1.key }.flatMap { name, schema in
                schema.edits(at: path.isEmpty ? name : "\(path).\(name)").map { edit in
                    edit.inside { around, change in
                        var members = around?.objectValue ?? empty.objectValue ?? [:]
                        members[name] = change(members[name])
                        return .object(members)
                    }
                }
            }
        case .array(let rules):
            return rules.items.edits(at: "\(path)[0]").map { edit in
                edit.inside { around, change in
                    let elements = around?.arrayValue ?? []
                    return .array([change(elements.first)].compactMap(\.self) + elements.dropFirst())
                }
            }
        case .map(let values, _):
            return values.edits(at: "\(path)[k]").map { edit in
                edit.inside { around, change in
                    var members = around?.objectValue ?? [:]
                    members["k"] = change(members["k"])
                    return .object(members)
                }
            }
        default: return []
        }
    }

    // MARK: Of the wrong type

    private func strangers(at path: String) -> [SpecEdit] {
        let all: [JSONValue] = [.null, true, 7, .number("1.5"), "text", [1], ["a": 1], Self.deep(Self.depth)]
        return all.filter { !accepts($0) }.map { SpecEdit(path, $0) }
    }

    /// How deep the deepest document is nested.
    private static let depth = 200

    static func deep(_ depth: Int) -> JSONValue {
        (0..<depth).reduce(.array([])) { inner, level in level % 2 == 0 ? ["a": inner] : [inner] }
    }

    /// True when the JSON type is right.
    private func accepts(_ value: JSONValue) -> Bool {
        switch (shape, value) {
        case (.object, .object), (.map, .object), (.array, .array), (.string, .string), (.integer, .integer),
            (.boolean, .bool), (.integerOrString, .integer), (.integerOrString, .string), (.anything, _):
            true
        default: false
        }
    }

    // MARK: Of the right type

    /// Values at the bounds and beyond them, and hostile ones.
    private var values: [JSONValue] {
        switch shape {
        case .object(let rules): return Self.objects(rules, sample())
        case .map(let values, let maximum): return maps(values, maximum)
        case .array(let rules): return arrays(rules)
        case .string(let rules): return Self.texts(rules)
        case .integer(let minimum, let maximum): return Self.integers(minimum, maximum)
        case .boolean: return [true, false, "true", 0]
        case .integerOrString: return Self.quantities
        case .anything: return [Self.deep(Self.depth)]
        }
    }

    private static var quantities: [JSONValue] {
        let numbers: [JSONValue] = [0, -1, .integer(.max), .number("1.0"), .number("1.5"), .number("1e400")]
        let texts = ["1Gi", "500m", "1e3", "-1", "0", "", "1 Gi", "٣", "999999999999999999999Ei", "1.Gi", ".5"]
        return numbers + texts.map(JSONValue.string)
    }

    private static func objects(_ rules: ObjectRules, _ sample: JSONValue) -> [JSONValue] {
        var all: [JSONValue] = [[:], sample]
        for name in rules.required.sorted() {
            var partial = sample
            partial[name] = nil
            all.append(partial)
        }
        for name in ["unknown", "__proto__", "a.b", "", "\u{0}"] {
            var more = sample
            more[name] = deep(depth)
            all.append(more)
        }
        return all
    }

    private func maps(_ values: Schema, _ maximum: Int?) -> [JSONValue] {
        var all: [JSONValue] = [[:], filled(1), ["k": .null]]
        if let maximum { all += [filled(maximum), filled(maximum + 1)] }
        return all
    }

    private func arrays(_ rules: ArrayRules) -> [JSONValue] {
        let one = rules.items.sample()
        var all: [JSONValue] = [[], filled(1), filled(2), [one, one], [.null], [one, .null], [[one]]]
        if let maximum = rules.maximumCount { all += [filled(maximum), filled(maximum + 1)] }
        return all
    }

    private static func texts(_ rules: StringRules) -> [JSONValue] {
        var texts = rules.allowed + rules.allowed.prefix(1).map { $0.lowercased() }
        for length in [rules.minimumLength, rules.maximumLength].compactMap(\.self) {
            texts += [length - 1, length, length + 1].filter { $0 >= 0 }.map { String(repeating: "a", count: $0) }
        }
        return texts.map(JSONValue.string)
    }

    /// Hostile texts, as values or as keys.
    private var hostileTexts: [JSONValue] {
        switch shape {
        case .string: HostileText.all.map(JSONValue.string)
        case .map(let values, _): HostileText.all.map { .object([$0: values.sample()]) }
        default: []
        }
    }

    private static func integers(_ minimum: Int64?, _ maximum: Int64?) -> [JSONValue] {
        var all: [JSONValue] = [0, -1, .integer(.max), .integer(.min), "5"]
        all += ["1.0", "1e1", "1.5", "1e400", "-0.0", "9223372036854775808"].map(JSONValue.number)
        if let minimum { all += [.integer(minimum), .integer(minimum &- 1)] }
        if let maximum { all += [.integer(maximum), .integer(maximum &+ 1)] }
        return all
    }
}
