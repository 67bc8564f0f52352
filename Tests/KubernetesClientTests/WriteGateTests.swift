// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel
import Synchronization
import Testing

@testable import KubernetesClient

@Suite struct WriteGateTests {
    private let key = ObjectKey(namespace: "a", name: "b")
    private var ok: Answer { answer(200, #"{"metadata":{"name":"b"}}"#) }

    enum Write: CaseIterable { case apply, create, replace, delete }

    @Test(arguments: Write.allCases)
    func `a closed gate holds every write back`(write: Write) async {
        let transport = ScriptedTransport { _, _ in ok }
        let client = client(transport, gate: { nil })
        do throws(APIError) {
            switch write {
            case .apply: _ = try await client.apply(.pods, key, body: [:], manager: "w", force: true)
            case .create: _ = try await client.create(.pods, namespace: "a", body: [:])
            case .replace: _ = try await client.replace(.pods, key, body: [:])
            case .delete: try await client.delete(.pods, key, uid: "u", resourceVersion: "1")
            }
            Issue.record("the write went through")
        } catch {
            #expect(error.wasNotDone)
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func `reads do not wait at the gate`() async throws {
        let transport = ScriptedTransport { _, _ in ok }
        _ = try await client(transport, gate: { nil }).get(.pods, key)
        #expect(transport.requests.count == 1)
        #expect(transport.requests.first?.permission == nil)
    }

    @Test func `Lease requests do not wait at the gate`() async throws {
        let transport = ScriptedTransport { _, _ in ok }
        let client = client(transport, gate: { nil })
        _ = try await client.replace(.leases, key, body: [:])
        _ = try await client.create(.leases, namespace: "a", body: [:])
        #expect(transport.requests.count == 2)
    }

    @Test func `a write may take no longer than what is left of the lease`() async throws {
        let left = Mutex<Duration?>(.seconds(7))
        let transport = ScriptedTransport { _, _ in ok }
        let client = client(transport, gate: { left.withLock { $0 } })
        _ = try await client.create(.pods, namespace: "a", body: [:])
        left.withLock { $0 = .seconds(3600) }
        _ = try await client.create(.pods, namespace: "a", body: [:])
        #expect(transport.requests.map(\.timeout) == [.seconds(7), .seconds(30)])
        // The transport asks again when the request leaves its queue.
        let permission = try #require(transport.requests.first?.permission)
        #expect(permission.timeLeft() == .seconds(3600))
        left.withLock { $0 = nil }
        #expect(permission.timeLeft() == nil)
    }

    @Test func `a retry asks at the gate again`() async {
        let isOpen = Mutex(true)
        let transport = ScriptedTransport { _, _ in
            isOpen.withLock { $0 = false }
            return answer(429, headers: [("Retry-After", "1")])
        }
        let client = client(transport, gate: { isOpen.withLock { $0 } ? .seconds(1) : nil })
        do throws(APIError) {
            _ = try await client.create(.pods, namespace: "a", body: [:])
            Issue.record("no error")
        } catch {
            #expect(error.wasNotDone)
        }
        #expect(transport.requests.count == 1)
    }

    @Test func `lanes have transports of their own`() async throws {
        let transports = Dictionary(uniqueKeysWithValues: Lane.allCases.map { ($0, ScriptedTransport(ok)) })
        let client = KubernetesClient { transports[$0] ?? ScriptedTransport(ok) }
        _ = try await client.get(.leases, key)
        _ = try await client.get(.pods, key)
        _ = try await client.listPage(CollectionQuery(.pods), item: { _ in }, unreadable: { _, _ in })
        _ = try await client.watch(CollectionQuery(.pods), from: "1", seconds: 1)
        for lane in Lane.allCases { #expect(transports[lane]?.requests.count == 1, "\(lane)") }
    }
}
