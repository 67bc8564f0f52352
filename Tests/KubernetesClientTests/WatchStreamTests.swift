// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel
import Testing

@testable import KubernetesClient

@Suite struct WatchStreamTests {
    private func stream(_ text: String) -> WatchStream {
        WatchStream(body: BytesBody(Array(text.utf8)), request: "GET /api/v1/pods", frameLimit: 1000)
    }

    private func name(_ object: JSONScanner) throws -> String {
        var object = object
        return try ObjectMetadata.ofObject(&object).name
    }

    @Test func `objects, bookmarks and an end`() async throws {
        var stream = stream(
            """
            {"type":"ADDED","object":{"metadata":{"name":"a"}}}
            {"object":{"metadata":{"name":"b"}},"extra":[{}],"type":"MODIFIED"}
            {"type":"DELETED","object":{"metadata":{"name":"c"}}}
            {"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"12"}}}
            {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"13","annotations":{"k8s.io/initial-events-end":"true"}}}}
            """)
        var seen: [String] = []
        while let event = try await stream.next() {
            switch event {
            case .added(let object): seen.append("added \(try name(object))")
            case .modified(let object): seen.append("modified \(try name(object))")
            case .deleted(let object): seen.append("deleted \(try name(object))")
            case .bookmark(let version, let ends): seen.append("bookmark \(version) \(ends)")
            default: seen.append("\(event)")
            }
        }
        #expect(seen == ["added a", "modified b", "deleted c", "bookmark 12 false", "bookmark 13 true"])
    }

    @Test(arguments: [
        (
            #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version: 1 (2)"}}"#,
            true
        ),
        (#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Gone"}}"#, true),
        (#"{"type":"ERROR","object":{"kind":"Status","reason":"Expired"}}"#, true),
        (#"{"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError"}}"#, false),
        (#"{"type":"ERROR","object":{}}"#, false),
    ])
    func `an ERROR event is a status, 410 in any of its forms means list again`(text: String, isExpired: Bool)
        async throws
    {
        var stream = stream(text)
        guard case .error(let status) = try await stream.next() else {
            Issue.record("no error event")
            return
        }
        #expect(status.isExpired == isExpired)
    }

    @Test func `an unknown type is reported and the stream lives on`() async throws {
        var stream = stream("{\"type\":\"WHATEVER\",\"object\":{}}\n{\"type\":\"ADDED\",\"object\":{}}")
        guard case .unknown("WHATEVER") = try await stream.next(), case .added = try await stream.next() else {
            Issue.record("not as expected")
            return
        }
        #expect(try await stream.next() == nil)
    }

    @Test(arguments: [
        "nonsense", "{\"type\":\"ADDED\"}", "{\"type\":1,\"object\":{}}",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a",
        "{\"type\":\"ADDED\",\"object\":{}}{\"type\":\"ADDED\",\"object\":{}}", "[]",
        "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":1}}",
    ])
    func `a frame that is no event is reported, never half taken, and the stream lives on`(frame: String) async throws {
        var stream = stream(frame + "\n{\"type\":\"ADDED\",\"object\":{}}\n")
        guard case .unreadable = try await stream.next(), case .added = try await stream.next() else {
            Issue.record("not as expected")
            return
        }
        #expect(try await stream.next() == nil)
    }

    @Test func `a frame over the limit is reported and the stream lives on`() async throws {
        var stream = stream(String(repeating: "x", count: 1001) + "\n{\"type\":\"ADDED\",\"object\":{}}\n")
        guard case .oversized(bytes: 1001) = try await stream.next(), case .added = try await stream.next() else {
            Issue.record("not as expected")
            return
        }
    }

    @Test func `silence and a cut connection come as errors after the events before them`() async throws {
        for error in [TransportError.timedOut(after: .seconds(70)), .interrupted(reason: "reset")] {
            var stream = WatchStream(
                body: BrokenBody("{\"type\":\"ADDED\",\"object\":{}}\n{\"type\":\"ADD", then: error), request: "GET /x")
            guard case .added = try await stream.next() else {
                Issue.record("no event")
                continue
            }
            await #expect(throws: APIError.transport(error, request: "GET /x")) { try await stream.next() }
        }
    }

    @Test func `410 as the status of the watch request is an error with that status`() async {
        let transport = ScriptedTransport(
            answer(410, #"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"#))
        do throws(APIError) {
            _ = try await client(transport).watch(CollectionQuery(.pods), from: "1", seconds: 290)
            Issue.record("no error")
        } catch {
            #expect(error.status?.isExpired == true)
        }
        #expect(transport.requests.count == 1)
    }
}
