// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan

/// Reads a watch event by event.
final class WatchReader {
    private let body: any HTTPBody
    private var buffer: [UInt8] = []

    init(_ body: any HTTPBody) { self.body = body }

    /// The next event as `TYPE` and object; nil at the end of the stream.
    func next() async throws -> (type: String, object: JSONValue)? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                let event = try JSONValue(parsing: line)
                return (event["type"]?.stringValue ?? "", event["object"] ?? .null)
            }
            guard let chunk = try await body.next() else { return nil }
            buffer += chunk
        }
    }
}

extension ConformanceRun {
    /// Opens a watch of `collection`; the query starts with `&`.
    func watch(_ collection: String, _ query: String = "", accept: String = "application/json") async throws
        -> WatchReader
    {
        let request = HTTPRequest(
            .get, collection + "?watch=1&timeoutSeconds=30" + query, headers: [HTTPHeader("Accept", accept)])
        let response = try await transport.send(request)
        try expect(response.status, 200, "watch")
        return WatchReader(response.body)
    }

    /// Reads one event and checks its type and the name of its object.
    @discardableResult
    func expectEvent(_ reader: WatchReader, _ type: String, _ name: String? = nil) async throws -> JSONValue {
        guard let event = try await reader.next() else {
            throw ConformanceFailure(message: "the watch ended before \(type)")
        }
        try expect(event.type, type, "event \(event.object.canonicalText.prefix(300))")
        if let name { try expect(event.object.at("metadata", "name")?.stringValue, name, "name of the object") }
        return event.object
    }
}
