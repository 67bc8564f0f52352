// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import CommandShell
import ControllerRuntime
import CustomResources
import Essentials
import KubernetesModel

/// `watchbill scan scanpolicy/NAME`: asks for a run now.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Ask for a scan of everything that a policy matches, now.",
        discussion: """
            With --wait it exits 0 when the run has ended, 1 when images failed or the policy cannot start a run, 3 when the \
            run has not ended in time.
            """)

    @Argument(
        help: .init("The policy: scanpolicy/NAME.", valueName: "kind/name"),
        completion: ObjectNames.completion(of: "scanpolicies"))
    var object: String
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var display: DisplayOptions
    @Flag(help: "Wait until the run has ended; on a terminal, show how far it is.") var wait = false
    @Option(help: "How long to wait: 90s, 10m, 1h30m; 30m when absent.") var timeout: TimeSpan?
    @Option(name: .shortAndLong, help: "json or yaml; text when absent.") var output: StructuredOutput?

    func validate() throws {
        if timeout != nil && !wait {
            throw ValidationError("--timeout has no meaning without --wait. Please provide both.")
        }
    }

    func run() async throws {
        let object = try ObjectArgument.scanned(object, for: "\(WatchbillCommand.invocation.name) scan")
        let clock = SystemClock()
        let chance = UInt32.random(in: .min ... .max)
        try await cluster.connect().run { session in
            let run = ScanRun(
                session.reader, ObjectKey(namespace: session.namespace, name: object.name), to: display.output,
                now: { clock.now() }, sleep: Pause.sleep)
            return try await run.run(
                token: "\(clock.now().rfc3339)-\(String(chance, radix: 16))",
                waiting: wait ? timeout?.duration ?? .seconds(1_800) : nil, as: output)
        }
    }
}

/// The tab key on an object.
enum ObjectNames {
    /// - Parameter plurals: `scanpolicies,channels`
    static func completion(of plurals: String) -> CompletionKind {
        .shellCommand("kubectl get \(plurals) -o name 2>/dev/null | sed s/.watchbill.dev//")
    }
}

extension TimeSpan: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
