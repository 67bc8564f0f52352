// SPDX-License-Identifier: Apache-2.0
import CYAML
import Essentials

extension JSONValue {
    /// The one document of a YAML text; an empty text is null. Limits: 1 MiB, 100,000 nodes, 64 deep.
    package init(yaml bytes: [UInt8], limits: YAMLLimits = .standard) throws(YAMLError) {
        var documents = try YAMLReader.documents(of: bytes, limits: limits)
        guard documents.count <= 1 else {
            let second = documents[1]
            throw YAMLError("only one document is expected here, a second one starts", line: second.line, column: 1)
        }
        self = documents.popLast()?.value ?? .null
    }

    /// All documents of a YAML text in order, without the empty ones.
    package static func yamlDocuments(
        _ bytes: [UInt8], limits: YAMLLimits = .standard
    ) throws(YAMLError) -> [JSONValue] {
        try YAMLReader.documents(of: bytes, limits: limits).map(\.value)
    }
}

/// Builds values from libyaml's events; every node, also one behind an alias, is paid for from the limits.
struct YAMLReader {
    /// A value with what it costs wherever it is repeated.
    struct Node {
        var value: JSONValue
        var nodes: Int
        var bytes: Int
        var depth: Int
    }

    private let parser: OpaquePointer
    private let limits: YAMLLimits
    private var event = cyaml_event()
    private var nodes = 0
    private var bytes = 0
    private var anchors: [String: Node] = [:]

    static func documents(
        of bytes: [UInt8], limits: YAMLLimits
    ) throws(YAMLError) -> [(value: JSONValue, line: Int)] {
        guard bytes.count <= limits.bytes else {
            throw YAMLError("the text has \(bytes.count) bytes, more than \(limits.bytes)", line: 1, column: 1)
        }
        guard !bytes.isEmpty else { return [] }
        let result = bytes.withUnsafeBufferPointer { buffer in
            guard let parser = cyaml_open(buffer.baseAddress, buffer.count) else {
                return Result<[(value: JSONValue, line: Int)], YAMLError>
                    .failure(YAMLError("out of memory", line: 1, column: 1))
            }
            defer { cyaml_close(parser) }
            return Result { () throws(YAMLError) in
                var reader = YAMLReader(parser: parser, limits: limits)
                return try reader.stream()
            }
        }
        return try result.get()
    }

    private init(parser: OpaquePointer, limits: YAMLLimits) {
        self.parser = parser
        self.limits = limits
    }

    // MARK: Grammar

    private mutating func stream() throws(YAMLError) -> [(value: JSONValue, line: Int)] {
        var documents: [(value: JSONValue, line: Int)] = []
        while true {
            try advance()
            guard event.type == CYAML_DOCUMENT_START.rawValue else { return documents }
            anchors = [:]
            try advance()
            let line = Int(event.line) + 1
            let root = try node(depth: 0)
            if !root.value.isNull { documents.append((root.value, line)) }
            try advance()
        }
    }

    /// The node that begins with the current event; afterwards the current event is its last.
    private mutating func node(depth: Int) throws(YAMLError) -> Node {
        let anchor = event.anchor.map { String(cString: $0) }
        let start = event
        let built: Node
        switch start.type {
        case CYAML_ALIAS.rawValue: return try alias(anchor ?? "", depth: depth)
        case CYAML_SCALAR.rawValue: built = try scalar()
        case CYAML_SEQUENCE_START.rawValue: built = try sequence(depth: depth + 1)
        case CYAML_MAPPING_START.rawValue: built = try mapping(depth: depth + 1)
        default: throw error("a value is missing")
        }
        if let anchor { anchors[anchor] = built }
        return built
    }

    private mutating func alias(_ name: String, depth: Int) throws(YAMLError) -> Node {
        guard let node = anchors[name] else {
            throw error("the alias \(quoted(name)) has no anchor before it")
        }
        guard depth + node.depth <= limits.depth else { throw tooDeep() }
        try pay(nodes: node.nodes, bytes: node.bytes)
        return node
    }

    private mutating func scalar() throws(YAMLError) -> Node {
        let text = currentText()
        try pay(nodes: 1, bytes: text.utf8.count)
        let value: JSONValue
        do {
            value = try resolve(text)
        } catch {
            throw self.error(error.problem)
        }
        return Node(value: value, nodes: 1, bytes: text.utf8.count, depth: 0)
    }

