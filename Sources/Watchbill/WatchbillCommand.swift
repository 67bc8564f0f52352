// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMemory
import CommandLine

/// The one program: the operator, what the operator starts in scan Pods, what the chart's hooks run, and the commands for
/// people.
@main struct WatchbillCommand: AsyncParsableCommand {
    /// Linked as `kubectl-watchbill` it is a plug-in of kubectl, and speaks of itself as `kubectl watchbill`.
    static let invocation = Invocation(program: Swift.CommandLine.arguments.first)

    static let configuration = CommandConfiguration(
        // A completion script is for the program itself.
        commandName: Swift.CommandLine.arguments.dropFirst().first == "completion" ? "watchbill" : invocation.name,
        abstract: "Schedules the security watches of a Kubernetes cluster.",
        discussion: """
            \(invocation.name) status -A says how everything stands; \(invocation.name) explain KIND/NAME says why.

            Exit codes: 0 done; 1 failed, or the answer is no; 2 wrong use; 3 nobody can tell (no answer, no time, not scannable).
            """,
        version: Version.text,
        subcommands: [
            StatusCommand.self, ReportsCommand.self, ScanCommand.self, GateCommand.self, ExplainCommand.self,
            CaptureCommand.self, ReplayCommand.self, ImportCommand.self, OperatorCommand.self, CourierCommand.self,
            EvalCommand.self,
            SandboxCommand.self, CompletionCommand.self, InstallationCommand.self, SandboxNodeCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        cmemory_spare()
        cmemory_trim()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            ProgramEnd.exit(with: error)
        }
    }
}
