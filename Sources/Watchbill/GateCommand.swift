// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import CommandShell
import ControllerRuntime
import CustomResources
import Essentials
import Glibc
import KubernetesModel
import OCIModel

/// `watchbill gate`: judges an image in a pipeline by a policy.
struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate", abstract: "Scan an image with the trivy on PATH, and judge it by a policy.",
        discussion: """
            Exits 0 when the image keeps within spec.compliance, 1 when it does not, 3 when it cannot be scanned. Suppressions, \
            minimumSeverity, ignoreUnfixed, scanners and VEX documents count as they do in the cluster. With a file, no cluster \
            is asked. What stands behind -- goes to trivy: -- --db-repository registry.example/trivy-db --insecure
            """)

    @Option(help: "The image, as a Pod would name it.") var image: String
    @Option(
        help: .init(
            "A file with a ScanPolicy, - for standard input, or the name of one in the cluster.", valueName: "file|name"
        ),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var policy: String
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var display: DisplayOptions
    @Option(help: "os/architecture, where the image has several.") var platform: String?
    @Option(help: "How long the scan may take: 90s, 10m; else what the policy says.") var timeout: TimeSpan?
    @Option(name: .shortAndLong, help: "json or yaml; a table when absent.") var output: StructuredOutput?
    @Argument(parsing: .postTerminator, help: "Arguments for trivy.") var arguments: [String] = []

    func validate() throws {
        if let platform, Platform(platform) == nil {
            throw ValidationError("The value '\(platform)' is no platform. Please provide one like linux/arm64.")
        }
    }

    func run() async throws {
        let clock = SystemClock()
        let request = GateRun.Request(
            image: image, arguments: arguments, platform: platform, timeout: timeout?.duration)
        let gate = GateRun(environment: Environment.process, to: display.output, now: { clock.now() })
        switch try GatePolicySource(policy, exists: { access($0, F_OK) == 0 }) {
        case .file(let path):
            let bytes = try CommandFile.read(path, upTo: 1 << 20, remedy: "name a file with a ScanPolicy")
            let policy = try GatePolicy.read(bytes, from: path)
            try gate.run(request, .init(policy, name: path == "-" ? "standard input" : path), as: output).end()
        case .named(let name):
            try await cluster.connect().run { session in
                let key = ObjectKey(namespace: session.namespace, name: name)
                return try gate.run(request, try await GateRun.bounds(session.reader, key), as: output)
            }
        }
    }
}
