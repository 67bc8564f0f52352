// SPDX-License-Identifier: Apache-2.0
import Essentials

/// JSON patch (RFC 6902) with pointers (RFC 6901).
enum JSONPatch {
    /// The most operations that kube-apiserver accepts.
    static let operationLimit = 10_000

    /// The most bytes that the copies of one patch may come to.
    static let copyLimit = 3 * 1024 * 1024

    static func apply(_ patch: JSONValue, to target: JSONValue) throws(APIFailure) -> JSONValue {
        guard let operations = patch.arrayValue else {
            throw .badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
        }
        guard operations.count <= operationLimit else {
            throw APIFailure(
                413, "RequestEntityTooLarge",
                "The allowed maximum operations in a JSON patch is \(operationLimit), got \(operations.count)",
                details: [:])
        }
        var document = target
        var copied = 0
        for operation in operations {
            if operation["op"] == "copy", let from = operation["from"]?.stringValue.flatMap(pointer) {
                // Copies of copies double with every operation, so their sum is bounded as in the real server.
                copied += get(document, from)?.canonicalBytes.count ?? 0
                guard copied <= copyLimit else {
                    throw APIFailure(
                        413, "RequestEntityTooLarge", "Unable to complete the copy, the limit is \(copyLimit) bytes",
                        details: [:])
                }
            }
            try checkDepth(operation, document)
            document = try apply(operation: operation, to: document)
        }
        return document
    }

    /// Each operation may put its value at the bottom of the one before; nothing here is made for any depth.
    private static func checkDepth(_ operation: JSONValue, _ document: JSONValue) throws(APIFailure) {
        guard let path = operation["path"]?.stringValue, let pointer = pointer(path) else { return }
        let from = operation["from"]?.stringValue.flatMap(Self.pointer)
        guard let value = operation["value"] ?? from.flatMap({ get(document, $0) }) else { return }
        let left = Validation.depthLimit - pointer.count
        if left < 0 || value.isDeeper(than: left) { throw rejected(path) }
    }

    /// What the real server answers for any operation that cannot be carried out.
    private static func rejected(_ path: String) -> APIFailure {
        APIFailure(422, "Invalid", "the server rejected our request due to an error in our request", details: [:])
    }

    private static func apply(operation: JSONValue, to document: JSONValue) throws(APIFailure) -> JSONValue {
        guard let name = operation["op"]?.stringValue, let path = operation["path"]?.stringValue,
            let pointer = pointer(path)
        else { throw rejected("") }
        switch name {
        case "add":
            guard let value = operation["value"] else { throw rejected(path) }
            return try edit(document, pointer, path) { container, last throws(APIFailure) in
                try add(value, to: &container, last, path)
            }
        case "remove":
            return try edit(document, pointer, path) { container, last throws(APIFailure) in
                try remove(from: &container, last, path)
            }
        case "replace":
            guard let value = operation["value"], get(document, pointer) != nil else { throw rejected(path) }
            guard !pointer.isEmpty else { return value }
            return try edit(document, pointer, path) { container, last throws(APIFailure) in
                if case .array(var items) = container, let index = Int(last), items.indices.contains(index) {
                    items[index] = value
                    container = .array(items)
                } else {
                    container[last] = value
                }
            }
        case "test":
            guard get(document, pointer) ?? .null == operation["value"] ?? .null else { throw rejected(path) }
            return document
        case "copy", "move":
            guard let from = operation["from"]?.stringValue.flatMap(Self.pointer), let value = get(document, from)
            else {
                throw rejected(path)
            }
            var source = document
            if name == "move" {
                guard !(pointer.count > from.count && pointer.starts(with: from)) else { throw rejected(path) }
                source = try edit(document, from, path) { container, last throws(APIFailure) in
                    try remove(from: &container, last, path)
                }
            }
            return try edit(source, pointer, path) { container, last throws(APIFailure) in
                try add(value, to: &container, last, path)
            }
        default: throw rejected(path)
        }
    }

    private static func pointer(_ text: String) -> [String]? {
        if text.isEmpty { return [] }
        guard text.hasPrefix("/") else { return nil }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }

    private static func get(_ value: JSONValue, _ pointer: [String]) -> JSONValue? {
        var current: JSONValue? = value
        for part in pointer {
            if case .array(let items)? = current {
                current = Int(part).flatMap { items.indices.contains($0) ? items[$0] : nil }
            } else {
                current = current?[part]
            }
        }
        return current
    }

    /// Changes the container that holds the last part of `pointer`.
    private static func edit(
        _ value: JSONValue, _ pointer: [String], _ path: String,
        _ change: (inout JSONValue, String) throws(APIFailure) -> Void
    ) throws(APIFailure) -> JSONValue {
        guard let first = pointer.first else { throw rejected(path) }
        var copy = value
        if pointer.count == 1 {
            guard value.objectValue != nil || value.arrayValue != nil else { throw rejected(path) }
            try change(&copy, first)
            return copy
        }
        let rest = Array(pointer.dropFirst())
        switch value {
        case .array(var items):
            guard let index = Int(first), items.indices.contains(index) else { throw rejected(path) }
            items[index] = try edit(items[index], rest, path, change)
            return .array(items)
        case .object(let members):
            guard let child = members[first] else { throw rejected(path) }
            copy[first] = try edit(child, rest, path, change)
            return copy
        default: throw rejected(path)
        }
    }

    private static func add(
        _ value: JSONValue, to container: inout JSONValue, _ last: String, _ path: String
    ) throws(APIFailure) {
        guard case .array(var items) = container else {
            container[last] = value
            return
        }
        if last == "-" {
            items.append(value)
        } else {
            guard let index = Int(last), index >= 0, index <= items.count else { throw rejected(path) }
            items.insert(value, at: index)
        }
        container = .array(items)
    }

    private static func remove(from container: inout JSONValue, _ last: String, _ path: String) throws(APIFailure) {
        if case .array(var items) = container {
            guard let index = Int(last), items.indices.contains(index) else { throw rejected(path) }
            items.remove(at: index)
            container = .array(items)
        } else {
            guard container[last] != nil else { throw rejected(path) }
            container[last] = nil
        }
    }
}
