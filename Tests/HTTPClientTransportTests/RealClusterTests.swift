// SPDX-License-Identifier: Apache-2.0
import Essentials
import Foundation
import HTTPTransport
import JSONScan
import KubernetesClient
import KubernetesModel
import Testing

@testable import HTTPClientTransport

private let kubeconfig = ProcessInfo.processInfo.environment["WATCHBILL_TEST_KUBECONFIG"]

/// The client over sockets against the API server that `WATCHBILL_TEST_KUBECONFIG` names (ring 4).
@Suite(.enabled(if: kubeconfig != nil, "set WATCHBILL_TEST_KUBECONFIG"), .timeLimit(.minutes(2)), .serialized)
struct RealClusterTests {
    private let namespace = "client-test-\(UInt32.random(in: 0 ... .max))"

    private func withClient(_ protocols: AHCTransport.Protocols, _ body: (KubernetesClient) async throws -> Void)
        async throws
    {
        let loops = EventLoops()
        let credentials = try ClusterCredentials.discover(kubeconfig: kubeconfig, environment: [:])
        let connection = try ClusterConnection(
            credentials, now: { .zero },
            make: { _, material in
                var identity: AHCTransport.Identity?
                if let chain = material.certificateChain, let key = material.privateKey {
                    identity = .init(certificateChain: chain, privateKey: key)
                }
                var configuration = AHCTransport.Configuration(
                    baseURL: credentials.server,
                    tls: .init(authorities: material.authorities, identity: identity, serverName: material.serverName))
                configuration.protocols = protocols
                return try AHCTransport(configuration, on: loops)
            })
        let client = KubernetesClient { connection.transport($0) }
        var outcome: (any Error)?
        do {
            let object: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]
            let made = try await client.create(.namespaces, namespace: "", body: object)
            do {
                try await body(client)

            } catch {
                outcome = error
            }
            try await client.delete(.namespaces, ObjectKey(name: namespace), uid: made.uid, resourceVersion: nil)
        } catch {
            outcome = error
        }
        await connection.shutdown()
        await loops.shutdown()
        if let outcome { throw outcome }
    }

    private func configMap(_ name: String, _ value: String) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "labels": ["app.kubernetes.io/managed-by": "watchbill"],
            ],
            "data": ["value": .string(value)],
        ]
    }

    @Test(arguments: [AHCTransport.Protocols.http1Only, .http1AndHTTP2])
    func `create, apply, get, list in pages, watch, delete`(protocols: AHCTransport.Protocols) async throws {
        try await withClient(protocols) { client in
            let query = CollectionQuery(ConfigMap.self, namespace: namespace)
            let start = try await client.listPage(query, item: { _ in }, unreadable: { _, _ in })
            var watch = try await client.watch(query, from: start.resourceVersion, seconds: 30)
            for index in 0..<25 {
                let key = ObjectKey(namespace: namespace, name: "c-\(index)")
                _ = try await client.apply(
                    .configMaps, key, body: configMap(key.name, "é\n"), manager: "test", force: true)
            }
            var seen: [String] = []
            while seen.count < 25, case .added(var object)? = try await watch.next() {
                seen.append(try ObjectMetadata.ofObject(&object).name)
            }
            #expect(seen == (0..<25).map { "c-\($0)" })

            var names: [String] = []
            var pages = 0
            var from = ListStart.mostRecent
            while true {
                let page = try await client.listPage(ConfigMap.self, query, from: from, limit: 10) {
                    names.append($0.metadata.name)
                }
                pages += 1
                guard let token = page.continueToken else { break }
                from = .continuing(token)
            }
            #expect(names.sorted() == seen.sorted())
            #expect(pages == 3)

            var metadataOnly = query
            metadataOnly.isMetadataOnly = true
            var kinds = Set<String>()
            _ = try await client.listPage(metadataOnly) { (scanner) throws(JSONError) in
                kinds.insert(try scanner.readValue()["kind"]?.stringValue ?? "?")
            } unreadable: { _, _ in
            }
            #expect(kinds == ["PartialObjectMetadata"])

            let key = ObjectKey(namespace: namespace, name: "c-0")
            let object = try await client.get(ConfigMap.self, key)
            #expect(object.data == ["value": "é\n"])
            try await client.delete(
                .configMaps, key, uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion)
            guard case .deleted? = try await watch.next() else {
                Issue.record("no DELETED event")
                return
            }
        }
    }

    private func status(_ body: () async throws -> Void) async -> APIStatus? {
        do {
            try await body()
            return nil
        } catch let error as APIError {
            return error.status
        } catch {
            return nil
        }
    }

    @Test func `refusals come as the API says them`() async throws {
        try await withClient(.http1AndHTTP2) { client in
            let key = ObjectKey(namespace: namespace, name: "a")
            let made = try await client.create(.configMaps, namespace: namespace, body: configMap("a", "1"))
            let again = await status {
                _ = try await client.create(.configMaps, namespace: namespace, body: configMap("a", "1"))
            }
            #expect(again?.reason == "AlreadyExists")
            let other = await status { try await client.delete(.configMaps, key, uid: "other", resourceVersion: nil) }
            #expect(other?.code == 409)
            let stale = await status { try await client.delete(.configMaps, key, uid: made.uid, resourceVersion: "1") }
            #expect(stale?.code == 409)
            let missing = await status {
                _ = try await client.get(.configMaps, ObjectKey(namespace: namespace, name: "none"))
            }
            #expect(missing?.reason == "NotFound")
            let owned = await status {
                _ = try await client.apply(
                    .configMaps, key, body: configMap("a", "2"), manager: "someone-else", force: false)
            }
            #expect(owned?.causes.map(\.reason) == ["FieldManagerConflict"])
            // A young server still has all its history; whatever else it says must be understood as "list again".
            var expired: APIStatus?
            do throws(APIError) {
                var watch = try await client.watch(
                    CollectionQuery(.configMaps, namespace: namespace), from: "1", seconds: 5)
                if case .error(let status)? = try await watch.next() { expired = status }
            } catch {
                expired = error.status
            }
            #expect(expired?.isExpired != false)
            #expect(try await client.resources(group: "batch", version: "v1")?.contains("jobs") == true)
            #expect(try await client.resources(group: "nobody.dev", version: "v1") == nil)
            #expect(try await client.version()["major"] == "1")
        }
    }
}
