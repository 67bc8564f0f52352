// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import ControllerRuntime
import CustomResources
import Glibc
import Logging

/// `watchbill operator`: runs until it is told to end.
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Run the operator.",
        discussion: """
            Every option can also be given as an environment variable: --log-level as WATCHBILL_LOG_LEVEL. The Pod's own \
            namespace comes from POD_NAMESPACE, the courier's image from WATCHBILL_IMAGE.
            """)

    enum LogFormat: String, ExpressibleByArgument, CaseIterable { case json, text }

    @Option(help: "A kubeconfig instead of the Pod's service account.") var kubeconfig: String?
    @Option(help: "The context in that kubeconfig.") var context: String?
    @Option(help: "The operator's configuration, a YAML file.") var config: String?
    @Option(name: [.customShort("n"), .long], help: "The operator's own namespace.")
    var namespace: String?
    @Option(help: "Namespaces to watch, separated by commas; all when absent.")
    var watchNamespaces: String?
    @Option(help: "Where metrics are served.") var metrics = Environment.option("metrics") ?? ":8080"
    @Option(help: "Where the probes are served.") var health = Environment.option("health") ?? ":8081"
    @Option(help: "Where registries' hints are taken, at /hints/<provider>; see --hints-secrets.")
    var hints = Environment.option("hints") ?? ":8082"
    @Option(
        help: "A folder with a file for each provider that is listened to, its secret in it; no hints without it.")
    var hintsSecrets: String?
    @Flag(inversion: .prefixedNo, help: "Write only while holding the lease.")
    var leaderElect = Environment.option("leader-elect") != "false"
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = Environment.option("log-level") ?? "info"
    @Option(help: "json or text.") var logFormat = Environment.option("log-format").flatMap(LogFormat.init) ?? .json

    func run() async throws {
        let logger = try makeLogger()
        let settings = try OperatorSettings(self)
        let end = try await OperatorProcess(settings: settings, logger: logger).run()
        switch end {
        case .shutdown: return
        case .lostLease(let why):
            throw CommandFailure(
                what: "lost the lease: \(why)", place: "Lease \(settings.configuration.operatorNamespace)/watchbill",
                remedy:
                    "another replica leads or the API server did not answer; the process ends so that it starts afresh")
        }
    }

    private func makeLogger() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw CommandFailure(
                what: "there is no log level '\(logLevel)'", place: "--log-level",
                remedy: "use trace, debug, info, notice, warning, error or critical", code: .usage)
        }
        let format = logFormat
        return Logger(label: "watchbill") { label in
            switch format {
            case .json: JSONLogHandler(label: label, level: level)
            case .text: TextLogHandler(label: label, level: level)
            }
        }
    }
}

/// Environment variables as defaults of options.
enum Environment {
    static func value(_ name: String) -> String? {
        guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else { return nil }
        return text
    }

    /// `log-level` is WATCHBILL_LOG_LEVEL.
    static func option(_ flag: String) -> String? {
        value("WATCHBILL_" + flag.uppercased().split(separator: "-").joined(separator: "_"))
    }

    /// The whole environment of this process.
    static var process: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee.map({ String(cString: $0) }) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 { result[parts[0]] = parts[1] }
            entry += 1
        }
        return result
    }
}
