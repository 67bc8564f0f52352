// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import CommandShell
import ControllerRuntime

/// `watchbill reports`: what was found in images.
struct ReportsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reports", abstract: "Show what was found in the images that run.",
        discussion: """
            --cve looks through all that was found, also what the reports have no room to list. It exits 3 when no image \
            is known to have it, but some lists are cut.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, wide, json, yaml, sarif }

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var display: DisplayOptions
    @Option(help: .init("Which images have this vulnerability; may be given several times.", valueName: "id"))
    var cve: [String] = []
    @Flag(help: "Only what an update would fix.") var fixable = false
    @Option(name: .shortAndLong, help: "table, wide, json, yaml or sarif.") var output = Format.table
    @Option(
        help: .init("Write one page for a browser to this file instead; - is standard output.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var html: String?

    func validate() throws {
        if html != nil && output != .table {
            throw ValidationError("--html and --output exclude each other. Please provide one of them.")
        }
        if html?.isEmpty == true {
            throw ValidationError("--html names no file. Please provide a name, or - for standard output.")
        }
        if cve.contains(where: \.isEmpty) {
            throw ValidationError("--cve names no vulnerability. Please provide an id such as CVE-2023-5363.")
        }
    }

    func run() async throws {
        let query = ReportQuery(vulnerabilities: cve, isFixableOnly: fixable)
        try await scope.cluster.connect().run { session in
            try await ReportsRun.run(
                session.reader, in: scope.allNamespaces ? nil : session.namespace, query, as: form,
                server: session.server, program: Version.text, at: SystemClock().now(), to: display.output)
        }
    }

    private var form: ReportsRun.Form {
        if let html { return .page(file: html) }
        return switch output {
        case .table: .table(isWide: false)
        case .wide: .table(isWide: true)
        case .json: .structured(.json)
        case .yaml: .structured(.yaml)
        case .sarif: .sarif
        }
    }
}
