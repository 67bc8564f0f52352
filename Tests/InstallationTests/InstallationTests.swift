// SPDX-License-Identifier: Apache-2.0
import CustomResources
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import KubernetesClient
import KubernetesModel
import Synchronization
import Testing

@testable import Installation

@Suite struct InstallationTests {
    let server = EmbeddedAPIServer { Timestamp(secondsSinceEpoch: 1_800_000_000) }
    let own = "kube-system"

    var admin: KubernetesClient { KubernetesClient(transport: { _ in server.transport() }) }

    func make(_ resource: ResourceType, _ namespace: String, _ name: String, by manager: String = "watchbill")
        async throws
    {
        var body: JSONValue = [
            "apiVersion": .string(resource.apiVersion), "kind": .string(resource.kind),
            "metadata": ["name": .string(name), "labels": ["app.kubernetes.io/managed-by": .string(manager)]],
        ]
        if resource == .jobs {
            body["spec"] = [
                "template": ["spec": ["containers": [["name": "a", "image": "a"]], "restartPolicy": "Never"]]
            ]
        }
        _ = try await admin.create(resource, namespace: namespace, body: body)
    }

    func isThere(_ resource: ResourceType, _ namespace: String, _ name: String) async throws -> Bool {
        do throws(APIError) {
            _ = try await admin.get(resource, ObjectKey(namespace: namespace, name: name))
            return true
        } catch {
            if error.status?.code == 404 { return false }
            throw error
        }
    }

    /// A client with the rights that the chart gives the hook, and no others.
    func hook(_ rules: [AccessRule]) -> KubernetesClient {
        server.grant("hook", rules)
        return KubernetesClient(transport: { _ in server.transport(user: "hook") })
    }

    func sweeper(_ namespaces: [String]? = nil, wait: @escaping @Sendable () async throws -> Void = {})
        -> InstallationSweep
    {
        let jobs = namespaces.map { $0 + [own] }?.map { Optional($0) } ?? [nil]
        let rules = jobs.map { AccessRule(group: "batch", resource: "jobs", verbs: [.list, .delete], namespace: $0) }
        let client = hook(
            rules + [
                AccessRule(group: "", resource: "configmaps", verbs: [.list, .delete], namespace: own),
                AccessRule(group: "coordination.k8s.io", resource: "leases", verbs: [.list, .delete], namespace: own),
            ])
        return InstallationSweep(client: client, namespace: own, watchedNamespaces: namespaces, wait: wait)
    }

    @Test func `takes Jobs everywhere, memory and Lease of its own namespace, and nothing else`() async throws {
        try await make(.jobs, "default", "scan-1")
        try await make(.jobs, own, "scan-2")
        try await make(.jobs, "default", "theirs", by: "Helm")
        try await make(.configMaps, own, "watchbill-attempts")
        try await make(.configMaps, own, "config", by: "Helm")
        try await make(.configMaps, "default", "theirs")
        try await make(.leases, own, "watchbill")
        #expect(try await sweeper().run(limit: 3) == 4)
        for (resource, namespace, name) in [
            (.jobs, "default", "scan-1"), (.jobs, own, "scan-2"), (.configMaps, own, "watchbill-attempts"),
            (.leases, own, "watchbill"),
        ] as [(ResourceType, String, String)] {
            #expect(try await !isThere(resource, namespace, name), "\(name)")
        }
        #expect(try await isThere(.jobs, "default", "theirs"))
        #expect(try await isThere(.configMaps, own, "config"))
        #expect(try await isThere(.configMaps, "default", "theirs"))
    }

    @Test func `with named namespaces it asks in these and its own only`() async throws {
        try await make(.jobs, "default", "scan-1")
        try await make(.jobs, "kube-public", "scan-2")
        #expect(try await sweeper(["default"]).run(limit: 3) == 1)
        #expect(try await isThere(.jobs, "kube-public", "scan-2"))
    }

    @Test func `what the ending operator still makes is taken by the next look`() async throws {
        let late = Mutex(true)
        let sweep = sweeper { [self] in
            let isFirst = late.withLock { value in
                defer { value = false }
                return value
            }
            if isFirst { try await make(.jobs, "default", "late") }
        }
        #expect(try await sweep.run(limit: 5) == 1)
        #expect(try await !isThere(.jobs, "default", "late"))
    }

    @Test func `what keeps appearing is told, not looked after forever`() async throws {
        let count = Mutex(0)
        let sweep = sweeper { [self] in
            let number = count.withLock { value in
                value += 1
                return value
            }
            try await make(.jobs, "default", "scan-\(number)")
        }
        await #expect(throws: InstallationError.isNotQuiet(removed: 4)) { _ = try await sweep.run(limit: 5) }
    }

    @Test func `a missing right ends it at once`() async throws {
        try await make(.jobs, "default", "scan-1")
        let sweep = InstallationSweep(
            client: hook([AccessRule(group: "batch", resource: "jobs", verbs: [.list])]), namespace: own,
            watchedNamespaces: nil, wait: {})
        let error = await #expect(throws: APIError.self) { _ = try await sweep.run(limit: 5) }
        #expect(error?.status?.code == 403)
    }

    // MARK: Check

    func checker(wait: @escaping @Sendable () async throws -> Void) async throws -> InstallationCheck {
        _ = try await admin.create(
            .customResourceDefinitions, namespace: "", body: ScanPolicy.definition.rendered)
        let client = hook([
            AccessRule(
                group: CustomResourceDefinition.group, resource: "scanpolicies", verbs: [.create, .get, .delete],
                namespace: own)
        ])
        return InstallationCheck(client: client, namespace: own, identity: 35, wait: wait)
    }

    let policy = ObjectKey(namespace: "kube-system", name: "installation-check-z")

    func answer(_ status: String, generation: Int64) async throws {
        _ = try await admin.apply(
            ScanPolicy.resource, policy, subresource: "status",
            body: [
                "apiVersion": .string(ScanPolicy.resource.apiVersion), "kind": "ScanPolicy",
                "metadata": ["name": .string(policy.name), "namespace": .string(policy.namespace)],
                "status": [
                    "conditions": [
                        [
                            "type": "Ready", "status": .string(status), "reason": "Suspended",
                            "message": "as it should be",
                            "observedGeneration": .integer(generation), "lastTransitionTime": "2027-01-01T00:00:00Z",
                        ]
                    ]
                ],
            ], manager: "test", force: true)
    }

    @Test func `a policy that becomes ready is success, and is removed`() async throws {
        let check = try await checker { [self] in try await answer("True", generation: 1) }
        try await check.run(limit: 3)
        #expect(try await !isThere(ScanPolicy.resource, own, policy.name))
    }

    @Test func `one that says no is told with its words, and is removed too`() async throws {
        let check = try await checker { [self] in try await answer("False", generation: 1) }
        await #expect(throws: InstallationError.isNotReady(seen: "Suspended: as it should be")) {
            try await check.run(limit: 3)
        }
        #expect(try await !isThere(ScanPolicy.resource, own, policy.name))
    }

    @Test func `an answer to another generation is none`() async throws {
        let check = try await checker { [self] in try await answer("True", generation: 0) }
        await #expect(throws: InstallationError.self) { try await check.run(limit: 3) }
    }

    @Test func `without an operator it says what to look at`() async throws {
        let check = try await checker {}
        let error = await #expect(throws: InstallationError.self) { try await check.run(limit: 2) }
        #expect(error?.description.contains("does one replica lead?") == true)
    }
}
