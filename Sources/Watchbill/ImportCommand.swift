// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import CommandShell
import Glibc

/// `watchbill import`: what other programs were configured with, as our objects.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Turn another program's configuration into objects for kubectl apply.",
        subcommands: [Diun.self])

    /// `watchbill import diun`
    struct Diun: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diun", abstract: "Turn Diun's configuration into ImageWatches.",
            discussion: """
                Prints YAML. What could not be carried over is said on standard error, one line each: path, value, what to do. \
                Lists of Diun's file provider may stand behind its configuration, or alone; one that the configuration names is \
                read where it is. No account, no token and no address of a notification is ever printed.
                """)

        @Argument(
            help: .init("diun.yml, lists of images; - is standard input.", valueName: "file"),
            completion: .file(extensions: ["yml", "yaml"]))
        var files: [String]
        @Option(
            name: [.customShort("n"), .long],
            help: "Where the watches of listed images go; else where kubectl apply is told to.")
        var namespace: String?
        @Option(help: "The operator's namespace: only there a watch looks into others.")
        var operatorNamespace = "watchbill-system"

        func run() throws {
            let remedy = "name a diun.yml, or a list as its file provider reads it"
            let files = try self.files.map {
                DiunImport.File(path: $0, bytes: try CommandFile.read($0, upTo: 1 << 20, remedy: remedy))
            }
            let result = try DiunImport(
                files, for: .init(namespace: namespace, operatorNamespace: operatorNamespace)
            ) { path in
                do throws(CommandFailure) {
                    return try CommandFile.read(path, upTo: 1 << 20, remedy: remedy)
                } catch {
                    return nil
                }
            }
            for note in result.notes { StandardError.print(note.text) }
            guard !result.watches.isEmpty else {
                throw CommandFailure(
                    what: "nothing in it becomes an ImageWatch", place: self.files.joined(separator: " "),
                    remedy: "name a configuration with the provider kubernetes or file, or a list of images")
            }
            Descriptor.write(result.yaml, to: STDOUT_FILENO)
        }
    }
}
