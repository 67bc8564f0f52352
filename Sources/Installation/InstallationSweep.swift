// SPDX-License-Identifier: Apache-2.0
import JSONScan
import KubernetesClient
import KubernetesModel

/// Removes what the operator made and nobody needs once it is gone for good: scan Jobs, its memory, its Lease.
///
/// Custom resources stay: policies are people's, reports are worth reading without the operator. The operator may still be
/// ending when this runs, so it looks until there was nothing left twice.
package struct InstallationSweep: Sendable {
    private let client: KubernetesClient
    private let namespace: String
    private let watchedNamespaces: [String]?
    private let wait: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - namespace: the operator's own.
    ///   - watchedNamespaces: where else its Jobs may be; nil means anywhere.
    ///   - wait: what lies between two looks.
    package init(
        client: KubernetesClient, namespace: String, watchedNamespaces: [String]?,
        wait: @escaping @Sendable () async throws -> Void
    ) {
        self.client = client
        self.namespace = namespace
        self.watchedNamespaces = watchedNamespaces
        self.wait = wait
    }

    /// How many objects were removed; looks at most `limit` times.
    package func run(limit: Int) async throws -> Int {
        var removed = 0
        var quiet = 0
        for _ in 0..<max(limit, 1) {
            let found = try await look()
            removed += found
            quiet = found == 0 ? quiet + 1 : 0
            if quiet == 2 { return removed }
            try await wait()
        }
        throw InstallationError.isNotQuiet(removed: removed)
    }

    private var queries: [CollectionQuery] {
        let ours = "app.kubernetes.io/managed-by=watchbill"
        let namespaces: [String?] = watchedNamespaces.map { Set($0).union([namespace]).sorted() } ?? [nil]
        return namespaces.map {
            CollectionQuery(.jobs, namespace: $0, labelSelector: ours, isMetadataOnly: true)
        }
            + [ResourceType.configMaps, .leases].map {
                CollectionQuery($0, namespace: namespace, labelSelector: ours, isMetadataOnly: true)
            }
    }

    /// Removes what is there now; answers with how much that was.
    private func look() async throws(APIError) -> Int {
        var count = 0
        for query in queries {
            for object in try await list(query) where !object.isBeingDeleted {
                count += 1
                do throws(APIError) {
                    try await client.delete(query.resource, object.key, uid: object.uid, resourceVersion: nil)
                } catch {
                    // Gone, or another one by now: the next look decides.
                    guard let code = error.status?.code, code == 404 || code == 409 else { throw error }
                }
            }
        }
        return count
    }

    private func list(_ query: CollectionQuery) async throws(APIError) -> [ObjectMetadata] {
        var objects: [ObjectMetadata] = []
        var start = ListStart.mostRecent
        while true {
            let page = try await client.listPage(query, from: start) { (scanner) throws(JSONError) in
                objects.append(try ObjectMetadata.ofObject(&scanner))
            } unreadable: { _, _ in
                // Without a name it cannot be removed.
            }
            guard let token = page.continueToken else { return objects }
            start = .continuing(token)
        }
    }
}
