// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import Essentials
import JSONScan
import KubernetesClient
import KubernetesModel

/// Asks the cluster for our objects, with the rights of who runs the command.
package struct ClusterReader: Sendable {
    package let client: KubernetesClient
    /// The cluster, for messages: `the context "x" of /home/…`.
    package let source: String

    package init(client: KubernetesClient, source: String) {
        self.client = client
        self.source = source
    }

    /// Every object of a kind as the API has it. `namespace` is nil for all.
    package func objects(
        of definition: CustomResourceDefinition, in namespace: String?
    ) async throws(CommandFailure) -> [JSONValue] {
        let query = CollectionQuery(definition.resource, namespace: namespace)
        var objects: [JSONValue] = []
        var start = ListStart.mostRecent
        while true {
            let page: ListPage
            do throws(APIError) {
                page = try await client.listPage(query, from: start) { (scanner) throws(JSONError) in
                    objects.append(try scanner.readValue())
                } unreadable: { _, _ in
                }
            } catch {
                throw failure(error, listing: definition.resource, in: namespace)
            }
            guard let token = page.continueToken else { return objects }
            start = .continuing(token)
        }
    }

    /// Every report; of those that cannot be read, the keys.
    package func reports(
        in namespace: String?
    ) async throws(CommandFailure) -> (reports: [ScanReport], unreadable: [ObjectKey]) {
        let query = CollectionQuery(ScanReport.self, namespace: namespace)
        var reports: [ScanReport] = []
        var unreadable: [ObjectKey] = []
        var start = ListStart.mostRecent
        while true {
            let page: ListPage
            do throws(APIError) {
                // Reports may have 256 KiB each.
                page = try await client.listPage(ScanReport.self, query, from: start, limit: 200) { decoded in
                    switch decoded {
                    case .object(let report): reports.append(report)
                    case .unreadable(let metadata, _): unreadable.append(metadata.key)
                    }
                }
            } catch {
                throw failure(error, listing: ScanReport.resource, in: namespace)
            }
            guard let token = page.continueToken else { return (reports, unreadable) }
            start = .continuing(token)
        }
    }

    /// One object of a kind.
    package func object<Object: KubernetesObject>(
        _ kind: Object.Type, _ key: ObjectKey
    ) async throws(CommandFailure) -> Object {
        do throws(APIError) {
            return try await client.get(kind, key)
        } catch {
            throw failure(error, ObjectReference(kind.resource, key), verb: "get")
        }
    }

    /// Sets an annotation of exactly the object that was looked at: one that has gone since is not made anew.
    ///
    /// - Parameter manager: whose the annotation is; one for each, so that setting one takes no other away.
    package func annotate(
        _ object: ObjectReference, uid: String, _ name: String, _ value: String, manager: String
    ) async throws(CommandFailure) {
        let body: JSONValue = [
            "apiVersion": .string(object.resource.apiVersion), "kind": .string(object.resource.kind),
            "metadata": [
                "name": .string(object.key.name), "namespace": .string(object.key.namespace),
                "uid": .string(uid), "annotations": [name: .string(value)],
            ],
        ]
        do throws(APIError) {
            _ = try await client.apply(object.resource, object.key, body: body, manager: manager, force: true)
        } catch {
            throw failure(error, object, verb: "patch")
        }
    }

    // MARK: What went wrong

    /// A failure about one object.
    package func failure(_ error: APIError, _ object: ObjectReference, verb: String) -> CommandFailure {
        let place = "namespace \(object.key.namespace)"
        if case .decoding(let problem, _) = error {
            return CommandFailure(
                what: "\(object.resource.kind) \(object.key.name) cannot be read: \(problem)", place: place,
                remedy: "correct it with kubectl edit")
        }
        if error.status?.code == 404 {
            return CommandFailure(
                what: "there is no \(object.resource.kind) \(object.key.name)", place: place,
                remedy:
                    "kubectl get \(object.resource.plural) -A lists those there are; -n chooses another namespace")
        }
        return failure(error, "\(verb) \(object.resource.plural)", place)
    }

    private func failure(_ error: APIError, listing resource: ResourceType, in namespace: String?) -> CommandFailure {
        let place = namespace.map { "namespace \($0)" } ?? "all namespaces"
        if error.status?.code == 404 {
            return CommandFailure(
                what: "the cluster has no kind \(resource.kind)", place: source,
                remedy: "install Watchbill's CRDs first, or choose another cluster with --context")
        }
        return failure(error, "list \(resource.plural)", place)
    }

    private func failure(_ error: APIError, _ action: String, _ place: String) -> CommandFailure {
        switch (error, error.status?.code) {
        case (.transport, _):
            CommandFailure(
                what: "the API server gives no answer: \(error)", place: source,
                remedy: "check that the cluster runs and can be reached; --context chooses another",
                code: .undecidable)
        case (_, 401):
            CommandFailure(
                what: "the API server does not know you", place: source,
                remedy: "renew the token or the certificate in the kubeconfig")
        case (_, 403):
            CommandFailure(
                what: "you may not \(action)", place: place,
                remedy:
                    "ask for the role watchbill-view, or for scan and explain watchbill-edit, or name your namespace with -n"
            )
        case (_, let code?) where code >= 500 || code == 429:
            CommandFailure(
                what: "the API server cannot answer now: \(error)", place: source, remedy: "try again later",
                code: .undecidable)
        default: CommandFailure(what: "\(error)", place: place, remedy: "correct the request")
        }
    }
}
