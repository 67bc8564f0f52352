// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine

/// `watchbill completion SHELL`: the script that makes the tab key work.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a completion script for a shell.",
        discussion: """
            bash: source <(watchbill completion bash)
            zsh: watchbill completion zsh > a file _watchbill in your fpath
            fish: watchbill completion fish > ~/.config/fish/completions/watchbill.fish
            """)

    @Argument(help: .init("bash, zsh or fish.", valueName: "shell")) var shell: String

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else {
            throw CommandFailure(
                what: "there is no completion for \(ObjectArgument.shown(shell))", place: "completion",
                remedy: "write bash, zsh or fish", code: .usage)
        }
        print(WatchbillCommand.completionScript(for: shell))
    }
}
