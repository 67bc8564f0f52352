// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import HTTPTransport
import KubernetesModel
import Logging
import NIOCore

/// A Kubernetes API server for one person: the embedded one, over TLS, with its state in a folder.
package final class SandboxServer: Sendable {
    /// What other services of the process speak with, `transport()` of it.
    package let server: EmbeddedAPIServer
    package let folder: SandboxFolder
    private let journal: Journal
    private let listener: Listener
    private let token: String
    private let authority: [UInt8]
    private let address: SandboxAddress
    private let logger: Logger

    /// Takes over what the folder holds; `now` is the wall clock.
    package init(
        folder: SandboxFolder, address: SandboxAddress, group: any EventLoopGroup, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) throws(SandboxError) {
        let (journal, stored) = try Journal.open(in: folder.path)
        var options = EmbeddedAPIServer.Options()
        var random = SystemRandomNumberGenerator()
        options.seed = random.next()
        options.servesKubectl = true
        options.servesInitialEvents = true
        options.auditLimit = 1000
        options.historyLimit = 2000
        options.restored = stored
        options.journal = { journal.write($0) }
        let server = EmbeddedAPIServer(options: options, now: now)
        let logs = PodLogFiles(folder: folder.pods)
        server.setPodLog { [weak server] query in
            logs.answer(query) { [weak server] in server?.hasEnded(query.container, of: query) ?? true }
        }
        self.server = server
        self.folder = folder
        self.journal = journal
        self.address = address
        self.logger = logger
        token = try folder.token()
        let tls = try folder.certificates(host: address.host)
        authority = tls.authority
        listener = try Listener(
            server, address: address, certificate: tls.certificate, key: tls.key, adminToken: token, group: group,
            logger: logger)
    }

    /// Serves until cancelled; `ready` hears the kubeconfig's path once kubectl can use it.
    package func run(ready: @escaping @Sendable (_ kubeconfig: String) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, bound) = AsyncStream.makeStream(of: Int.self)
            group.addTask { [self] in
                try await listener.run { bound.yield($0) }
                bound.finish()
            }
            group.addTask { [self] in
                for await port in ports {
                    try folder.writeKubeconfig(server: address.url(port: port), authority: authority, token: token)
                    try await ready(folder.kubeconfig)
                }
            }
            group.addTask { [self] in try await keepHouse() }
            defer { group.cancelAll() }
            while try await group.next() != nil {}
        }
    }

    /// What time brings: watches that end, bookmarks, a journal that has grown.
    private func keepHouse() async throws {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            server.timePassed()
            if journal.isLong {
                let result = server.withStoredState { stored -> Result<Void, SandboxError> in
                    Result { () throws(SandboxError) in try journal.begin(with: stored) }
                }
                try result.get()
            }
            if let failure = journal.failure { throw failure }
        }
    }
}

extension EmbeddedAPIServer {
    /// True when a container will write no more: it has ended, or its Pod is another one or gone.
    fileprivate func hasEnded(_ container: String, of query: PodLogQuery) -> Bool {
        guard let pod = object(.pods, query.pod), pod.at("metadata", "uid")?.stringValue == query.uid else {
            return true
        }
        let statuses = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].flatMap {
            pod.at("status", $0)?.arrayValue ?? []
        }
        let state = statuses.first { $0["name"]?.stringValue == container }?["state"]
        if let phase = pod.at("status", "phase")?.stringValue, phase == "Succeeded" || phase == "Failed" { return true }
        return state?["terminated"] != nil
    }
}
