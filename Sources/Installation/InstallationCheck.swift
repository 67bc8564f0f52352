// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesClient
import KubernetesModel

/// Whether an installation does its work: a policy that is suspended, so that it scans nothing, becomes ready.
///
/// That takes the definitions, the rights, a leader, its watch and its write of the status.
package struct InstallationCheck: Sendable {
    private let client: KubernetesClient
    private let key: ObjectKey
    private let wait: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - namespace: where the policy is made and removed again.
    ///   - identity: a number, so that two checks do not meet.
    package init(
        client: KubernetesClient, namespace: String, identity: UInt32, wait: @escaping @Sendable () async throws -> Void
    ) {
        self.client = client
        self.wait = wait
        key = ObjectKey(namespace: namespace, name: "installation-check-\(String(identity, radix: 36))")
    }

    /// Returns when the policy is ready; looks at most `limit` times.
    package func run(limit: Int) async throws {
        let made = try await client.create(ScanPolicy.resource, namespace: key.namespace, body: policy)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await becomesReady(limit: limit))
        } catch {
            outcome = .failure(error)
        }
        try await client.delete(ScanPolicy.resource, key, uid: made.uid, resourceVersion: nil)
        try outcome.get()
    }

    private func becomesReady(limit: Int) async throws {
        var seen = "it has no status; does the operator run, and does one replica lead?"
        for _ in 0..<max(limit, 1) {
            let policy = try await client.get(ScanPolicy.self, key)
            if let ready = policy.conditions.first(where: { $0.type == "Ready" }) {
                if ready.status == .true, ready.observedGeneration == policy.metadata.generation { return }
                seen = "\(ready.reason): \(ready.message)"
            }
            try await wait()
        }
        throw InstallationError.isNotReady(seen: seen)
    }

    private var policy: JSONValue {
        [
            "apiVersion": .string(ScanPolicy.resource.apiVersion), "kind": .string(ScanPolicy.resource.kind),
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
            "spec": ["suspend": true],
        ]
    }
}
