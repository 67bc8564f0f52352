// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMemory

/// The one program: the operator, what the operator starts in scan Pods, and what the chart's hooks run.
@main struct WatchbillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watchbill",
        abstract: "Schedules the security watches of a Kubernetes cluster.",
        version: Version.text,
        subcommands: [
            OperatorCommand.self, CourierCommand.self, EvalCommand.self, InstallationCommand.self, VersionCommand.self,
        ])

    static func main() async {
        cmemory_spare()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            CommandFailure.exit(with: error)
        }
    }
}
