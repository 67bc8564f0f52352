// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct WatchTests {
    private func watch(_ fixture: ServerFixture, _ query: String = "") async throws -> EventReader {
        EventReader(try await fixture.respond(.get, ServerFixture.configMaps + "?watch=1" + query).body)
    }

    @Test func `a waiting watch is woken by the write that makes its event`() async throws {
        let fixture = ServerFixture()
        let reader = try await watch(fixture)
        async let event = reader.next()
        await fixture.server.whenIdle()
        try await fixture.make("a")
        #expect(try await event?.type == "ADDED")
    }

    @Test func `bookmarks and the timeout come with virtual time`() async throws {
        let fixture = ServerFixture()
        let reader = try await watch(fixture, "&allowWatchBookmarks=true&timeoutSeconds=150")
        async let events = reader.rest()
        await fixture.server.whenIdle()
        #expect(fixture.server.nextDeadline == fixture.clock.now + .seconds(60))
        for _ in 0..<3 {
            fixture.advance(.seconds(60))
            await fixture.server.whenIdle()
        }
        #expect(try await events == ["BOOKMARK -", "BOOKMARK -", "BOOKMARK -"])
        #expect(fixture.server.openWatches == 0)
    }

    @Test func `silence longer than the client allows is an error`() async throws {
        let fixture = ServerFixture()
        var request = HTTPRequest(.get, ServerFixture.configMaps + "?watch=1")
        request.inactivityLimit = .seconds(70)
        let body = try await fixture.server.transport().send(request).body
        let chunk = Task { try await body.next() }
        await fixture.server.whenIdle()
        fixture.advance(.seconds(69))
        await fixture.server.whenIdle()
        fixture.advance(.seconds(1))
        await #expect(throws: TransportError.timedOut(after: .seconds(70))) { _ = try await chunk.value }
    }

    @Test func `a cancelled watch ends, and a dropped one is closed`() async throws {
        let fixture = ServerFixture()
        let task = Task { [reader = try await watch(fixture)] in try await reader.next()?.type }
        await fixture.server.whenIdle()
        #expect(fixture.server.openWatches == 1)
        task.cancel()
        await #expect(throws: TransportError.cancelled) { _ = try await task.value }
        #expect(fixture.server.openWatches == 0)
    }

    @Test func `compaction tells a waiting watch that lags behind, and spares one that does not`() async throws {
        let fixture = ServerFixture()
        let current = try await watch(fixture)
        async let event = current.next()
        await fixture.server.whenIdle()
        fixture.server.holdEvents { _ in true }
        try await fixture.make("a")
        fixture.server.compact()
        fixture.server.releaseEvents()
        let received = try #require(try await event)
        #expect(received.type == "ERROR")
        #expect(received.object["code"] == 410)
        let fresh = try await watch(fixture)
        #expect(try await fresh.next()?.type == "ADDED")
        fixture.server.compact()
        try await fixture.make("b")
        #expect(try await fresh.next()?.type == "ADDED")
    }

    @Test func `a page whose snapshot is compacted is Expired, and its token goes on with the newest state`()
        async throws
    {
        let fixture = ServerFixture()
        for name in ["a", "b", "c"] { try await fixture.make(name) }
        let first = try await fixture.send(.get, ServerFixture.configMaps + "?limit=1")
        try await fixture.make("d")
        fixture.server.compact()
        let token = try #require(first.json.at("metadata", "continue")?.stringValue)
        let second = try await fixture.send(.get, ServerFixture.configMaps + "?limit=1&continue=" + token)
        #expect(second.status == 410)
        #expect(second.json["reason"] == "Expired")
        let rest = try #require(second.json.at("metadata", "continue")?.stringValue)
        let third = try await fixture.send(.get, ServerFixture.configMaps + "?continue=" + rest)
        #expect(
            third.json["items"]?.arrayValue?.compactMap { $0.at("metadata", "name")?.stringValue } == ["b", "c", "d"])
    }

    @Test func `old history is forgotten by itself`() async throws {
        var options = EmbeddedAPIServer.Options()
        options.historyLimit = 8
        let fixture = ServerFixture(options)
        let start = fixture.server.revision
        for index in 0..<100 { try await fixture.make("a\(index)") }
        let reader = try await watch(fixture, "&resourceVersion=\(start)")
        #expect(try await reader.next()?.type == "ERROR")
        let late = try await watch(fixture, "&resourceVersion=\(fixture.server.revision - 4)")
        #expect(try await late.next()?.object.at("metadata", "name") == "a96")
    }

    @Test func `initial events are refused, or sent with their end marked`() async throws {
        let query =
            "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=0"
        let refused = try await ServerFixture().send(.get, ServerFixture.configMaps + "?watch=1" + query)
        #expect(refused.status == 422)
        var options = EmbeddedAPIServer.Options()
        options.servesInitialEvents = true
        let fixture = ServerFixture(options)
        try await fixture.make("a")
        let reader = try await watch(fixture, query)
        #expect(try await reader.next()?.type == "ADDED")
        let mark = try #require(try await reader.next())
        #expect(mark.type == "BOOKMARK")
        #expect(mark.object.at("metadata", "annotations", "k8s.io/initial-events-end") == "true")
        #expect(try await reader.next() == nil)
    }
}
