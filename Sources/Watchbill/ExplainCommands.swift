// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import CommandShell
import ControllerRuntime
import Essentials
import KubernetesModel

/// `watchbill explain KIND/NAME`: what the operator saw and decided.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show what the operator saw of an object, what it decided, and why.",
        discussion: """
            Asks the operator by the annotation watchbill.dev/explain. It answers in the ConfigMap watchbill-explain of the \
            object's namespace, which lives ten minutes. Exits 3 when it does not answer in time.
            """)

    @Argument(help: Explaining.help, completion: Explaining.completion) var object: String
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var display: DisplayOptions
    @Option(help: "How long to wait for the answer: 10s, 1m; 30s when absent.") var timeout: TimeSpan?
    @Option(name: .shortAndLong, help: "json or yaml; text when absent.") var output: StructuredOutput?

    func run() async throws {
        try await Explaining.run(object, "explain", cluster, display) { run, token in
            try await run.explain(token: token, within: timeout?.duration ?? .seconds(30), as: output)
        }
    }
}

/// `watchbill capture KIND/NAME > file`: what the operator saw, to be planned again.
struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "Print what the operator's plan for an object looks at, to be planned again.",
        discussion: """
            Names, images and labels of the namespace are in it; what is in Secrets is not, and of a receiver's URL only where \
            it leads. watchbill replay plans it again:

            watchbill capture scanpolicy/nightly -n shop > nightly.json && watchbill replay nightly.json
            """)

    @Argument(help: Explaining.help, completion: Explaining.completion) var object: String
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var display: DisplayOptions
    @Option(help: "How long to wait for the answer: 10s, 1m; 30s when absent.") var timeout: TimeSpan?

    func run() async throws {
        try await Explaining.run(object, "capture", cluster, display) { run, token in
            try await run.capture(token: token, within: timeout?.duration ?? .seconds(30))
        }
    }
}

/// `watchbill replay FILE`: plans a captured world again.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Plan again what watchbill capture wrote; no cluster is asked.")

    @Argument(help: .init("The file; - is standard input.", valueName: "file"), completion: .file()) var file: String
    @OptionGroup var display: DisplayOptions
    @Option(name: .shortAndLong, help: "json or yaml for the plan alone; text when absent.")
    var output: StructuredOutput?

    func run() throws {
        let bytes = try CommandFile.read(
            file, upTo: Replay.byteLimit, remedy: "name a file that watchbill capture wrote")
        let (capture, plan) = try Replay.run(bytes, from: file)
        let text =
            output?.text(plan)
            ?? ExplanationPage(capture: capture, plan: plan).text(isColoured: display.output.isColoured)
        display.output.write(text)
    }
}

/// What the two have in common that ask the operator.
private enum Explaining {
    static var help: ArgumentHelp {
        .init("The object: scanpolicy/NAME, imagewatch/NAME or channel/NAME.", valueName: "kind/name")
    }
    static var completion: CompletionKind { ObjectNames.completion(of: "scanpolicies,imagewatches,channels") }

    static func run(
        _ object: String, _ command: String, _ cluster: ClusterOptions, _ display: DisplayOptions,
        _ body: (ExplainRun, String) async throws -> CommandStatus
    ) async throws {
        let object = try ObjectArgument.explained(object, for: "\(WatchbillCommand.invocation.name) \(command)")
        guard let kind = object.kind else { return }
        let clock = SystemClock()
        let token = "\(clock.now().rfc3339)/\(String(UInt32.random(in: .min ... .max), radix: 16))"
        try await cluster.connect().run { session in
            let run = ExplainRun(
                session.reader, kind, ObjectKey(namespace: session.namespace, name: object.name), to: display.output,
                now: { clock.now() }, sleep: Pause.sleep)
            return try await body(run, token)
        }
    }
}
