// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel
import Testing

@testable import KubernetesClient

/// The rule of client-go's `rest.withRetry`: what it repeats and, above all, what it does not.
@Suite struct RetryTests {
    private let key = ObjectKey(namespace: "a", name: "b")
    private let ok = answer(200, #"{"metadata":{"name":"b","resourceVersion":"9"}}"#)

    private func outcome(
        _ transport: ScriptedTransport, _ sleep: SleepLog, _ request: (KubernetesClient) async throws(APIError) -> Void
    ) async -> APIError? {
        do throws(APIError) {
            try await request(client(transport, sleep: sleep))
            return nil
        } catch {
            return error
        }
    }

    private func write(_ client: KubernetesClient) async throws(APIError) {
        _ = try await client.apply(.pods, key, body: [:], manager: "w", force: true)
    }

    private func read(_ client: KubernetesClient) async throws(APIError) { _ = try await client.get(.pods, key) }

    @Test(arguments: [429, 500, 503, 504])
    func `429 and 5xx with Retry-After are repeated, also for writes, after the seconds the server names`(code: Int)
        async
    {
        let transport = ScriptedTransport(
            answer(code, headers: [("retry-after", "5")]), answer(code, headers: [("Retry-After", "0")]), ok)
        let sleep = SleepLog()
        #expect(await outcome(transport, sleep, write) == nil)
        #expect(sleep.waits == [.seconds(5), .seconds(0)])
        #expect(transport.requests.count == 3)
        #expect(Set(transport.requests.map(\.body)).count == 1)
    }

    @Test(arguments: [
        (429, nil as String?), (500, nil), (503, "Wed, 21 Oct 2026 07:28:00 GMT"), (503, "5.5"), (503, "-1"),
        (503, "100000"),
        (409, "1"), (404, "1"), (422, "1"), (403, "1"), (302, "1"),
    ])
    func `everything else is not repeated`(code: Int, retryAfter: String?) async {
        for request in [write, read] {
            let transport = ScriptedTransport(answer(code, headers: retryAfter.map { [("Retry-After", $0)] } ?? []), ok)
            let sleep = SleepLog()
            #expect(await outcome(transport, sleep, request)?.status?.code == code)
            #expect(sleep.waits == [])
        }
    }

    @Test func `ten tries are enough`() async {
        let transport = ScriptedTransport(answer(503, headers: [("Retry-After", "1")]))
        #expect(await outcome(transport, SleepLog(), write)?.status?.code == 503)
        #expect(transport.requests.count == 10)
    }

    @Test func `a write whose connection broke is never repeated`() async {
        for error in [
            TransportError.interrupted(reason: "reset"), .timedOut(after: .seconds(1)),
            .notConnected(reason: "refused"),
        ] {
            let transport = ScriptedTransport(.failure(error), ok)
            let sleep = SleepLog()
            let outcome = await outcome(transport, sleep, write)
            #expect(outcome == .transport(error, request: "PATCH /api/v1/namespaces/a/pods/b"))
            #expect(outcome?.wasNotDone == error.wasNotSent)
            #expect(sleep.waits == [])
        }
    }

    @Test func `a GET whose connection broke is repeated once after a second`() async {
        let transport = ScriptedTransport(.failure(.interrupted(reason: "reset")), ok)
        let sleep = SleepLog()
        #expect(await outcome(transport, sleep, read) == nil)
        #expect(sleep.waits == [.seconds(1)])
        let twice = ScriptedTransport(.failure(.interrupted(reason: "reset")))
        #expect(await outcome(twice, SleepLog(), read) != nil)
        #expect(twice.requests.count == 2)
    }

    @Test func `a refused connection and a timeout of a GET are the caller's business`() async {
        for error in [TransportError.timedOut(after: .seconds(1)), .notConnected(reason: "refused"), .cancelled] {
            let transport = ScriptedTransport(.failure(error), ok)
            #expect(
                await outcome(transport, SleepLog(), read)
                    == .transport(error, request: "GET /api/v1/namespaces/a/pods/b"))
        }
    }

    @Test func `cancelling during the wait ends the request`() async {
        let transport = ScriptedTransport(answer(503, headers: [("Retry-After", "1")]))
        let client = KubernetesClient(sleep: { _ in throw CancellationError() }) { _ in transport }
        await #expect(throws: APIError.transport(.cancelled, request: "GET /api/v1/namespaces/a/pods/b")) {
            try await client.get(.pods, key)
        }
    }
}
