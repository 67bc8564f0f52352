// SPDX-License-Identifier: Apache-2.0
import APIConformance
import Essentials
import HTTPClientTransport
import KubernetesClient
import Testing

/// The cases that the embedded API server passes, on the real one. `e2e/conformance` starts it and says where it is.
@Suite(
    .enabled(if: RealCluster.kubeconfig != nil, "needs CONFORMANCE_KUBECONFIG; e2e/conformance sets it"), .serialized)
struct RealClusterConformanceTests {
    @Test(.timeLimit(.minutes(2)), arguments: ConformanceCase.all)
    func `a kube-apiserver behaves so`(_ conformance: ConformanceCase) async throws {
        let cluster = try await RealCluster.connect()
        let result = await Result {
            let minor = try await cluster.minorVersion()
            guard conformance.since <= minor else { return }
            let run = ConformanceRun(cluster.transport, namespace: "conformance-\(UInt32.random(in: 0 ... .max))")
            try await run.defineWidgets()
            try await conformance.run(run)
        }
        // A client that is not closed ends the test program, whatever the other cases say.
        await cluster.close()
        try result.get()
    }
}

extension Result where Failure == any Error {
    /// What `body` comes to.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// The connection to the cluster that the environment names.
struct RealCluster {
    static var kubeconfig: String? { ProcessEnvironment.value("CONFORMANCE_KUBECONFIG") }

    let transport: AHCTransport
    let loops: EventLoops

    static func connect() async throws -> RealCluster {
        let path = try #require(kubeconfig)
        let credentials = try Kubeconfig(paths: [path], read: LocalFile.read).credentials(context: nil)
        let material = try credentials.material(read: LocalFile.read)
        var configuration = AHCTransport.Configuration(baseURL: credentials.server)
        configuration.tls.authorities = material.authorities
        if let chain = material.certificateChain, let key = material.privateKey {
            configuration.tls.identity = .init(certificateChain: chain, privateKey: key)
        }
        let loops = EventLoops(threads: 1)
        return RealCluster(transport: try AHCTransport(configuration, on: loops), loops: loops)
    }

    func minorVersion() async throws -> Int {
        let client = KubernetesClient { _ in transport }
        let minor = try await client.version()["minor"]?.stringValue ?? ""
        return try #require(Int(minor.filter(\.isNumber)))
    }

    func close() async {
        await transport.shutdown()
        await loops.shutdown()
    }
}
