// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import ControllerRuntime
import Essentials
import HTTPClientTransport
import Logging
import ProbeServer
import Sandbox

/// `watchbill sandbox`: a Kubernetes API server in this process, for kubectl.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run a Kubernetes API server to try things with, without a cluster.",
        discussion: """
            It prints the line that lets kubectl use it, and runs until it is interrupted. What it holds is kept in the \
            state folder and is there again the next time.
            """)

    @Option(help: "Where it listens; a port alone means this machine only.") var listen = "127.0.0.1:7443"
    @Option(help: "The folder that holds its state; ~/.local/state/watchbill/sandbox when absent.") var state: String?
    @Option(parsing: .upToNextOption, help: "Files and folders of manifests to apply at the start.")
    var apply: [String] = []
    @Flag(help: "Run the operator beside it, with its definitions applied.") var withOperator = false
    @Flag(inversion: .prefixedNo, help: "Run Pods of Jobs on this machine, and let all others look as if they ran.")
    var node = true
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel = "warning"

    func run() async throws {
        let logger = try makeLogger()
        let address = try listenAddress()
        let folder = try stateFolder()
        do {
            var manifests = Manifests()
            if withOperator { manifests.add(SandboxServices.operatorObjects, from: "the operator's own") }
            try manifests.add(apply)
            let loops = EventLoops(threads: 1)
            let clock = SystemClock()
            let sandbox = try SandboxServer(
                folder: try SandboxFolder(folder), address: address, group: loops.group, logger: logger,
                now: { clock.now() })
            let services = SandboxServices(
                server: sandbox.server, withOperator: withOperator, nodeState: node ? folder : nil, loops: loops,
                logger: logger)
            try await run(sandbox, services, manifests)
            await loops.shutdown()
        } catch let error as SandboxError {
            throw CommandFailure(error, listen: listen)
        }
    }

    private func run(_ sandbox: SandboxServer, _ services: SandboxServices, _ manifests: Manifests) async throws {
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await sandbox.run { kubeconfig in
                    _ = try await manifests.apply(to: sandbox.server)
                    Descriptor.write("export KUBECONFIG=\(Self.shellWord(kubeconfig))\n", to: 1)
                    isReady.yield()
                }
            }
            group.addTask {
                for await _ in ready { return try await services.run() }
            }
            defer { group.cancelAll() }
            // The first that ends, by a signal or by failing, ends the rest.
            try await group.next()
        }
    }

    /// As a shell reads it: in quotes where that is needed.
    private static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "/._-+:@".utf8.contains(byte)
        }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }

    // MARK: Options

    private func makeLogger() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw CommandFailure(
                what: "there is no log level '\(logLevel)'", place: "--log-level",
                remedy: "use trace, debug, info, notice, warning, error or critical", code: .usage)
        }
        return Logger(label: "watchbill") { TextLogHandler(label: $0, level: level) }
    }

    private func listenAddress() throws -> SandboxAddress {
        do {
            let address = try ListenAddress(listen)
            return SandboxAddress(host: address.host, port: address.port)
        } catch {
            throw CommandFailure(
                what: "\(error)", place: "--listen", remedy: "give an address like :7443 or 127.0.0.1:7443",
                code: .usage)
        }
    }

    private func stateFolder() throws -> String {
        if let state {
            guard !state.isEmpty else {
                throw CommandFailure(
                    what: "the folder has no name", place: "--state", remedy: "name a folder", code: .usage)
            }
            return state
        }
        if let home = Environment.value("XDG_STATE_HOME") { return home + "/watchbill/sandbox" }
        guard let home = Environment.value("HOME") else {
            throw CommandFailure(
                what: "there is no home folder to keep the state in", place: "HOME",
                remedy: "name a folder with --state",
                code: .usage)
        }
        return home + "/.local/state/watchbill/sandbox"
    }
}

extension CommandFailure {
    init(_ error: SandboxError, listen: String) {
        switch error {
        case .state(let path, let reason):
            self.init(
                what: "the state cannot be kept: \(reason)", place: path,
                remedy: "name a folder of your own with --state, on a disk with room; a damaged one can be moved away")
        case .inUse(let path):
            self.init(
                what: "another sandbox works with this state", place: path,
                remedy: "end it, or name another folder with --state and another port with --listen")
        case .certificates(let step):
            self.init(
                what: "the certificates could not be made (step \(step))", place: "--listen \(listen)",
                remedy: "listen on an address or a name that a certificate can hold")
        case .cannotListen(let address, let reason):
            self.init(what: "cannot listen: \(reason)", place: address, remedy: "choose another address with --listen")
        case .manifest(let place, let reason):
            self.init(what: reason, place: place, remedy: "correct what --apply names")
        }
    }
}
