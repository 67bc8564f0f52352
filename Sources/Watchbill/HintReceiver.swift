// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CommandShell
import ControllerRuntime
import Essentials
import Exposition
import Logging
import NIOCore
import ProbeServer
import RegistryHints
import Synchronization

/// Takes what registries tell of their own accord, at `/hints/<provider>`: whoever knows the secret brings the next check of a
/// repository forward, and nothing else.
final class HintReceiver: Sendable {
    /// A file for each provider that is listened to, named like it, with the secret in it.
    private let folder: String
    private let runtime: Runtime
    private let clock: SystemClock
    private let logger: Logger
    private let gate = Mutex(HintGate())

    init(secretsIn folder: String, runtime: Runtime, clock: SystemClock, logger: Logger) {
        self.folder = folder
        self.runtime = runtime
        self.clock = clock
        self.logger = logger
        for provider in HintProvider.allCases {
            runtime.metrics.initialize(MetricCatalog.hints, provider.rawValue, "Accepted")
            for refusal in HintReception.Refusal.allCases {
                runtime.metrics.initialize(MetricCatalog.hints, provider.rawValue, refusal.rawValue)
            }
        }
    }

    func server(_ address: ListenAddress, group: any EventLoopGroup, logger: Logger) -> PostServer {
        PostServer(purpose: "hints", address: address, folder: "/hints/", group: group, logger: logger) { [self] name in
            guard let provider = HintProvider(rawValue: name) else { return nil }
            return { self.receive($0, from: provider) }
        }
    }

    private func receive(_ message: PostServer.Message, from provider: HintProvider) -> ProbeAnswer {
        // Read each time, so that another secret holds as soon as it is mounted.
        guard let secret = secret(of: provider) else { return ProbeAnswer(404, "not found\n") }
        let request = HintRequest(provider, query: message.query, headers: message.headers, body: message.body)
        let now = clock.instant()
        let reception = HintReception(
            request, secret, isAdmitted: gate.withLock { $0.admits(now: now) }, isLeading: runtime.isLeading)
        runtime.metrics.add(to: MetricCatalog.hints, provider.rawValue, reception.outcome)
        if case .accepted(let repositories) = reception, !repositories.isEmpty {
            runtime.hinted(repositories)
            logger.debug(
                "hint", metadata: ["provider": "\(provider.rawValue)", "repositories": "\(repositories.count)"])
        }
        return ProbeAnswer(reception.answer.status, reception.answer.text)
    }

    private func secret(of provider: HintProvider) -> HintSecret? {
        do throws(CommandFailure) {
            return HintSecret(file: try CommandFile.read("\(folder)/\(provider.rawValue)", upTo: 4 << 10, remedy: ""))
        } catch {
            return nil
        }
    }
}
