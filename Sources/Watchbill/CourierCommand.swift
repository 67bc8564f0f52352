// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Courier

/// `watchbill courier -- trivy …`: runs the scanner in a scan Pod and prints what came of it as frames.
struct CourierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "courier", abstract: "Run a scanner and print one frame for each image.",
        discussion: """
            Exits 0 also when the scanner failed: the frame says so. Several images are given in WATCHBILL_UNITS, the longest \
            time for one in WATCHBILL_SCAN_TIMEOUT (seconds).
            """)

    @Argument(parsing: .postTerminator, help: "The scanner and its arguments.") var command: [String] = []

    func run() throws {
        throw ExitCode(Courier(command: command, environment: Environment.process).run())
    }
}
