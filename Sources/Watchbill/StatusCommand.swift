// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandShell
import ControllerRuntime

/// `watchbill status`: how our objects stand.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how Watchbill's objects stand, and why, in words.")

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var display: DisplayOptions
    @Option(name: .shortAndLong, help: "table, wide, json or yaml.") var output = ResultFormat.table

    func run() async throws {
        try await scope.cluster.connect().run { session in
            try await StatusRun.run(
                session.reader, in: scope.allNamespaces ? nil : session.namespace, as: output,
                at: SystemClock().now(), to: display.output)
        }
    }
}
