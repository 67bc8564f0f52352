// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import EmbeddedAPIServer
import Essentials
import KubernetesClient
import KubernetesModel
import Synchronization
import Testing

@testable import CommandShell

/// A cluster in memory, and what a command says to it.
final class Fixture: Sendable {
    let server: EmbeddedAPIServer
    let client: KubernetesClient
    private let time = Mutex(Timestamp(secondsSinceEpoch: 1_800_000_000))
    private let said = Mutex((standard: "", notes: [String](), progress: [String]()))

    init(installsDefinitions: Bool = true, user: String = "admin") async throws {
        let start = Timestamp(secondsSinceEpoch: 1_800_000_000)
        var options = EmbeddedAPIServer.Options()
        options.namespaces += ["shop", "bank"]
        server = EmbeddedAPIServer(options: options) { start }
        let transport = server.transport(user: user)
        client = KubernetesClient(sleep: { _ in }, transport: { _ in transport })
        guard installsDefinitions else { return }
        let admin = server.transport()
        let installer = KubernetesClient(transport: { _ in admin })
        for definition in CustomResourceDefinition.all {
            _ = try await installer.create(.customResourceDefinitions, namespace: "", body: definition.rendered)
        }
    }

    var reader: ClusterReader { ClusterReader(client: client, source: "the test") }
    var now: Timestamp { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }

    var output: Output {
        Output(
            isColoured: false, write: { text in self.said.withLock { $0.standard += text } },
            note: { line in self.said.withLock { $0.notes.append(line) } },
            progress: { line in if let line { self.said.withLock { $0.progress.append(line) } } })
    }
    var standard: String { said.withLock { $0.standard } }
    var notes: [String] { said.withLock { $0.notes } }
    var progress: [String] { said.withLock { $0.progress } }

    func create(_ resource: ResourceType, _ name: String, in namespace: String = "shop", _ body: JSONValue) async throws
    {
        var object = body
        object["apiVersion"] = .string(resource.apiVersion)
        object["kind"] = .string(resource.kind)
        object["metadata"] = ["name": .string(name), "namespace": .string(namespace)]
        _ = try await client.create(resource, namespace: namespace, body: object)
    }

    func policy(_ name: String = "nightly", in namespace: String = "shop", _ spec: JSONValue = ["workloads": [:]])
        async throws
    {
        try await create(ScanPolicy.resource, name, in: namespace, ["spec": spec])
    }

    /// Says of a policy what the operator would say.
    func setStatus(_ status: JSONValue, of name: String = "nightly", in namespace: String = "shop") async throws {
        let body: JSONValue = [
            "apiVersion": .string(ScanPolicy.resource.apiVersion), "kind": "ScanPolicy",
            "metadata": ["name": .string(name), "namespace": .string(namespace)], "status": status,
        ]
        _ = try await client.apply(
            ScanPolicy.resource, ObjectKey(namespace: namespace, name: name), subresource: "status", body: body,
            manager: "watchbill-status", force: true)
    }

    func report(_ name: String, in namespace: String = "shop", digest: Character = "a", critical: Int64 = 1)
        async throws
    {
        try await create(
            ScanReport.resource, name, in: namespace,
            [
                "image": [
                    "reference": .string("r.io/\(name):1"), "platform": "linux/amd64",
                    "digest": .string("sha256:" + String(repeating: digest, count: 64)),
                ],
                "scanner": ["name": "Trivy", "scanners": ["Vulnerability"], "placement": "Operator", "jobUID": "u"],
                "scanTime": "2027-01-01T00:00:00Z", "summary": ["critical": .integer(critical)],
                "findings": .array(
                    critical > 0
                        ? [["id": "CVE-2024-1", "package": "p", "severity": "Critical", "installed": "1"]] : []),
                "totalFindings": .integer(critical),
            ])
    }
}
