// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct FaultTests {
    private let fixture = ServerFixture()

    @Test func `a status answers instead of the request, with the time to wait`() async throws {
        fixture.server.inject(.status(429, retryAfter: 7)) { $0.verb == .create }
        let response = try await fixture.respond(.post, ServerFixture.configMaps, ["metadata": ["name": "a"]])
        #expect(response.status == 429)
        #expect(response.header("Retry-After") == "7")
        #expect(fixture.names.isEmpty)
        try await fixture.make("a")
        #expect(fixture.server.audit.map(\.code) == [429, 201])
    }

    @Test func `a cut before sending never reaches the server, one after the commit hides its answer`() async throws {
        fixture.server.inject(.cutBeforeSend) { $0.verb == .create }
        await #expect { try await fixture.make("a") } throws: { ($0 as? TransportError)?.wasNotSent == true }
        #expect(fixture.server.audit.isEmpty)
        fixture.server.inject(.cutAfterCommit) { $0.verb == .create }
        await #expect { try await fixture.make("a") } throws: { ($0 as? TransportError)?.wasNotSent == false }
        #expect(fixture.names == ["a"])
        #expect(fixture.server.audit.map(\.changed) == [true])
    }

    @Test func `faults hit the requests they are meant for, in order`() async throws {
        fixture.server.inject(.status(500), skip: 1, times: 2) { $0.verb == .get }
        var codes: [Int] = []
        for _ in 0..<5 {
            codes.append(try await fixture.send(.get, "/api/v1/namespaces/default").status)
            codes.append(try await fixture.send(.get, ServerFixture.configMaps).status)
        }
        #expect(codes == [200, 200, 500, 200, 500, 200, 200, 200, 200, 200])
    }

    @Test(arguments: [Fault.hang, .hangAfterCommit])
    func `a hanging request ends with the caller's patience`(fault: Fault) async throws {
        fixture.server.inject(fault) { $0.verb == .create }
        var request = HTTPRequest(.post, ServerFixture.configMaps, body: Array(#"{"metadata":{"name":"a"}}"#.utf8))
        request.timeout = .seconds(30)
        let transport = fixture.server.transport()
        let task = Task { [request] in try await transport.send(request).status }
        while fixture.server.nextDeadline == nil { await Task.yield() }
        fixture.advance(.seconds(30))
        await #expect(throws: TransportError.timedOut(after: .seconds(30))) { _ = try await task.value }
        #expect(fixture.names == (fault == .hang ? [] : ["a"]))
        fixture.server.inject(.hang) { $0.verb == .list }
        let cancelled = Task { try await transport.send(HTTPRequest(.get, ServerFixture.configMaps)).status }
        cancelled.cancel()
        await #expect(throws: TransportError.cancelled) { _ = try await cancelled.value }
    }

    @Test(arguments: [[1], [3, 1, 7], [100_000]])
    func `chunks of any size carry the same events`(sizes: [Int]) async throws {
        for name in ["a", "b"] { try await fixture.make(name) }
        fixture.server.inject(.chunking(sizes)) { $0.isWatch }
        let body = try await fixture.respond(.get, ServerFixture.configMaps + "?watch=1&timeoutSeconds=0").body
        let reader = EventReader(body)
        #expect(try await reader.rest() == ["ADDED a", "ADDED b"])
        #expect(sizes != [1] || reader.chunks > 100)
    }

    @Test func `a stream breaks off in the middle of an event`() async throws {
        try await fixture.make("a")
        fixture.server.inject(.cutStream(afterBytes: 10)) { $0.isWatch }
        let body = try await fixture.respond(.get, ServerFixture.configMaps + "?watch=1").body
        #expect(try await body.next()?.count == 10)
        await #expect(throws: TransportError.self) { _ = try await body.next() }
    }

    @Test func `stale reads show the past`() async throws {
        try await fixture.make("a")
        let then = fixture.server.revision
        try await fixture.make("b")
        fixture.server.inject(.stale(revision: then), times: 2) { $0.verb == .list || $0.verb == .get }
        let list = try await fixture.send(.get, ServerFixture.configMaps)
        #expect(list.json["items"]?.arrayValue?.count == 1)
        #expect(list.json.at("metadata", "resourceVersion") == .string("\(then)"))
        #expect(try await fixture.send(.get, ServerFixture.configMaps + "/b").status == 404)
        #expect(try await fixture.send(.get, ServerFixture.configMaps + "/b").status == 200)
    }

    @Test func `held and coalesced events show the net effect only`() async throws {
        try await fixture.make("a")
        let start = fixture.server.revision
        fixture.server.inject(.coalesceEvents) { $0.isWatch }
        fixture.server.holdEvents { $0.isWatch }
        let body = try await fixture.respond(
            .get, ServerFixture.configMaps + "?watch=1&timeoutSeconds=0&resourceVersion=\(start)"
        ).body
        try await fixture.make("never-seen")
        _ = try await fixture.send(.delete, ServerFixture.configMaps + "/never-seen")
        for value in ["1", "2"] {
            _ = try await fixture.send(
                .patch, ServerFixture.configMaps + "/a", ["data": ["k": .string(value)]],
                type: "application/merge-patch+json")
        }
        try await fixture.make("b")
        fixture.server.releaseEvents()
        let reader = EventReader(body)
        let first = try #require(try await reader.next())
        #expect(first.object["data"] == ["k": "2"])
        #expect(try await reader.rest() == ["ADDED b"])
    }

    @Test func `events are dropped, and watches end or fail, where told`() async throws {
        for name in ["a", "b", "c"] { try await fixture.make(name) }
        let path = ServerFixture.configMaps + "?watch=1&timeoutSeconds=0"
        func events(_ fault: Fault) async throws -> [String] {
            fixture.server.inject(fault) { $0.isWatch }
            return try await EventReader(try await fixture.respond(.get, path).body).rest()
        }
        #expect(try await events(.dropEvents([1])) == ["ADDED a", "ADDED c"])
        #expect(try await events(.endWatch(afterEvents: 2)) == ["ADDED a", "ADDED b"])
        #expect(try await events(.errorEvent(410, afterEvents: 1)) == ["ADDED a", "ERROR -"])
        let bookmark = #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"}}}"#
        #expect(
            try await events(.insertLine(Array(bookmark.utf8), afterEvents: 1))
                == ["ADDED a", "BOOKMARK -", "ADDED b", "ADDED c"])
    }

    @Test func `a 410 has the reason that is asked for, as a status and as an event`() async throws {
        fixture.server.inject(.status(410, reason: "Gone")) { $0.verb == .list }
        let list = try await fixture.send(.get, ServerFixture.configMaps)
        #expect(list.status == 410)
        #expect(list.json["reason"] == "Gone")
        fixture.server.inject(.errorEvent(410, afterEvents: 0, reason: "Gone")) { $0.isWatch }
        let watch = try await fixture.respond(.get, ServerFixture.configMaps + "?watch=1").body
        let event = try #require(try await EventReader(watch).next())
        #expect(event.object["reason"] == "Gone")
    }
}