    private mutating func sequence(depth: Int) throws(YAMLError) -> Node {
        try checkCollection("seq", depth: depth)
        var elements: [JSONValue] = []
        var sum = Node(value: .null, nodes: 1, bytes: 0, depth: 1)
        try advance()
        while event.type != CYAML_SEQUENCE_END.rawValue {
            let element = try node(depth: depth)
            elements.append(element.value)
            sum.include(element)
            try advance()
        }
        sum.value = .array(elements)
        return sum
    }

    private mutating func mapping(depth: Int) throws(YAMLError) -> Node {
        try checkCollection("map", depth: depth)
        var members: [String: JSONValue] = [:]
        var sum = Node(value: .null, nodes: 1, bytes: 0, depth: 1)
        try advance()
        while event.type != CYAML_MAPPING_END.rawValue {
            let key = try key()
            let place = event
            try advance()
            let member = try node(depth: depth)
            guard members.updateValue(member.value, forKey: key) == nil else {
                throw error("the key \(quoted(key)) stands twice in this mapping", at: place)
            }
            sum.include(member)
            sum.include(Node(value: .null, nodes: 1, bytes: key.utf8.count, depth: 0))
            try advance()
        }
        sum.value = .object(members)
        return sum
    }

    private mutating func key() throws(YAMLError) -> String {
        guard event.type == CYAML_SCALAR.rawValue else {
            throw error("a key must be a plain or quoted text, not a collection or an alias")
        }
        let text = currentText()
        guard event.plain == 0 || text != "<<" else {
            throw error("merge keys (`<<`) are not supported; write the members out")
        }
        guard event.plain == 0 || !text.isEmpty else { throw error("a key is missing before `:`") }
        try pay(nodes: 1, bytes: text.utf8.count)
        return text
    }

    private func resolve(_ text: String) throws(CoreSchema.Refusal) -> JSONValue {
        guard let tag = event.tag.map({ String(cString: $0) }) else {
            return event.plain == 1 ? try CoreSchema.value(ofPlain: text) : .string(text)
        }
        switch tag {
        case "!", "tag:yaml.org,2002:str": return .string(text)
        case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int",
            "tag:yaml.org,2002:float":
            let value = try CoreSchema.value(ofPlain: text)
            guard tag.hasSuffix(value.tagName) || (tag.hasSuffix("float") && value.tagName == "int") else {
                throw CoreSchema.Refusal(problem: "\(quoted(text)) is not what its tag \(quoted(tag)) says")
            }
            return value
        default: throw CoreSchema.Refusal(problem: "the tag \(quoted(tag)) is not supported")
        }
    }

    // MARK: Events, limits, errors

    private mutating func advance() throws(YAMLError) {
        cyaml_next(parser, &event)
        guard event.type != CYAML_FAILED.rawValue else { throw error(currentText()) }
    }

    private func currentText() -> String {
        String(decoding: UnsafeBufferPointer(start: event.text, count: event.length), as: UTF8.self)
    }

    private mutating func checkCollection(_ kind: String, depth: Int) throws(YAMLError) {
        if let tag = event.tag.map({ String(cString: $0) }), tag != "!", tag != "tag:yaml.org,2002:\(kind)" {
            throw error("the tag \(quoted(tag)) is not supported")
        }
        guard depth <= limits.depth else { throw tooDeep() }
        try pay(nodes: 1, bytes: 0)
    }

    private mutating func pay(nodes more: Int, bytes moreBytes: Int) throws(YAMLError) {
        nodes += more
        bytes += moreBytes
        guard nodes <= limits.nodes else {
            throw error("more than \(limits.nodes) values, aliases counted as what they stand for")
        }
        guard bytes <= limits.expandedBytes else {
            throw error("more than \(limits.expandedBytes) bytes of text, aliases counted as what they stand for")
        }
    }

    private func tooDeep() -> YAMLError { error("collections stand more than \(limits.depth) deep in each other") }

    private func error(_ problem: String, at place: cyaml_event? = nil) -> YAMLError {
        let place = place ?? event
        return YAMLError(problem, line: Int(place.line) + 1, column: Int(place.column) + 1)
    }
}

extension YAMLReader.Node {
    fileprivate mutating func include(_ child: YAMLReader.Node) {
        nodes += child.nodes
        bytes += child.bytes
        depth = max(depth, child.depth + 1)
    }
}

extension JSONValue {
    fileprivate var tagName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .integer: "int"
        case .number: "float"
        case .string: "str"
        case .array: "seq"
        case .object: "map"
        }
    }
}

/// For messages: in quotes, control characters escaped, at most 64 characters.
private func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(64).map {
        $0.value < 0x20 || $0.value == 0x7F ? $0.escaped(asASCII: true) : String($0)
    }
    return "`" + shown.joined() + (text.unicodeScalars.count > 64 ? "…`" : "`")
}
